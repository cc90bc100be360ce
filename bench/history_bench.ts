/**
 * What reading a long history costs: 100,000 messages of 256 B in 1,000 conversations, half of them in
 * one, on the disk. A third is unread.
 *
 *     deno run --allow-all bench/history_bench.ts
 *
 * - every time is the median of 9 calls, ms, with the slowest
 * - `scan` is a search before there is a full-text index, `index` the same with it
 * - `portion` is what the node does at once to bring the index up to date
 */
import { type History, type MessageQuery, openHistory } from "../src/history/mod.ts";

const MESSAGES = 100_000;
const CONVERSATIONS = 1_000;
const TEXT_CHARACTERS = 256;
const ROUNDS = 9;

/** So that all runs have the same texts: a multiplicative congruential generator (Lehmer). */
function* numbers(): Generator<number, never> {
  for (let state = 1;;) {
    state = (state * 48_271) % 2_147_483_647;
    yield state / 2_147_483_647;
  }
}

function fill(history: History): void {
  const random = numbers();
  const below = (limit: number) => Math.floor(random.next().value ** 2 * limit);
  const letters = "etaoinshrdlucmfwypvbgkjqxz";
  const words = Array.from(
    { length: 20_000 },
    () => Array.from({ length: 2 + below(9) }, () => letters[below(letters.length)]).join(""),
  );
  const text = (index: number) => {
    let made = index % 10_000 === 0 ? "Größtes Ereignis" : "and";
    while (made.length < TEXT_CHARACTERS) made += ` ${words[below(words.length)]}`;
    return made.slice(0, TEXT_CHARACTERS);
  };
  const message = (index: number) => ({
    id: `message ${index}`,
    text: text(index),
    sentAt: index,
    replyTo: undefined,
  });
  const batch = MESSAGES / CONVERSATIONS / 2;
  for (let index = 0; index < MESSAGES; index += batch) {
    const turn = index / batch;
    const peer = turn % 2 === 0 ? 0 : (turn + 1) / 2 % CONVERSATIONS;
    const messages = Array.from({ length: batch }, (_, offset) => message(index + offset));
    const { fresh } = history.messages.accept(`peer ${peer}`, messages, index);
    if (turn % 3 > 0) history.readMarks.markRead(fresh, index, { receipt: false });
  }
}

function row(what: string, values: readonly number[]): void {
  const sorted = values.toSorted((one, other) => one - other);
  const [middle, most] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  console.log(`${what.padEnd(36)} ${middle?.toFixed(1)} ms (at most ${most?.toFixed(1)})`);
}

function measure(what: string, work: () => unknown): void {
  const times = Array.from({ length: ROUNDS }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  });
  row(what, times);
}

function measureSearches(prefix: string, history: History): void {
  const conversation = { kind: "peer", peerId: "peer 0" } as const;
  const searches: readonly (readonly [string, Omit<MessageQuery, "limit">])[] = [
    ["a rare word", { search: "EREIGNIS" }],
    ["a rare word in one conversation", { search: "ereignis", conversation }],
    ["a word that is nowhere", { search: "nowhere at all" }],
    ["a word that is everywhere", { search: "and" }],
    ["two letters that are nowhere", { search: "\u00e4\u00e4" }],
  ];
  for (const [what, query] of searches) {
    measure(`${prefix}, ${what}`, () => history.list({ ...query, limit: 100 }));
  }
}

function run(path: string): void {
  using history = openHistory(path, "self", 1);
  fill(history);
  const conversation = { kind: "peer", peerId: "peer 0" } as const;
  measure("list of conversations", () => history.conversations());
  const page = { conversation, before: MESSAGES / 2, limit: 100 };
  measure("a page of 100 in the middle", () => history.list(page));
  measureSearches("scan", history);
  const portions: number[] = [];
  for (let hasMore = true; hasMore;) {
    const began = performance.now();
    hasMore = history.textIndex.takeUp();
    portions.push(performance.now() - began);
  }
  measureSearches("index", history);
  row("portion", portions);
  const total = portions.reduce((sum, each) => sum + each, 0);
  console.log(`${"all portions".padEnd(36)} ${(total / 1_000).toFixed(1)} s`);
}

const folder = await Deno.makeTempDir();
try {
  const path = `${folder}/chat.db`;
  run(path);
  for (const [what, file] of [["database", path], ["index", `${path}.search`]] as const) {
    console.log(`${what.padEnd(36)} ${(Deno.statSync(file).size / 1e6).toFixed(1)} MB`);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
