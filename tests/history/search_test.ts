/** `History.list()` with a search, and pages: what it finds is what a look at every text finds. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type History,
  type MessageQuery,
  openHistory,
  readHistory,
} from "../../src/history/mod.ts";
import { SearchTerms } from "../../src/history/search_terms.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";

const SELF = "self";
const RED = { kind: "peer", peerId: "red" } as const;
const BLUE = { kind: "peer", peerId: "blue" } as const;
const AT = { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" } as const;

function incoming(text: string) {
  return { id: crypto.randomUUID(), text, sentAt: 5, replyTo: undefined };
}

function draft(text: string, conversation: typeof RED | typeof AT) {
  return { ...incoming(text), conversation };
}

function takeUp(history: History, steps = Infinity): void {
  for (let step = 0; step < steps && history.textIndex.takeUp(); step++);
}

/** Few words of few letters, so that they meet. */
const word = fc.string({
  unit: fc.constantFrom(..."abAB ßéÉ漢\"%_\\*'\n\0", "e\u0301", "ss", "\u{1F600}"),
  minLength: 1,
  maxLength: 5,
});
const message = fc.record({
  from: fc.constantFrom("red", "blue", "to red", "to nobody"),
  text: fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" ")),
  at: fc.integer({ min: 1, max: 50 }),
});
const query: fc.Arbitrary<MessageQuery> = fc.record({
  search: fc.array(word, { maxLength: 2 }).map((words) => words.join(" ")),
  conversation: fc.constantFrom(RED, BLUE, AT),
  after: fc.nat(50),
  before: fc.nat(50),
  since: fc.nat(50),
  unread: fc.boolean(),
  limit: fc.integer({ min: 1, max: 30 }),
}, { requiredKeys: ["limit"] });

function write(history: History, { from, text, at }: { from: string; text: string; at: number }) {
  if (!from.startsWith("to ")) return history.messages.accept(from, [incoming(text)], at);
  const own = draft(text, from === "to red" ? RED : AT);
  return history.messages.enqueue([{ ...own, sentAt: at }], at);
}

/** What `list()` says, by looking at everything. */
function naively(history: History, query: MessageQuery): string[] {
  const { conversation, after, before = Infinity, since = 0, unread, search = "", limit } = query;
  const terms = new SearchTerms(search);
  const unseen = new Set(history.readMarks.unread(1_000).map(({ position }) => position));
  const fitting = history.list({ limit: 1_000 }).filter((message) =>
    (conversation === undefined ||
      JSON.stringify(message.conversation) === JSON.stringify(conversation)) &&
    message.position > (after ?? 0) && message.position < before &&
    (message.direction === "in" ? message.receivedAt : message.sentAt) >= since &&
    (!unread || unseen.has(message.position)) && terms.fit(message.text)
  );
  return (after === undefined ? fitting.slice(-limit) : fitting.slice(0, limit)).map(({ id }) =>
    id
  );
}

