import { assert, assertEquals, assertThrows } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { type History, openHistory, readHistory } from "../../src/history/mod.ts";

const SELF = "self";
const RED = { kind: "peer", peerId: "red" } as const;
const AT = { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" } as const;

function draft(id: string, conversation: typeof RED | typeof AT = RED) {
  return { conversation, id, text: `text of ${id}`, sentAt: 5, replyTo: undefined };
}

function incoming(id: string, text = `text of ${id}`) {
  return { id, text, sentAt: 5, replyTo: undefined };
}

function waitingIds(history: History): string[] {
  return history.messages.waiting("red", 0, 100).map(({ id }) => id);
}

Deno.test("MessageStore.enqueue() puts messages into the outbox in order", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.messages.enqueue([draft("a"), draft("b")], 2);
  history.messages.enqueue([draft("c")], 3);
  const waiting = history.messages.waiting("red", 0, 100);
  assertEquals(waiting.map(({ id, sequence }) => [id, sequence]), [["a", 1], ["b", 2], ["c", 3]]);
  assertEquals(history.messages.waiting("red", 1, 1).map(({ id }) => id), ["b"]);
  assertEquals(history.outbox.conversations(), [RED]);
});

Deno.test("MessageStore.enqueue() saves all of a batch or nothing", () => {
  using history = openHistory(":memory:", SELF, 1);
  const unfit = { ...draft("b"), sentAt: NaN };
  assertThrows(() => history.messages.enqueue([draft("a"), unfit], 2), ChatError);
  assertEquals(waitingIds(history), []);
  assertEquals(history.list({ limit: 10 }), []);
});

Deno.test("MessageStore.enqueue() writes an id once, and gives what is there as it is", () => {
  using history = openHistory(":memory:", SELF, 1);
  const [first, again] = history.messages.enqueue([draft("a"), { ...draft("a"), text: "b" }], 2);
  assertEquals(again, first);
  history.messages.record("red", ["a"], "delivered", 9);
  const [later] = history.messages.enqueue([draft("a", AT)], 10);
  assertEquals([later?.position, later?.state, later?.stateAt], [first?.position, "delivered", 9]);
  assertEquals(history.list({ limit: 10 }).length, 1);
  // Another's message with that id is another message.
  history.messages.accept("red", [incoming("b")], 3);
  assertEquals(history.messages.enqueue([draft("b")], 4)[0]?.direction, "out");
  assertEquals(waitingIds(history), ["b"]);
});

Deno.test("MessageStore.enqueue() writes what is to come after a message only with that one", () => {
  using history = openHistory(":memory:", SELF, 1);
  const after = (id: string, before: string) => ({ ...draft(id), after: before });
  const saved = history.messages.enqueue([
    draft("a"),
    after("b", "a"),
    after("d", "c"),
    after("e", "d"),
  ], 2);
  assertEquals(saved.map((own) => own?.id), ["a", "b", undefined, undefined]);
  assertEquals(waitingIds(history), ["a", "b"]);
  // What is there already stays, whatever it was to come after.
  assertEquals(history.messages.enqueue([after("b", "c")], 3)[0], saved[1]);
});

Deno.test("MessageStore.has() finds both sides of one conversation", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.messages.enqueue([draft("a"), draft("x", AT)], 2);
  history.messages.accept("red", [incoming("b")], 3);
  const has = history.messages.has.bind(history.messages);
  assertEquals([has(RED, "a"), has(RED, "b"), has(RED, "x"), has(AT, "x")], [
    true,
    true,
    false,
    true,
  ]);
  assertEquals(has({ kind: "peer", peerId: "blue" }, "a"), false);
});

Deno.test("History.list() gives what was never shown", () => {
  using history = openHistory(":memory:", SELF, 1);
  const { fresh } = history.messages.accept("red", [incoming("a"), incoming("b")], 3);
  history.messages.enqueue([draft("c")], 4);
  history.readMarks.markRead(fresh.slice(0, 1), 5, { receipt: false });
  const unread = history.list({ conversation: RED, unread: true, after: 0, limit: 10 });
  assertEquals(unread.map(({ id }) => id), ["b"]);
});

