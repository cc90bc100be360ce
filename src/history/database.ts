/**
 * The SQLite file of a profile: how it is opened and how a transaction is run.
 *
 * Guarantees
 * - WAL with `synchronous=FULL`: what a transaction committed survives a power cut
 * - a damaged file is found when it is opened for writing and put aside, never overwritten; damage
 *   that shows later is an error, and the next opening for writing looks for it (`damaged.ts`)
 * - while another process holds the lock, all transactions together wait `BUSY_TIMEOUT_MS` for it and
 *   then fail with `storage-busy`, at once, until one of them gets through
 *
 * Trying again is up to the callers: everything here is synchronous and blocks the process.
 */
import { DatabaseSync } from "node:sqlite";
import { findDamage, mark, putAside } from "./damaged.ts";
import { BUSY_TIMEOUT_MS, openToRead } from "./open_to_read.ts";
import { migrate } from "./schema.ts";
import { refuseNewerSchema } from "./schema_version.ts";
import { isBusy, isDamage, storageError } from "./storage_error.ts";

/** A database that is open for writing. */
export interface OpenedDatabase {
  readonly db: DatabaseSync;
  /** Where the file that was there has gone, because it is damaged; undefined: nothing happened. */
  readonly putAside: string | undefined;
}

/**
 * Opens the database at `path`, makes it where it is missing (readable by its owner only), and
 * brings it to the current schema. `:memory:` gives one that lives in memory.
 * @param now ms since the epoch
 * @throws ChatError `storage-busy`, `storage-failed`; then the file is as it was
 */
export function openDatabase(path: string, now: number): OpenedDatabase {
  if (path === ":memory:") return { db: openFile(path, now), putAside: undefined };
  return saving(path, () => {
    const damage = findDamage(path);
    if (damage !== undefined) return beginAnew(path, now);
    reserveFile(path);
    try {
      refuseNewer(path);
      return { db: openFile(path, now), putAside: undefined };
    } catch (error) {
      // A file that was not checked because of its size.
      if (isDamage(error)) return beginAnew(path, now);
      throw error;
    }
  });
}

/**
 * Opens an existing database for reading while its owner may be running; undefined if there is none.
 * @throws ChatError `storage-busy`, `storage-failed`
 */
export function openDatabaseReadOnly(path: string): DatabaseSync | undefined {
  return guard(path, () => fileExists(path) ? openToRead(path) : undefined);
}

/**
 * Runs `work` in one transaction that survives the death of this process, but is not forced to the
 * disk: after a power cut it may be gone, and the database is as it was before. Only for what will
 * be found out again, is flushed (`log_flush.ts`) before anybody relies on it, or was never promised to
 * survive that.
 * @throws ChatError `storage-busy`, `storage-failed`
 */
export function lazyTransaction<T>(db: DatabaseSync, work: () => T): T {
  return saving(db, () => run(db, "NORMAL", work));
}

/**
 * Runs `work` in one transaction: all of it is on disk when this returns, or none.
 * @throws ChatError `storage-busy`, `storage-failed`
 */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  return saving(db, () => run(db, "FULL", work));
}

function run<T>(db: DatabaseSync, synchronous: "FULL" | "NORMAL", work: () => T): T {
  set(db, "synchronous", synchronous);
  begin(db);
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

/**
 * Runs `work`, which reads, and gives what SQLite throws the words of this program.
 * @param source the database, or its path
 * @throws ChatError `storage-busy`, `storage-failed`
 */
export function guard<T>(source: DatabaseSync | string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failure("", source, error);
  }
}

/** The same for work that writes. */
function saving<T>(target: DatabaseSync | string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failure("not saved: ", target, error);
  }
}

function failure(prefix: string, source: DatabaseSync | string, error: unknown): Error {
  if (!isDamage(error) && typeof source !== "string") {
    return storageError(`${prefix}the database`, error);
  }
  const path = typeof source === "string" ? source : fileOf(source);
  if (isDamage(error) && path !== undefined) mark(path);
  return storageError(`${prefix}${path ?? "the database"}`, error);
}

/**
 * Many channels may try at the same time, again and again. Only the first one that finds the lock
 * taken waits for it; the others do not add their waits to its.
 */
function begin(db: DatabaseSync): void {
  try {
    db.exec("BEGIN IMMEDIATE");
  } catch (error) {
    if (isBusy(error)) set(db, "busy_timeout", 0);
    throw error;
  }
  set(db, "busy_timeout", BUSY_TIMEOUT_MS);
}

/** What each connection was told last: telling it the same for every transaction slows small ones. */
const told = new WeakMap<DatabaseSync, Map<string, string | number>>();

/** All writing is done in the transactions of this file, which say what they need. */
function set(db: DatabaseSync, pragma: "synchronous" | "busy_timeout", value: string | number) {
  let settings = told.get(db);
  if (settings === undefined) told.set(db, settings = new Map());
  if (settings.get(pragma) === value) return;
  db.exec(`PRAGMA ${pragma} = ${value}`);
  settings.set(pragma, value);
}

function rollBack(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch {
    // SQLite rolled back by itself (disk full): the first error says all.
  }
}

function beginAnew(path: string, now: number): OpenedDatabase {
  const aside = putAside(path, now);
  reserveFile(path);
  return { db: openFile(path, now), putAside: aside };
}

/** Before anything is opened for writing: also closing writes, where a log was left. */
function refuseNewer(path: string): void {
  const db = openToRead(path);
  try {
    refuseNewerSchema(db);
  } finally {
    db.close();
  }
}

function openFile(path: string, now: number): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    set(db, "busy_timeout", BUSY_TIMEOUT_MS);
    db.exec("PRAGMA journal_mode = WAL");
    set(db, "synchronous", "FULL");
    db.exec("PRAGMA foreign_keys = ON");
    migrate(db, now);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Undefined for a database in memory. */
function fileOf(db: DatabaseSync): string | undefined {
  const row = db.prepare("PRAGMA database_list").get();
  return typeof row?.file === "string" && row.file !== "" ? row.file : undefined;
}

function fileExists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** SQLite gives its side files (WAL, shared memory) the permissions of the main file. */
function reserveFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
