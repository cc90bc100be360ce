/** The full-text index as a file: what it covers, how it is made anew, who reads it. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../src/errors.ts";
import { openDatabase } from "../../src/history/database.ts";
import { type History, openHistory, readHistory } from "../../src/history/mod.ts";
import { SearchTerms } from "../../src/history/search_terms.ts";
import { TextIndex } from "../../src/history/text_index.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";
import { contents, NOON, overwrite, pageOf } from "./damaged_fixture.ts";

const SELF = "self";
const ALL = { after: 0, before: Number.MAX_SAFE_INTEGER };
const LAST_FIRST = { ascending: false, limit: 100 };

function receive(history: History, texts: readonly string[], from = "red"): void {
  const messages = texts.map((text) => ({
    id: crypto.randomUUID(),
    text,
    sentAt: 5,
    replyTo: undefined,
  }));
  history.messages.accept(from, messages, 6);
}

function takeUpAll(index: Pick<TextIndex, "takeUp">): number {
  let steps = 1;
  while (index.takeUp()) steps++;
  return steps;
}

function texts(history: Pick<History, "list"> | undefined, search: string): string[] {
  return history?.list({ search, limit: 100 }).map(({ text }) => text) ?? [];
}

/** What the index itself says, as another process that may only read. */
function inIndex(path: string, search: string): { covered: number; positions?: number[] } {
  const { db } = openDatabase(path, NOON);
  try {
    using index = new TextIndex(db, `${path}.search`, { mayWrite: false });
    const positions = index.positions(new SearchTerms(search), ALL, LAST_FIRST);
    return { covered: index.covered(), ...(positions === undefined ? {} : { positions }) };
  } finally {
    db.close();
  }
}

Deno.test("TextIndex.takeUp() takes up what is new, and says whether there is more to do", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  using history = openHistory(path, SELF, 1);
  assertEquals(history.textIndex.takeUp(), false);
  assertEquals([...contents(folder.path).keys()].filter((name) => name.includes("search")), []);
  receive(history, ["apple pie", "pear", "Apple"]);
  assertEquals(history.textIndex.takeUp(), true);
  assertEquals(inIndex(path, "apple"), { covered: 0, positions: [] });
  assertEquals(texts(history, "apple").length, 2, "while the index is at work");
  takeUpAll(history.textIndex);
  assertEquals(inIndex(path, "apple"), { covered: 3, positions: [3, 1] });
  assertEquals(history.textIndex.takeUp(), false);
  receive(history, Array.from({ length: 600 }, (_, index) => `number ${index}`));
  takeUpAll(history.textIndex);
  assertEquals(inIndex(path, "number 599"), { covered: 603, positions: [603] });
});

Deno.test("TextIndex.takeUp() does a little at a time, and what was committed stays", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  const some = Array.from({ length: 30 }, (_, index) => `apple ${index}, ${"z".repeat(32_000)}`);
  let covered = 0;
  {
    using history = openHistory(path, SELF, 1);
    receive(history, some);
    while (covered === 0 && history.textIndex.takeUp()) covered = inIndex(path, "apple").covered;
    assert(covered > 5 && covered < 12, `${covered}`);
    history.textIndex.takeUp();
    assertEquals(texts(history, "apple").length, 30);
  }
  assertEquals(inIndex(path, "apple").covered, covered);
  using history = openHistory(path, SELF, 2);
  assert(takeUpAll(history.textIndex) > 30, "one message at a time, and tidying up");
  assertEquals(inIndex(path, "apple").positions?.length, 30);
});

Deno.test("TextIndex.positions() gives a page in either direction, and cannot tell for short words", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  using history = openHistory(path, SELF, 1);
  receive(history, ["one hat", "two", "hat three", "that"]);
  takeUpAll(history.textIndex);
  const { db } = openDatabase(path, NOON);
  using index = new TextIndex(db, `${path}.search`, { mayWrite: false });
  const terms = new SearchTerms("hat");
  assertEquals(index.positions(terms, ALL, { ascending: true, limit: 2 }), [1, 3]);
  assertEquals(index.positions(terms, ALL, { ascending: false, limit: 2 }), [4, 3]);
  assertEquals(index.positions(terms, { after: 1, before: 4 }, LAST_FIRST), [3]);
  assertEquals(index.positions(new SearchTerms("ha"), ALL, LAST_FIRST), undefined);
  assertEquals(index.positions(new SearchTerms("ha two"), ALL, LAST_FIRST), [2]);
  assertEquals(index.positions(new SearchTerms('"*(^ hat'), ALL, LAST_FIRST), []);
  db.close();
});

Deno.test("the index is readable by its owner only, and survives being opened again", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  {
    using history = openHistory(path, SELF, 1);
    receive(history, ["apple"]);
    takeUpAll(history.textIndex);
    for (const { name } of Deno.readDirSync(folder.path)) {
      assertEquals((Deno.statSync(`${folder.path}/${name}`).mode ?? 0) & 0o777, 0o600, name);
    }
  }
  const before = contents(folder.path).get("chat.db.search");
  using history = openHistory(path, SELF, 2);
  assertEquals(texts(history, "apple"), ["apple"]);
  assertEquals(history.textIndex.takeUp(), false);
  assertEquals(contents(folder.path).get("chat.db.search"), before);
});