Deno.test("MessageStore.record() settles a message once", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.messages.enqueue([draft("a"), draft("b")], 2);
  const changed = history.messages.record("red", ["a", "unknown"], "delivered", 9);
  assertEquals(changed.map(({ id, state, stateAt }) => [id, state, stateAt]), [[
    "a",
    "delivered",
    9,
  ]]);
  assertEquals(history.messages.record("red", ["a"], "delivered", 10), []);
  assertEquals(history.messages.record("red", ["a"], "cancelled", 10), []);
  assertEquals(waitingIds(history), ["b"]);
});

Deno.test("MessageStore.record() keeps a sent message in the outbox", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.messages.enqueue([draft("a")], 2);
  assertEquals(history.messages.record("red", ["a"], "sent", 3)[0]?.state, "sent");
  assertEquals(waitingIds(history), ["a"]);
});

Deno.test("MessageStore.record() leaves a message to somebody else alone", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.messages.enqueue([draft("a")], 2);
  history.messages.accept("mallory", [incoming("x")], 3);
  assertEquals(history.messages.record("mallory", ["a"], "delivered", 4), []);
  assertEquals(waitingIds(history), ["a"]);
});

Deno.test("MessageStore.accept() stores a message once for each sender", () => {
  using history = openHistory(":memory:", SELF, 1);
  assertEquals(history.messages.accept("red", [incoming("a"), incoming("a")], 2).fresh.length, 1);
  assertEquals(history.messages.accept("red", [incoming("a")], 3).fresh, []);
  assertEquals(history.messages.accept("blue", [incoming("a")], 4).fresh.length, 1);
  assertEquals(history.list({ limit: 10 }).length, 2);
});

Deno.test("MessageStore.accept() keeps the first text of an id and names the conflict", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.messages.accept("red", [incoming("a", "first")], 2);
  assertEquals(history.messages.accept("red", [incoming("a", "second")], 3).conflicts, ["a"]);
  assertEquals(history.list({ limit: 10 }).map(({ text }) => text), ["first"]);
});

Deno.test("MessageStore.accept() keeps the order of arrival, whatever sent-at claims", () => {
  using history = openHistory(":memory:", SELF, 1);
  const texts = [["a", 9e15], ["b", -1], ["c", 5]] as const;
  for (const [id, sentAt] of texts) {
    history.messages.accept("red", [{ ...incoming(id), sentAt }], 2);
  }
  assertEquals(history.list({ limit: 10 }).map(({ id }) => id), ["a", "b", "c"]);
});

Deno.test("MessageStore.bind() gives waiting messages to the peer, behind its own", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.messages.enqueue([draft("x", AT), draft("y", AT)], 2);
  history.messages.enqueue([draft("a")], 3);
  assertEquals(history.messages.bind(AT.address, "red", 4), true);
  assertEquals(waitingIds(history), ["a", "x", "y"]);
  assertEquals(history.outbox.conversations(), [RED]);
  assertEquals(history.list({ conversation: RED, limit: 9 }).map(({ id }) => id), ["x", "y", "a"]);
  assertEquals(history.messages.bind(AT.address, "red", 5), false);
});

Deno.test("History.list() filters by conversation, time, text and place", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.messages.accept("red", [incoming("a", "100% sure"), incoming("b", "100 sheep")], 10);
  history.messages.accept("blue", [incoming("c", "Hello")], 20);
  const ids = (query: Parameters<History["list"]>[0]) => history.list(query).map(({ id }) => id);
  assertEquals(ids({ conversation: RED, limit: 10 }), ["a", "b"]);
  assertEquals(ids({ since: 20, limit: 10 }), ["c"]);
  assertEquals(ids({ search: "100%", limit: 10 }), ["a"]);
  assertEquals(ids({ search: "hello", limit: 10 }), ["c"]);
  assertEquals(ids({ search: "'; DROP TABLE message", limit: 10 }), []);
  assertEquals(ids({ limit: 2 }), ["b", "c"]);
  assertEquals(ids({ after: 0, limit: 2 }), ["a", "b"]);
  assertEquals(ids({ after: 1, conversation: RED, limit: 2 }), ["b"]);
  assertEquals(ids({ after: 3, limit: 2 }), []);
});

