import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ContactEntry } from "../../../src/commands/contact/contacts_file.ts";
import { planImport } from "../../../src/commands/contact/import_plan.ts";
import { foldName } from "../../../src/config/alias.ts";
import { type History, openHistory } from "../../../src/history/mod.ts";
import { BLUE, RED, SELF } from "../twin_node.ts";

/** One more than the twin of the node knows. */
const PEERS = [RED, BLUE, "12D3KooWB4cz2PWWzwVstNh4gnm1gzT9YoGHVN6X46dPFsJXWU6j"] as const;

const entry = (fields: Partial<ContactEntry>): ContactEntry => ({
  peerId: RED,
  alias: undefined,
  note: undefined,
  verifiedAt: undefined,
  blockedAt: undefined,
  addresses: [],
  ...fields,
});

/** Imports into a real store. @returns what became of each entry */
function importInto({ contacts, peers }: History, entries: readonly ContactEntry[]) {
  const addresses = new Map(peers.list(SELF, 99).map((each) => [each.peerId, each.addresses]));
  const plan = planImport(entries, { self: SELF, contacts: contacts.list(), addresses });
  contacts.change(plan.changes, 1);
  return plan.outcomes.map(({ change }) => change);
}

Deno.test("planImport() adds, changes what the file says, and leaves the rest", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.contacts.change([
    { peerId: RED, alias: "Anna", note: "mine", verifiedAt: 5 },
    { peerId: BLUE, alias: "Ben" },
  ], 1);
  const file = [
    entry({ peerId: RED, alias: "Anne", verifiedAt: 9, blockedAt: 7 }),
    entry({ peerId: BLUE }),
    entry({ peerId: PEERS[2], note: "new", addresses: ["/ip4/10.0.0.1/tcp/1"] }),
    entry({ peerId: SELF, alias: "me" }),
  ];
  assertEquals(importInto(history, file), ["changed", "unchanged", "added", "skipped"]);
  const [red] = history.contacts.list().filter(({ peerId }) => peerId === RED);
  assertEquals([red?.alias, red?.note, red?.verifiedAt, red?.blockedAt], ["Anne", "mine", 5, 7]);
  assertEquals(importInto(history, file), ["unchanged", "unchanged", "unchanged", "skipped"]);
});

Deno.test("planImport() lets aliases go round, and skips one that is kept by another", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.contacts.change([{ peerId: RED, alias: "a" }, { peerId: BLUE, alias: "b" }], 1);
  const round = [entry({ peerId: RED, alias: "B" }), entry({ peerId: BLUE, alias: "a" })];
  assertEquals(importInto(history, round), ["changed", "changed"]);
  // The third wants what red keeps, since red cannot have what blue keeps.
  const chain = [entry({ peerId: PEERS[2], alias: "b" }), entry({ peerId: RED, alias: "a" })];
  assertEquals(importInto(history, chain), ["skipped", "skipped"]);
  assertEquals(history.contacts.list().map(({ alias }) => alias).toSorted(), ["B", "a"]);
});

Deno.test("planImport() of the same file again changes nothing, whatever is in either", () => {
  const alias = fc.option(fc.constantFrom("a", "A", "b", "c"), { nil: undefined });
  const time = fc.option(fc.constantFrom(3, 4), { nil: undefined });
  const address = fc.nat(40).map((port) => `/ip4/10.0.0.1/tcp/${port + 1}`);
  const contact = fc.record({
    peerId: fc.constantFrom(...PEERS, SELF),
    alias,
    note: fc.option(fc.constantFrom("x", "y"), { nil: undefined }),
    verifiedAt: time,
    blockedAt: time,
    addresses: fc.uniqueArray(address, { maxLength: 16 }),
  });
  const contacts = fc.uniqueArray(contact, {
    comparator: (one, other) =>
      one.peerId === other.peerId ||
      one.alias !== undefined && other.alias !== undefined &&
        foldName(one.alias) === foldName(other.alias),
  });
  fc.assert(fc.property(contacts, contacts, (before, file) => {
    using history = openHistory(":memory:", SELF, 1);
    importInto(history, before);
    const first = importInto(history, file);
    const after = history.contacts.list();
    const second = importInto(history, file);
    assertEquals(history.contacts.list(), after);
    assertEquals(
      second,
      first.map((change) => change === "skipped" ? "skipped" : "unchanged"),
    );
    assert(first.every((change, index) => change !== "skipped" || second[index] === "skipped"));
  }));
});