Deno.test("History.list() finds what a look at every text finds, however far the index is", () => {
  const history = fc.array(message, { maxLength: 40 });
  fc.assert(
    fc.property(history, fc.array(query, { minLength: 5 }), fc.nat(40), (all, queries, covered) => {
      using history = openHistory(":memory:", SELF, 1);
      for (const [index, each] of all.entries()) {
        if (index === covered) takeUp(history);
        write(history, each);
      }
      const [first] = history.readMarks.unread(1);
      if (first !== undefined) history.readMarks.markRead([first], 60, { receipt: false });
      for (const query of queries) {
        const found = history.list(query).map(({ id }) => id);
        assertEquals(found, naively(history, query), JSON.stringify(query));
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("History.list() finds in thousands of messages, with an index and without, page by page", () => {
  using history = openHistory(":memory:", SELF, 1);
  const texts = Array.from(
    { length: 25_000 },
    (_, index) => `Number ${index}${index % 500 === 0 ? " Größe" : ""}`,
  );
  history.messages.accept("red", texts.slice(0, 12_000).map(incoming), 2);
  takeUp(history, 20);
  history.messages.accept("blue", texts.slice(12_000, 14_000).map(incoming), 2);
  history.messages.accept("red", texts.slice(14_000).map(incoming), 2);
  for (let indexed = 0; indexed < 2; indexed++) {
    const found = (query: Omit<MessageQuery, "limit">, limit = 30_000) =>
      history.list({ ...query, limit }).map(({ position }) => position - 1);
    assertEquals(found({ search: "GRÖSSE" }), Array.from({ length: 50 }, (_, n) => n * 500));
    assertEquals(found({ search: "größe" }, 3), [23_500, 24_000, 24_500]);
    assertEquals(found({ search: "größe", after: 0 }, 3), [0, 500, 1_000]);
    assertEquals(found({ search: "größe", before: 24_001 }, 2), [23_000, 23_500]);
    assertEquals(found({ search: "größe", after: 501, before: 1_502 }), [1_000, 1_500]);
    assertEquals(found({ search: "größe", conversation: BLUE }), [12_000, 12_500, 13_000, 13_500]);
    assertEquals(found({ search: "größe", conversation: RED }).length, 46);
    assertEquals(found({ search: "number" }, 20_000).at(0), 5_000);
    assertEquals(found({ search: "number", after: 0 }, 20_000).at(-1), 19_999);
    assertEquals(found({ search: "ö 22" }), [22_000, 22_500]);
    assertEquals(found({ search: "nowhere" }), []);
    takeUp(history);
  }
});

Deno.test("History.list() takes a query as text, whatever is in it", () => {
  using history = openHistory(":memory:", SELF, 1);
  const hostile = [
    "'; DROP TABLE message; --",
    '"*',
    'NEAR("a" "b", 5)',
    "a AND NOT b OR c",
    "{text} : ^abc",
    "-minus",
    "100%_\\",
    "?1 :a @b $c",
    `"${"long ".repeat(5_000)}"`,
  ];
  history.messages.accept("red", ["nothing of it", ...hostile].map(incoming), 2);
  for (let indexed = 0; indexed < 2; indexed++) {
    for (const search of hostile.slice(0, -1)) {
      const found = history.list({ search, limit: 9 }).map(({ text }) => text);
      assertEquals(found, [search]);
    }
    assertEquals(history.list({ search: hostile.at(-1) ?? "", limit: 9 }).length, 1);
    assertEquals(history.list({ search: " \n", limit: 20 }).length, 10);
    assertEquals(history.list({ search: "a\0b \ud800", limit: 20 }), []);
    takeUp(history);
  }
});

Deno.test("History.list() takes what stands between words for a space", () => {
  using history = openHistory(":memory:", SELF, 1);
  history.messages.accept("red", ["red\tblue", "red_blue", "rot\u00a0blau"].map(incoming), 2);
  for (let indexed = 0; indexed < 2; indexed++) {
    const found = (search: string) => history.list({ search, limit: 9 }).map(({ text }) => text);
    assertEquals(found('"RED blue"'), ["red\tblue"]);
    assertEquals(found('"rot blau"'), ["rot\u00a0blau"]);
    assertEquals(found('"d b"'), ["red\tblue"]);
    takeUp(history);
  }
});

Deno.test("History.list() gives pages before a position, oldest first, and between two", () => {
  using history = openHistory(":memory:", SELF, 1);
  for (let index = 0; index < 10; index++) {
    history.messages.accept(index % 2 === 0 ? "red" : "blue", [incoming(`${index + 1}`)], 2);
  }
  const positions = (query: MessageQuery) => history.list(query).map(({ position }) => position);
  assertEquals(positions({ before: 6, limit: 2 }), [4, 5]);
  assertEquals(positions({ before: 1, limit: 2 }), []);
  assertEquals(positions({ before: 99, limit: 2 }), [9, 10]);
  assertEquals(positions({ conversation: RED, before: 7, limit: 2 }), [3, 5]);
  assertEquals(positions({ after: 3, before: 8, limit: 2 }), [4, 5]);
  assertEquals(positions({ after: 3, before: 6, limit: 9 }), [4, 5]);
  assertEquals(positions({ after: 6, before: 3, limit: 9 }), []);
});

Deno.test("readHistory() searches beside the owner, also what is not in the index yet", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  using history = openHistory(path, SELF, 1);
  using reader = readHistory(path, SELF);
  const found = () => reader?.list({ search: "ÄPFEL", limit: 9 }).map(({ text }) => text);
  history.messages.accept("red", ["Äpfel", "Birnen"].map(incoming), 2);
  assertEquals(found(), ["Äpfel"]);
  takeUp(history);
  assertEquals(found(), ["Äpfel"]);
  history.messages.accept("red", [incoming("zwei äpfel")], 3);
  assertEquals(found(), ["Äpfel", "zwei äpfel"]);
  takeUp(history);
  assertEquals(found(), ["Äpfel", "zwei äpfel"]);
});
