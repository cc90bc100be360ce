import { assert, assertEquals, assertThrows } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { Names } from "../../src/node/names.ts";
import { resolveRecipient, shortPeerId } from "../../src/node/recipient.ts";

const RED = "12D3KooWB4cz2PWWzwVstNh4gnm1gzT9YoGHVN6X46dPFsJXWU6j";
const BLUE = "12D3KooWMxu6xhGHnsJtDeUwdpyZhoZZpk2CCqJRbnzETNn5nN8C";
const KNOWN = [{ peerId: RED, name: "Red" }, { peerId: BLUE, name: "blue" }];

for (
  const [text, recipient] of [
    ["red", { kind: "peer", peerId: RED }],
    [" Blue ", { kind: "peer", peerId: BLUE }],
    [RED, { kind: "peer", peerId: RED }],
    ["12D3KooWMxu6", { kind: "peer", peerId: BLUE }],
    ["Mxu6", { kind: "peer", peerId: BLUE }],
    ["127.0.0.1:7000", { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" }],
    ["[::1]:7000", { kind: "address", address: "/ip6/::1/tcp/7000" }],
    ["/dns4/host.example/tcp/1", { kind: "address", address: "/dns4/host.example/tcp/1" }],
    [`/ip4/10.0.0.1/tcp/7/p2p/${RED}`, {
      kind: "peer",
      peerId: RED,
      address: "/ip4/10.0.0.1/tcp/7",
    }],
  ] as const
) {
  Deno.test(`resolveRecipient() understands ${text}`, () => {
    assertEquals(resolveRecipient(text, KNOWN), recipient);
  });
}

for (
  const [text, code, known] of [
    ["green", "no-such-peer", KNOWN],
    ["", "no-such-peer", KNOWN],
    ["12D3KooW", "no-such-peer", KNOWN],
    ["Mxu", "no-such-peer", KNOWN],
    ["red", "ambiguous-peer", [...KNOWN, { peerId: BLUE, name: "RED" }]],
    ["127.0.0.1:99999", "bad-address", KNOWN],
    ["/ip4/1.2.3.4/udp/5", "bad-address", KNOWN],
  ] as const
) {
  Deno.test(`resolveRecipient() refuses ${JSON.stringify(text)} as ${code}`, () => {
    const error = assertThrows(() => resolveRecipient(text, known), ChatError);
    assertEquals(error.code, code);
  });
}

Deno.test("resolveRecipient() understands what shortPeerId() shows", () => {
  const expected = { kind: "peer", peerId: RED };
  assertEquals(resolveRecipient(shortPeerId(RED), KNOWN), expected);
});

const CLASSIC = "classic:10.0.0.2:5000";
const OTHER = "classic:10.0.0.3:5000";

Deno.test("resolveRecipient() understands a classic peer by its id, whether it is known or not", () => {
  const expected = { kind: "peer", peerId: CLASSIC };
  for (const known of [KNOWN, [{ peerId: CLASSIC, name: "ann" }]]) {
    for (const text of [CLASSIC, " Classic:10.0.0.2:5000", "classic:[::ffff:10.0.0.2]:5000"]) {
      assertEquals(resolveRecipient(text, known), expected);
    }
  }
  const error = assertThrows(() => resolveRecipient("classic:10.0.0.2", KNOWN), ChatError);
  assertEquals(error.code, "bad-address");
  assert(error.hint?.includes("classic:HOST:PORT"), error.hint);
});

Deno.test("resolveRecipient() never takes what a classic peer calls itself for a peer with a key", () => {
  const known = [...KNOWN, { peerId: CLASSIC, name: "Red" }, { peerId: OTHER, name: "ann" }];
  assertEquals(resolveRecipient("red", known), { kind: "peer", peerId: RED });
  const error = assertThrows(() => resolveRecipient("ann", known), ChatError);
  assertEquals(error.code, "no-such-peer");
  assert(error.hint?.includes(`plain text, write ${OTHER}`), error.hint);
});

Deno.test("resolveRecipient() understands the name of a classic peer with its mark, as it is shown", () => {
  const names = new Names();
  names.named(RED, "red");
  names.named(CLASSIC, "Red");
  for (const name of ["ann", "", "[classic]", "  "]) {
    names.named(OTHER, name);
    for (const peerId of [CLASSIC, OTHER]) {
      const shown = names.displayName(peerId);
      assertEquals(resolveRecipient(shown, names.candidates()), { kind: "peer", peerId }, shown);
    }
  }
  names.decided(OTHER, { alias: "anna", blocked: false });
  for (const text of ["anna", names.displayName(OTHER)]) {
    assertEquals(resolveRecipient(text, names.candidates()), { kind: "peer", peerId: OTHER });
  }
  names.decided(OTHER, { alias: undefined, blocked: false });
  names.named(OTHER, "red");
  const twice = () => resolveRecipient("red [classic]", names.candidates());
  assertEquals(assertThrows(twice, ChatError).code, "ambiguous-peer");
});