Deno.test("PeerStore.remember() keeps names, the first source and the latest addresses first", () => {
  using history = openHistory(":memory:", SELF, 1);
  const { peers } = history;
  peers.remember({
    peerId: "red",
    name: "Red",
    source: "mdns",
    seenAt: 5,
    addresses: ["/a", "/b"],
  });
  peers.remember({ peerId: "red", source: "asked", seenAt: 7, reachedAt: "/b" });
  assertEquals(peers.list(SELF, 10), [
    { peerId: "red", name: "Red", source: "mdns", lastSeen: 7, addresses: ["/b", "/a"] },
  ]);
  peers.remember({ peerId: "blue", source: "asked", seenAt: 8, addresses: ["/b"] });
  assertEquals(peers.atAddress("/b"), "red", "a claim does not take an address over");
  assertEquals(peers.atAddress("/a"), undefined, "nobody was reached there");
  const many = Array.from({ length: 50 }, (_, index) => `/many/${index}`);
  peers.remember({ peerId: "red", source: "asked", seenAt: 9, addresses: many });
  assertEquals(peers.list(SELF, 10)[0]?.addresses.length, 16);
});

Deno.test("openHistory() makes the file for its owner only and survives being opened again", () => {
  const folder = Deno.makeTempDirSync();
  const path = `${folder}/chat.db`;
  {
    using history = openHistory(path, SELF, 1);
    history.messages.enqueue([draft("a")], 2);
    for (const { name } of Deno.readDirSync(folder)) {
      assertEquals((Deno.statSync(`${folder}/${name}`).mode ?? 0) & 0o777, 0o600, name);
    }
    using reader = readHistory(path, SELF);
    assertEquals(reader?.list({ limit: 5 }).map(({ id }) => id), ["a"]);
  }
  using again = openHistory(path, SELF, 3);
  assertEquals(waitingIds(again), ["a"]);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("readHistory() gives nothing where there is no file", () => {
  assertEquals(readHistory("/nowhere/chat.db", SELF), undefined);
});

Deno.test("readHistory() says that a file is damaged", () => {
  const path = Deno.makeTempFileSync();
  Deno.writeTextFileSync(path, "this is no database, ".repeat(500));
  const error = assertThrows(() => readHistory(path, SELF), ChatError);
  assertEquals(error.code, "storage-failed");
  assert(error.message.includes("is damaged"), error.message);
  Deno.removeSync(path);
});

Deno.test("MessageStore.acceptAll() saves the messages of several peers in the order of arrival", () => {
  using history = openHistory(":memory:", SELF, 1);
  const from = (peerId: string, id: string) => ({ ...incoming(id), peerId });
  const all = [from("red", "a"), from("blue", "a"), from("red", "b"), from("red", "a")];
  const { fresh } = history.messages.acceptAll(all, 3);
  assertEquals(
    fresh.map(({ position, conversation, id }) => [position, conversation, id]),
    [
      [1, { kind: "peer", peerId: "red" }, "a"],
      [2, { kind: "peer", peerId: "blue" }, "a"],
      [3, { kind: "peer", peerId: "red" }, "b"],
    ],
  );
});

Deno.test("PeerStore.list() leaves classic peers out where they are not wanted", () => {
  using history = openHistory(":memory:", SELF, 1);
  const { peers } = history;
  for (const peerId of ["red", "classic:10.0.0.2:5000"]) {
    peers.remember({ peerId, source: "asked", seenAt: 2 });
  }
  assertEquals(peers.list(SELF, 9).length, 2);
  assertEquals(peers.list(SELF, 9, "keyed").map(({ peerId }) => peerId), ["red"]);
});
