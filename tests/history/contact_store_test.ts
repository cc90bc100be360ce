import { assertEquals, assertThrows } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { type Contact, type History, openHistory, readHistory } from "../../src/history/mod.ts";
import { BLUE, RED, SELF } from "../commands/twin_node.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";

const NOW = 5_000;
const ADDRESS = "/ip4/10.0.0.1/tcp/7000";

const contact = (fields: Partial<Contact>): Contact => ({
  peerId: RED,
  alias: undefined,
  note: "",
  addedAt: NOW,
  verifiedAt: undefined,
  blockedAt: undefined,
  ...fields,
});

function open(): History {
  return openHistory(":memory:", SELF, 1);
}

Deno.test("ContactStore.change() makes a contact and changes what is said", () => {
  using history = open();
  const { contacts } = history;
  const change = (fields: object, now = NOW) =>
    contacts.change([{ peerId: RED, ...fields }], now)[0];
  assertEquals(change({}), contact({}));
  assertEquals(change({ alias: "Anna", note: "n" }, 6), contact({ alias: "Anna", note: "n" }));
  assertEquals(change({ verifiedAt: 7, blockedAt: 8 })?.blockedAt, 8);
  const whole = contact({ alias: "Anna", note: "n", verifiedAt: 7, blockedAt: 8 });
  assertEquals(contacts.list(), [whole]);
  assertEquals(change({ alias: "", note: "", verifiedAt: 0, blockedAt: 0 }), contact({}));
});

Deno.test("ContactStore.change() lets no two contacts have one alias, in whatever case", () => {
  using history = open();
  const { contacts } = history;
  contacts.change([{ peerId: RED, alias: "Éva" }], NOW);
  for (const alias of ["Éva", "éVA", "e\u0301va", " éva "]) {
    const error = assertThrows(() => contacts.change([{ peerId: BLUE, alias }], NOW), ChatError);
    assertEquals([error.code, error.message.includes(RED)], ["bad-usage", true]);
  }
  contacts.change([{ peerId: RED, alias: "éva" }, { peerId: BLUE, alias: "eva" }], NOW);
  assertEquals(contacts.list().map(({ alias }) => alias).toSorted(), ["eva", "éva"]);
});

Deno.test("ContactStore.change() makes all changes or none", () => {
  using history = open();
  const { contacts } = history;
  const failing = [{ peerId: RED, alias: "x" }, { peerId: BLUE, alias: "X" }];
  assertThrows(() => contacts.change(failing, NOW), ChatError);
  assertEquals(contacts.list(), []);
  contacts.change([{ peerId: RED, alias: "x" }, { peerId: BLUE, alias: "y" }], NOW);
  contacts.change([
    { peerId: RED, alias: "" },
    { peerId: BLUE, alias: "x" },
    { peerId: RED, alias: "y" },
  ], NOW);
  const aliases = new Map(contacts.list().map(({ peerId, alias }) => [peerId, alias]));
  assertEquals(aliases, new Map([[RED, "y"], [BLUE, "x"]]));
});

for (
  const [what, change] of [
    ["no peer id", { peerId: "red" }],
    ["this profile", { peerId: SELF }],
    ["an alias that is none", { peerId: RED, alias: "a:b" }],
    ["a long note", { peerId: RED, note: "n".repeat(501) }],
    ["no address", { peerId: RED, addresses: ["127.0.0.1:7000"] }],
    ["too many addresses", { peerId: RED, addresses: Array(17).fill(ADDRESS) }],
  ] as const
) {
  Deno.test(`ContactStore.change() refuses ${what}`, () => {
    using history = open();
    const error = assertThrows(() => history.contacts.change([change], NOW), ChatError);
    assertEquals(["bad-usage", "bad-address"].includes(error.code), true, error.message);
    assertEquals(history.contacts.list(), []);
  });
}

Deno.test("ContactStore.change() remembers addresses as what is said, never as what worked", () => {
  using history = open();
  history.contacts.change([{ peerId: RED, addresses: [ADDRESS] }], NOW);
  assertEquals(history.peers.dialled(RED).map(({ address, lastWorked }) => [address, lastWorked]), [
    [ADDRESS, 0],
  ]);
  assertEquals(history.peers.atAddress(ADDRESS), undefined);
  assertEquals(history.peers.list(SELF, 9).map(({ lastSeen }) => lastSeen), [0]);
});

Deno.test("ContactStore.remove() forgets contact and addresses, and leaves the messages", () => {
  using history = open();
  history.peers.remember({ peerId: RED, name: "red", source: "asked", seenAt: 2, reachedAt: "/x" });
  const message = { id: "1", text: "hi", sentAt: 1, replyTo: undefined };
  history.messages.accept(RED, [message], NOW);
  history.contacts.change([{ peerId: RED, alias: "Anna", blockedAt: 3 }], NOW);
  assertEquals(history.contacts.remove(BLUE), undefined);
  assertEquals(history.contacts.remove(RED), contact({ alias: "Anna", blockedAt: 3 }));
  assertEquals(history.contacts.list(), []);
  assertEquals(history.peers.dialled(RED), []);
  assertEquals(history.peers.list(SELF, 9).map(({ name }) => name), ["red"]);
  assertEquals(history.list({ limit: 9 }).length, 1);
});

Deno.test("Outbox.list() says what waits for a peer that is blocked", () => {
  using history = open();
  const draft = (id: string, peerId: string) =>
    ({
      conversation: { kind: "peer", peerId },
      id,
      text: id,
      sentAt: 1,
      replyTo: undefined,
    }) as const;
  history.messages.enqueue([draft("a", RED), draft("b", BLUE)], NOW);
  history.contacts.change([{ peerId: RED, blockedAt: 3 }, { peerId: BLUE, alias: "b" }], NOW);
  const listed = () => history.outbox.list(9).map(({ message, blocked }) => [message.id, blocked]);
  assertEquals(listed(), [["a", true], ["b", false]]);
  history.contacts.change([{ peerId: RED, blockedAt: 0 }], NOW);
  assertEquals(listed(), [["a", false], ["b", false]]);
});

Deno.test("contacts are there after the file was closed, and can be read beside the owner", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  {
    using history = openHistory(path, SELF, NOW);
    history.contacts.change([{ peerId: RED, alias: "Anna", verifiedAt: 9 }], NOW);
  }
  using _owner = openHistory(path, SELF, NOW);
  using reader = readHistory(path, SELF);
  assertEquals(reader?.contacts.list(), [contact({ alias: "Anna", verifiedAt: 9 })]);
});

Deno.test("ContactStore.change() takes a classic peer in its one spelling, and never verifies it", () => {
  using history = open();
  const { contacts } = history;
  const peerId = "classic:10.0.0.2:5000";
  const [made] = contacts.change([{ peerId, alias: "Olda", note: "n", blockedAt: 8 }], NOW);
  assertEquals(made, contact({ peerId, alias: "Olda", note: "n", blockedAt: 8 }));
  const wrong = [
    { peerId, verifiedAt: 7 },
    { peerId, addresses: [ADDRESS] },
    { peerId: "classic:10.0.0.2" },
    { peerId: "Classic:10.0.0.2:5000" },
  ];
  for (const change of wrong) {
    assertEquals(assertThrows(() => contacts.change([change], NOW), ChatError).code, "bad-usage");
  }
  // To take back what was never there does no harm.
  contacts.change([{ peerId, verifiedAt: 0 }], NOW);
  assertEquals(contacts.list(), [contact({ peerId, alias: "Olda", note: "n", blockedAt: 8 })]);
});
