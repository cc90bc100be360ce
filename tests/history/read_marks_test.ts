import { assertEquals } from "@std/assert";
import { type History, openHistory } from "../../src/history/mod.ts";

function open(): History {
  const history = openHistory(":memory:", "self", 1);
  for (const [sender, id] of [["red", "a"], ["blue", "b"], ["red", "c"]] as const) {
    history.messages.accept(sender, [{ id, sentAt: 1, text: id, replyTo: undefined }], 2);
  }
  const conversation = { kind: "peer", peerId: "red" } as const;
  history.messages.enqueue(
    [{ conversation, id: "own", text: "x", sentAt: 1, replyTo: undefined }],
    3,
  );
  return history;
}

Deno.test("ReadMarks.unread() gives what arrived and was not shown, in order", () => {
  using history = open();
  const { readMarks } = history;
  assertEquals(readMarks.unread(10).map(({ id }) => id), ["a", "b", "c"]);
  assertEquals(readMarks.countUnread(), 3);
  const [first] = readMarks.unread(1);
  assertEquals(readMarks.unread(1, first?.position).map(({ id }) => id), ["b"]);
  readMarks.markRead(readMarks.unread(2), 5, { receipt: false });
  assertEquals(readMarks.unread(10).map(({ id }) => id), ["c"]);
  assertEquals(readMarks.countUnread(), 1);
  assertEquals(readMarks.receiptsFor("red", 10), []);
});

Deno.test("ReadMarks.markRead() notes a receipt once, however often it is called", () => {
  using history = open();
  const { readMarks } = history;
  const all = readMarks.unread(10);
  readMarks.markRead(all, 5, { receipt: true });
  assertEquals(readMarks.receiptsFor("red", 10), ["a", "c"]);
  assertEquals(readMarks.receiptsFor("red", 1), ["a"]);
  assertEquals(readMarks.receiptsFor("blue", 10), ["b"]);
  assertEquals(readMarks.receiptsFor("nobody", 10), []);
  readMarks.receiptsSent("red", ["a", "b"]);
  assertEquals(readMarks.receiptsFor("red", 10), ["c"]);
  assertEquals(readMarks.receiptsFor("blue", 10), ["b"]);
  readMarks.markRead(all, 6, { receipt: true });
  assertEquals(readMarks.receiptsFor("red", 10), ["c"]);
});

Deno.test("ReadMarks.markRead() leaves own messages alone", () => {
  using history = open();
  const own = history.list({ limit: 1 });
  assertEquals(own.map(({ id }) => id), ["own"]);
  history.readMarks.markRead(own, 5, { receipt: true });
  assertEquals(history.readMarks.receiptsFor("red", 10), []);
  assertEquals(history.messages.own("own")?.state, "queued");
});

Deno.test("PeerStore.noteDial() keeps the last result of every address of a peer", () => {
  using history = open();
  const { peers } = history;
  const [near, far] = ["/ip4/10.0.0.1/tcp/7000", "/ip4/10.0.0.2/tcp/7000"];
  peers.remember({ peerId: "red", source: "asked", seenAt: 3, reachedAt: near });
  assertEquals(peers.dialled("red"), [
    { address: near, lastWorked: 3, triedAt: 3, failure: undefined },
  ]);
  peers.noteDial("red", near, 4, "nobody listens there");
  peers.noteDial("red", far, 5, undefined);
  peers.noteDial("nobody", far, 5, undefined);
  assertEquals(peers.dialled("red"), [
    { address: far, lastWorked: 5, triedAt: 5, failure: undefined },
    { address: near, lastWorked: 3, triedAt: 4, failure: "nobody listens there" },
  ]);
  assertEquals(peers.dialled("nobody"), []);
  assertEquals(peers.atAddress(far), "red");
});
