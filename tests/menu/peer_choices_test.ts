import { assertEquals, assertRejects } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { peerChoices, understandPeer } from "../../src/menu/peer_choices.ts";
import { resolveRecipient } from "../../src/node/recipient.ts";
import type { KnownPeer } from "../../src/presence/active_peer.ts";
import { createStyle } from "../../src/terminal/style.ts";
import { activePeer, BLUE, NOW, RED } from "../commands/twin_node.ts";

const STYLE = createStyle(false);
const NAMES: ReadonlyMap<string, string> = new Map([[RED, "red"], [BLUE, "blue"]]);
const displayName = (peerId: string) => NAMES.get(peerId) ?? peerId;

function knownPeer(fields: Partial<KnownPeer> = {}): KnownPeer {
  return {
    peerId: BLUE,
    name: "blue",
    addresses: [],
    source: "asked",
    lastSeen: NOW - 300_000,
    connected: false,
    ...fields,
  };
}

const choices = (active = [activePeer()], known = [knownPeer({ peerId: RED }), knownPeer()]) =>
  peerChoices(active, known, displayName, STYLE, NOW);

Deno.test("`peerChoices()` has active peers first, each peer once, with a mark and a word", () => {
  assertEquals(choices(), [
    { peerId: RED, name: "red", hint: "● here, 0.4 ms" },
    { peerId: BLUE, name: "blue", hint: "○ away, 5 min ago" },
  ]);
  assertEquals(choices([activePeer({ roundTripMs: undefined })], [])[0]?.hint, "● here");
});

Deno.test("`peerChoices()` cuts long names and lists", () => {
  const many = Array.from(
    { length: 100 },
    (_, index) => knownPeer({ peerId: `${index}`.repeat(50) }),
  );
  const listed = choices([], many);
  assertEquals(listed.length, 20);
  assertEquals(listed[0]?.name, "0".repeat(17) + "…");
});

Deno.test("`understandPeer()` takes a number of the list, else what the node understands", async () => {
  const candidates = [{ peerId: RED, name: "red" }, { peerId: BLUE, name: "blue" }];
  const node = {
    resolve: (text: string) => Promise.try(() => resolveRecipient(text, candidates)),
  };
  const understand = (text: string) => understandPeer(text, choices(), node);
  assertEquals(await understand("1"), { kind: "peer", peerId: RED });
  assertEquals(await understand(" 2 "), { kind: "peer", peerId: BLUE });
  assertEquals(await understand("Blue"), { kind: "peer", peerId: BLUE });
  assertEquals(await understand("127.0.0.1:7001"), {
    kind: "address",
    address: "/ip4/127.0.0.1/tcp/7001",
  });
  for (const wrong of ["3", "0", "01", "nobody", "127.0.0.1:99999"]) {
    await assertRejects(() => understand(wrong), ChatError);
  }
});

Deno.test("`understandPeer()` takes no peer that calls itself a number for that number", async () => {
  const node = {
    resolve: (text: string) =>
      Promise.try(() => resolveRecipient(text, [{ peerId: BLUE, name: "1" }])),
  };
  assertEquals(await understandPeer("1", choices(), node), { kind: "peer", peerId: RED });
});
