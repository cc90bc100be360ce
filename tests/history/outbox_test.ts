import { assertEquals } from "@std/assert";
import { openHistory } from "../../src/history/mod.ts";

const RED = { kind: "peer", peerId: "red" } as const;
const AT = { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" } as const;

function open() {
  const history = openHistory(":memory:", "self", 1);
  const { messages, outbox } = history;
  const write = (id: string, conversation: typeof RED | typeof AT, now: number) =>
    messages.enqueue(
      [{ conversation, id, text: `text of ${id}`, sentAt: now, replyTo: undefined }],
      now,
    );
  return { history, messages, outbox, write, [Symbol.dispose]: () => history[Symbol.dispose]() };
}

Deno.test("Outbox.list() gives what waits, in the order of writing, and nothing else", () => {
  using db = open();
  db.write("a", RED, 2);
  db.write("b", AT, 3);
  db.write("c", RED, 4);
  db.write("d", RED, 5);
  db.messages.accept("red", [{ id: "x", sentAt: 1, text: "hi", replyTo: undefined }], 6);
  db.messages.record("red", ["a"], "sent", 7);
  db.messages.record("red", ["c"], "delivered", 7);
  assertEquals(
    db.outbox.list(10).map(({ message }) => [message.id, message.state, message.sentAt]),
    [["a", "sent", 2], ["b", "queued", 3], ["d", "queued", 5]],
  );
  assertEquals(db.outbox.list(1).map(({ message }) => message.id), ["a"]);
  assertEquals([db.outbox.count(), db.outbox.count(RED), db.outbox.count(AT)], [3, 2, 1]);
  assertEquals(db.outbox.conversations(), [RED, AT]);
});

Deno.test("Outbox.tried() counts the attempts of a conversation and keeps the last", () => {
  using db = open();
  db.write("a", RED, 2);
  db.write("b", AT, 2);
  assertEquals(db.outbox.list(10).map(({ search }) => search), [undefined, undefined]);
  db.outbox.tried(RED, { lastTried: 3, failure: "no answer in time", nextAttempt: 9 });
  db.outbox.tried(RED, { lastTried: 9, failure: "nobody listens there", nextAttempt: undefined });
  db.outbox.tried({ kind: "peer", peerId: "nobody" }, {
    lastTried: 9,
    failure: "unknown",
    nextAttempt: 10,
  });
  const search = {
    attempts: 2,
    lastTried: 9,
    failure: "nobody listens there",
    nextAttempt: undefined,
  };
  assertEquals(db.outbox.list(10).map((entry) => entry.search), [search, undefined]);
  db.outbox.found(RED);
  assertEquals(db.outbox.searchFor(RED), undefined);
});

Deno.test("Outbox.tried() of an address ends when a peer has answered there", () => {
  using db = open();
  db.write("a", AT, 2);
  db.outbox.tried(AT, { lastTried: 3, failure: "no answer in time", nextAttempt: 9 });
  assertEquals(db.outbox.list(1)[0]?.search?.attempts, 1);
  db.messages.bind(AT.address, "red", 4);
  assertEquals(db.outbox.list(1)[0]?.search, undefined);
  assertEquals(db.outbox.count(RED), 1);
});

Deno.test("Outbox.cancel() takes back what waits, for a peer or an address, once", () => {
  using db = open();
  db.write("a", RED, 2);
  db.write("b", AT, 2);
  db.write("c", RED, 2);
  db.messages.record("red", ["c"], "delivered", 3);
  assertEquals(db.outbox.cancel("a", 4)?.state, "queued");
  assertEquals(db.outbox.cancel("b", 4)?.conversation, AT);
  for (const id of ["a", "b", "c", "unknown"]) assertEquals(db.outbox.cancel(id, 5), undefined, id);
  assertEquals(db.messages.own("a")?.state, "cancelled");
  assertEquals(db.messages.own("a")?.stateAt, 4);
  assertEquals(db.messages.own("c")?.state, "delivered");
  assertEquals([db.outbox.count(), db.messages.waiting("red", 0, 10)], [0, []]);
});

Deno.test("MessageStore.record() believes the recipient also of what was taken back", () => {
  using db = open();
  for (const id of ["a", "b", "c"]) {
    db.write(id, RED, 2);
    db.outbox.cancel(id, 3);
  }
  assertEquals(db.messages.record("red", ["a"], "sent", 4), []);
  assertEquals(db.messages.record("red", ["a"], "delivered", 4).length, 1);
  assertEquals(db.messages.record("red", ["b"], "read", 4).length, 1);
  assertEquals(db.messages.record("red", ["c"], "refused", 4, "no").length, 1);
});

Deno.test("MessageStore.record() goes from delivered to read, and never back", () => {
  using db = open();
  db.write("a", RED, 2);
  db.messages.record("red", ["a"], "delivered", 3);
  assertEquals(db.messages.record("red", ["a"], "read", 4)[0]?.state, "read");
  for (const state of ["sent", "delivered", "refused", "cancelled", "read"] as const) {
    assertEquals(db.messages.record("red", ["a"], state, 5), [], state);
  }
  assertEquals(db.messages.own("a")?.stateAt, 4);
});

Deno.test("Outbox.cancel() of the last that waits forgets how the search went", () => {
  using db = open();
  db.write("a", RED, 2);
  db.write("b", RED, 2);
  db.outbox.tried(RED, { lastTried: 3, failure: "no answer in time", nextAttempt: 9 });
  db.outbox.cancel("a", 4);
  assertEquals(db.outbox.searchFor(RED)?.attempts, 1);
  db.outbox.cancel("b", 4);
  assertEquals(db.outbox.searchFor(RED), undefined);
});

Deno.test("MessageStore.recordUnanswerable() takes what was sent out of the outbox, for ever", () => {
  using db = open();
  for (const id of ["a", "b", "c"]) db.write(id, RED, 2);
  db.outbox.tried(RED, { lastTried: 3, failure: "nobody there", nextAttempt: undefined });
  const [own, ...others] = db.messages.recordUnanswerable("red", ["b", "unknown"], 5);
  assertEquals(others, []);
  assertEquals(own, db.messages.own("b"));
  assertEquals([own?.state, own?.stateAt, own?.unanswerable], ["sent", 5, true]);
  assertEquals(db.messages.own("a")?.unanswerable, false);
  assertEquals(db.messages.waiting("red", 0, 9).map(({ id }) => id), ["a", "c"]);
  assertEquals(db.outbox.list(9).map(({ message }) => message.id), ["a", "c"]);
  assertEquals([db.outbox.count(), db.outbox.count(RED)], [2, 2]);
  assertEquals(db.history.conversations().map(({ waiting }) => waiting), [2]);
  assertEquals(db.outbox.cancel("b", 6), undefined);
  assertEquals(db.messages.recordUnanswerable("red", ["b"], 7), [], "once");
  db.messages.recordUnanswerable("red", ["a", "c"], 8);
  assertEquals([db.outbox.conversations(), db.outbox.count(RED)], [[], 0]);
});

Deno.test("MessageStore.recordUnanswerable() leaves alone what does not wait, and what is for others", () => {
  using db = open();
  for (const id of ["a", "b"]) db.write(id, RED, 2);
  db.messages.record("red", ["a"], "delivered", 3);
  db.outbox.cancel("b", 3);
  assertEquals(db.messages.recordUnanswerable("red", ["a", "b"], 4), []);
  db.write("c", RED, 5);
  assertEquals(db.messages.recordUnanswerable("blue", ["c"], 6), []);
  assertEquals(db.messages.own("c")?.state, "queued");
});
