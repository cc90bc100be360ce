import { assert, assertEquals, assertThrows } from "@std/assert";
import type { DatabaseSync } from "node:sqlite";
import { ChatError } from "../../src/errors.ts";
import {
  guard,
  lazyTransaction,
  openDatabase,
  openDatabaseReadOnly,
  transaction,
} from "../../src/history/database.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";
import { contents, DAMAGES, NOON, overwrite, pageOf, writeDatabase } from "./damaged_fixture.ts";

const INSERT = "INSERT INTO peer (peer_id, source, last_seen) VALUES ('new', 'mdns', 1)";
const ASIDE = "chat.db.damaged-20261122T120000Z";

function names(folder: string): string[] {
  return [...contents(folder).keys()].sort();
}

function countPeers(db: DatabaseSync): unknown {
  return db.prepare("SELECT count(*) AS count FROM peer").get()?.count;
}

/** A second program with the same database, for as long as it is not closed. */
function openBeside(path: string): DatabaseSync {
  return openDatabase(path, NOON).db;
}

for (const [what, damage] of DAMAGES) {
  Deno.test(`openDatabase() puts ${what} aside and begins a new database`, async () => {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/chat.db`;
    writeDatabase(path);
    await Deno.writeTextFile(`${folder.path}/identity.key`, "the key");
    damage(path);
    const before = contents(folder.path);
    const { db, putAside } = openDatabase(path, NOON);
    assertEquals(putAside, `${folder.path}/${ASIDE}`);
    assertEquals(countPeers(db), 0);
    db.exec(INSERT);
    db.close();
    const after = contents(folder.path);
    assertEquals(after.get(ASIDE), before.get("chat.db"));
    const log = before.get("chat.db-wal");
    assertEquals(
      after.get(`${ASIDE}-wal`),
      log?.length === 0 ? undefined : log,
      "not an empty one",
    );
    assertEquals(await Deno.readTextFile(`${folder.path}/identity.key`), "the key");

    const again = openDatabase(path, NOON + 1000);
    assertEquals(again.putAside, undefined);
    assertEquals(countPeers(again.db), 1);
    again.db.close();
  });
}

Deno.test("openDatabase() leaves no file behind but the database", async () => {
  await using folder = await TemporaryFolder.make();
  writeDatabase(`${folder.path}/chat.db`);
  const { db, putAside } = openDatabase(`${folder.path}/chat.db`, NOON);
  assertEquals(putAside, undefined);
  assertEquals(countPeers(db), 300);
  db.close();
  assertEquals(names(folder.path), ["chat.db"]);
});

Deno.test("openDatabase() puts nothing aside that is locked or may not be read", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  writeDatabase(path);
  {
    const holder = openBeside(path);
    // Keeps everybody out, readers too.
    holder.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
    const error = assertThrows(() => openDatabase(path, NOON), ChatError);
    assertEquals(error.code, "storage-busy");
    assert(error.message.includes("chat.db is locked by another process"), error.message);
    const reading = assertThrows(() => openDatabaseReadOnly(path), ChatError);
    assertEquals(reading.code, "storage-busy");
    holder.exec("ROLLBACK");
    holder.close();
  }
  await Deno.remove(path);
  await Deno.mkdir(path);
  assertEquals(assertThrows(() => openDatabase(path, NOON), ChatError).code, "storage-failed");
  assertEquals(names(folder.path).filter((name) => name.includes("damaged")), []);
});

Deno.test("openDatabaseReadOnly() says that a file is damaged, with what comes next, and moves nothing", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  writeDatabase(path);
  overwrite(path, 1);
  const error = assertThrows(() => openDatabaseReadOnly(path), ChatError);
  assertEquals(error.code, "storage-failed");
  assertEquals(error.message, `${path} is damaged`);
  assert(error.hint?.includes("puts it aside"), error.hint);
  assert(names(folder.path).includes("chat.db"));
});

Deno.test("transaction() in which damage shows fails, and the next start looks closely", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  writeDatabase(path);
  const { db } = openDatabase(path, NOON);
  overwrite(path, pageOf(path, "sqlite_autoindex_peer_1"));
  const error = assertThrows(() => transaction(db, () => db.exec(INSERT)), ChatError);
  assertEquals(error.code, "storage-failed");
  assertEquals(error.message, `not saved: ${path} is damaged`);
  assert(names(folder.path).includes("chat.db.suspect"));
  db.close();
  const again = openDatabase(path, NOON);
  assertEquals(again.putAside, `${folder.path}/${ASIDE}`);
  again.db.close();
  assertEquals(names(folder.path).includes("chat.db.suspect"), false);
});

Deno.test("guard() notes damage that a reader meets, too", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  writeDatabase(path);
  overwrite(path, pageOf(path, "sqlite_autoindex_peer_1"));
  const reader = openDatabaseReadOnly(path);
  const read = () =>
    guard(path, () => reader?.prepare("SELECT key FROM peer WHERE peer_id = 'x'").all());
  assertEquals(assertThrows(read, ChatError).message, `${path} is damaged`);
  reader?.close();
  assert(names(folder.path).includes("chat.db.suspect"));
});

for (const commit of [transaction, lazyTransaction]) {
  Deno.test(`${commit.name}() says that another process holds the lock, and works after its release`, async () => {
    await using folder = await TemporaryFolder.make();
    const path = `${folder.path}/chat.db`;
    const { db } = openDatabase(path, NOON);
    const holder = openBeside(path);
    const insert = () => commit(db, () => db.exec(INSERT));
    holder.exec("BEGIN EXCLUSIVE");
    for (let attempt = 0; attempt < 3; attempt++) {
      const error = assertThrows(insert, ChatError);
      assertEquals(error.code, "storage-busy");
      assertEquals(error.message, "not saved: the database is locked by another process");
      assertEquals(error.hint, "close the program that has the database open");
    }
    assertEquals(countPeers(db), 0, "reading works all the time");
    holder.exec("COMMIT");
    insert();
    assertEquals(countPeers(holder), 1);
    holder.close();
    db.close();
  });
}

Deno.test("transaction() waits for a lock once, then not again until one got through", async () => {
  await using folder = await TemporaryFolder.make();
  const path = `${folder.path}/chat.db`;
  const { db } = openDatabase(path, NOON);
  const holder = openBeside(path);
  const timeout = () => db.prepare("PRAGMA busy_timeout").get()?.timeout;
  assertEquals(timeout(), 50);
  holder.exec("BEGIN IMMEDIATE");
  assertThrows(() => transaction(db, () => {}), ChatError);
  assertEquals(timeout(), 0);
  assertThrows(() => transaction(db, () => {}), ChatError);
  assertEquals(timeout(), 0);
  holder.exec("COMMIT");
  transaction(db, () => {});
  assertEquals(timeout(), 50);
  holder.close();
  db.close();
});

Deno.test("transaction() forces its commit to the disk, lazyTransaction() does not, in any order", async () => {
  await using folder = await TemporaryFolder.make();
  const { db } = openDatabase(`${folder.path}/chat.db`, NOON);
  // 1: NORMAL, 2: FULL (sqlite.org, "PRAGMA synchronous").
  const level = () => db.prepare("PRAGMA synchronous").get()?.synchronous;
  const full = () => assertEquals(transaction(db, level), 2);
  const lazy = () => assertEquals(lazyTransaction(db, level), 1);
  for (const commit of [full, lazy, lazy, full, full, lazy]) commit();
  const holder = openBeside(`${folder.path}/chat.db`);
  holder.exec("BEGIN IMMEDIATE");
  assertThrows(() => transaction(db, () => {}), ChatError);
  holder.exec("COMMIT");
  lazy();
  full();
  holder.close();
  db.close();
});

Deno.test("transaction() passes on what its work throws, and saves nothing of it", () => {
  const { db } = openDatabase(":memory:", NOON);
  const reason = new ChatError("refused", "no");
  const work = () => {
    db.exec(INSERT);
    throw reason;
  };
  assertEquals(assertThrows(() => transaction(db, work)), reason);
  assertEquals(countPeers(db), 0);
  db.close();
});
