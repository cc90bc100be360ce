import { assert, assertEquals } from "@std/assert";
import { type History, openHistory, readHistory } from "../../src/history/mod.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";

const SELF = "self";
const RED = { kind: "peer", peerId: "red" } as const;
const BLUE = { kind: "peer", peerId: "blue" } as const;
const AT = { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" } as const;

function incoming(id: string) {
  return { id, text: `text of ${id}`, sentAt: 5, replyTo: undefined };
}

function draft(id: string, conversation: typeof RED | typeof AT) {
  return { ...incoming(id), conversation };
}

/** Each conversation with the id of its last message, and what is unread and what waits. */
function summary(history: Pick<History, "conversations"> | undefined) {
  return history?.conversations().map(({ conversation, last, unread, waiting }) => {
    assertEquals(last.conversation, conversation);
    return [conversation, last.id, unread, waiting];
  });
}

Deno.test("History.conversations() gives each with its newest message and what is open, newest first", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  using history = openHistory(path, SELF, 1);
  const { messages, outbox, readMarks } = history;
  assertEquals(summary(history), []);
  messages.accept("red", [incoming("a"), incoming("b")], 2);
  messages.enqueue([draft("x", AT)], 3);
  messages.accept("blue", [incoming("c")], 4);
  assertEquals(summary(history), [[BLUE, "c", 1, 0], [AT, "x", 0, 1], [RED, "b", 2, 0]]);
  messages.enqueue([draft("d", RED), draft("e", RED)], 5);
  messages.record("red", ["d"], "delivered", 6);
  readMarks.markRead(readMarks.unread(1), 7, { receipt: false });
  assertEquals(summary(history), [[RED, "e", 1, 1], [BLUE, "c", 1, 0], [AT, "x", 0, 1]]);
  assertEquals(history.conversations()[0]?.last, history.messages.own("e"));
  messages.bind(AT.address, "red", 8);
  outbox.cancel("e", 9);
  assertEquals(summary(history), [[RED, "e", 1, 1], [BLUE, "c", 1, 0]]);
  using reader = readHistory(path, SELF);
  assertEquals(summary(reader), summary(history));
});

Deno.test("History.conversations() leaves out peers without a message, and the oldest beyond 1,000", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.peers.remember({ peerId: "green", source: "mdns", seenAt: 1 });
  history.messages.accept("green", [], 1);
  for (let index = 0; index < 1_005; index++) {
    history.messages.accept(`peer ${index}`, [incoming(`${index}`)], 2);
  }
  history.messages.accept("peer 3", [incoming("again")], 3);
  const all = history.conversations();
  assertEquals(all.length, 1_000);
  assertEquals(all[0]?.last.id, "again");
  assertEquals(all[0]?.unread, 2);
  const ids = new Set(all.map(({ last }) => last.id));
  assert(!ids.has("0") && !ids.has("5") && ids.has("6"));
});