const INDEX_DAMAGES: ReadonlyMap<string, (path: string) => void> = new Map([
  ["whose words were overwritten", (path) => overwrite(path, pageOf(path, "message_text_data"))],
  ["whose list of words was overwritten", (path) => {
    overwrite(path, pageOf(path, "message_text_idx"));
  }],
  ["with a page full of zeros", (path) => overwrite(path, pageOf(path, "message_text_data"), 0)],
  ["that lost what it covers", (path) => overwrite(path, pageOf(path, "covered"))],
  ["without its first page", (path) => overwrite(path, 1)],
  ["that was cut off", (path) => Deno.truncateSync(path, 3 * 4096 + 7)],
  ["that is no database", (path) => Deno.writeTextFileSync(path, "no database, ".repeat(900))],
  ["that is empty", (path) => Deno.truncateSync(path)],
  ["of another version", (path) => {
    const db = new DatabaseSync(path);
    db.exec("PRAGMA user_version = 99; DROP TABLE covered");
    db.close();
  }],
  ["that is gone", (path) => Deno.removeSync(path)],
]);

for (const [what, damage] of INDEX_DAMAGES) {
  Deno.test(`an index ${what} hides nothing, and is made anew`, async () => {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/chat.db`;
    const some = Array.from(
      { length: 300 },
      (_, index) => `apple number ${index}, ${"z".repeat(99)}`,
    );
    {
      using history = openHistory(path, SELF, 1);
      receive(history, some);
      takeUpAll(history.textIndex);
    }
    damage(`${path}.search`);
    {
      using reader = readHistory(path, SELF);
      assertEquals(texts(reader, "number 299"), [some[299]]);
      assertEquals(texts(reader, "apple 7").length, 57);
    }
    using history = openHistory(path, SELF, 2);
    assertEquals(history.putAside, undefined);
    assertEquals(texts(history, "number 29").length, 13);
    takeUpAll(history.textIndex);
    assertEquals(inIndex(path, "number 299"), { covered: 300, positions: [300] });
    receive(history, ["apple number 300"]);
    assertEquals(texts(history, '"number 30"'), [some[30], "apple number 300"]);
    assertEquals(
      [...contents(folder.path).keys()].filter((name) => /damaged|suspect/.test(name)),
      [],
    );
  });
}

Deno.test("an index that belongs to another database is not believed, and made anew", async () => {
  await using folder = await TemporaryFolder.make();
  const [path, copy] = [`${folder.path}/chat.db`, `${folder.path}/copy.db`];
  {
    using history = openHistory(path, SELF, 1);
    receive(history, ["old"]);
  }
  await Deno.copyFile(path, copy);
  {
    using history = openHistory(path, SELF, 2);
    receive(history, ["apple", "pear"]);
    takeUpAll(history.textIndex);
  }
  // The database as it was before comes back, and goes another way.
  await Deno.copyFile(copy, path);
  using history = openHistory(path, SELF, 3);
  receive(history, ["cherry", "plum", "apple"]);
  assertEquals(texts(history, "apple"), ["apple"]);
  assertEquals(texts(history, "cherry"), ["cherry"]);
  takeUpAll(history.textIndex);
  assertEquals(inIndex(path, "cherry"), { covered: 4, positions: [2] });
});

Deno.test("TextIndex.takeUp() says why it cannot, and a search goes on without", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  using history = openHistory(path, SELF, 1);
  receive(history, ["apple"]);
  takeUpAll(history.textIndex);
  receive(history, ["apples"]);
  const holder = new DatabaseSync(`${path}.search`);
  holder.exec("BEGIN IMMEDIATE");
  const error = assertThrows(() => history.textIndex.takeUp(), ChatError);
  assertEquals(error.code, "storage-busy");
  assert(error.message.includes("chat.db.search is locked by another process"), error.message);
  assertEquals(texts(history, "apple"), ["apple", "apples"]);
  holder.exec("ROLLBACK");
  holder.close();
  takeUpAll(history.textIndex);
  assertEquals(inIndex(path, "apple"), { covered: 2, positions: [2, 1] });
});

Deno.test("TextIndex.takeUp() leaves damage of the messages to the database, and the index as it is", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  using history = openHistory(path, SELF, 1);
  receive(history, ["apple"]);
  takeUpAll(history.textIndex);
  receive(history, Array.from({ length: 3_000 }, (_, index) => `${index}`));
  const before = Deno.statSync(`${path}.search`).ino;
  {
    const db = new DatabaseSync(path);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    db.close();
  }
  overwrite(path, pageOf(path, "message"));
  using damaged = openBeside(path);
  const error = assertThrows(() => damaged.index.takeUp(), ChatError);
  assert(error.message.includes(`${path} is damaged`), error.message);
  assertEquals(Deno.statSync(`${path}.search`).ino, before);
});

/** The index of a database that is not checked first. */
function openBeside(path: string): { index: TextIndex } & Disposable {
  const db = new DatabaseSync(path);
  const index = new TextIndex(db, `${path}.search`, { mayWrite: true });
  return {
    index,
    [Symbol.dispose]() {
      index[Symbol.dispose]();
      db.close();
    },
  };
}
