/**
 * The SQLite file of a profile: how it is opened, how a transaction is run, and what its errors
 * mean to a person. WAL with `synchronous=FULL`: what a transaction committed survives a power cut.
 */
import { DatabaseSync } from "node:sqlite";
import { ChatError } from "../errors.ts";
import { migrate } from "./schema.ts";

/** How long a statement waits for another process's lock. It blocks everything: keep it short. */
const BUSY_TIMEOUT_MS = 200;

/** SQLite's primary result codes that people can do something about (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
/** Also where a disk was full already when the database was opened: SQLite does not say which. */
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/**
 * Opens the database at `path`, makes it where it is missing (readable by its owner only), and
 * brings it to the current schema. `:memory:` gives one that lives in memory.
 * @throws ChatError `storage-failed`
 */
export function openDatabase(path: string, now: number): DatabaseSync {
  if (path !== ":memory:") reserveFile(path);
  return guard(path, () => {
    const db = new DatabaseSync(path);
    try {
      db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
      db.exec("PRAGMA journal_mode = WAL");
      db.exec("PRAGMA synchronous = FULL");
      db.exec("PRAGMA foreign_keys = ON");
      migrate(db, now);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/**
 * Opens an existing database for reading while its owner may be running; undefined if there is none.
 * @throws ChatError `storage-failed`
 */
export function openDatabaseReadOnly(path: string): DatabaseSync | undefined {
  try {
    Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw storageError(path, error);
  }
  return guard(path, () => {
    const db = new DatabaseSync(path, { readOnly: true });
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    return db;
  });
}

/**
 * Runs `work` in one transaction that survives the death of this process, but is not forced to the
 * disk: after a power cut it may be gone, and the database is as it was before. Only for what will
 * be found out again.
 * @throws ChatError `storage-failed`
 */
export function lazyTransaction<T>(db: DatabaseSync, work: () => T): T {
  return guard("the database", () => {
    db.exec("PRAGMA synchronous = NORMAL");
    try {
      return transaction(db, work);
    } finally {
      db.exec("PRAGMA synchronous = FULL");
    }
  });
}

/**
 * Runs `work` in one transaction: all of it is on disk when this returns, or none.
 * @throws ChatError `storage-failed`
 */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  return guard("the database", () => {
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      rollBack(db);
      throw error;
    }
  });
}

function rollBack(db: DatabaseSync): void {
  try {
    db.exec("ROLLBACK");
  } catch {
    // SQLite rolled back by itself (disk full): the first error says all.
  }
}

/**
 * Runs `work` and gives what SQLite throws the words of this program.
 * @param path the file, for the message
 * @throws ChatError `storage-failed`
 */
export function guard<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ChatError) throw error;
    throw storageError(path, error);
  }
}

function storageError(path: string, cause: unknown): ChatError {
  const [what, hint] = explain(cause);
  return new ChatError("storage-failed", `not saved: ${path} ${what}`, { hint, cause });
}

function explain(cause: unknown): [what: string, hint: string] {
  const message = cause instanceof Error ? cause.message : String(cause);
  switch (primaryCode(cause, message)) {
    case SQLITE_FULL:
      return ["does not fit: the disk is full", "make room on the disk; nothing was lost"];
    case SQLITE_IOERR:
      return [
        "could not be read or written: the disk is full, or fails",
        "make room on the disk and try again; what was saved before is still there",
      ];
    case SQLITE_BUSY:
      return ["is locked by another process", "close the program that has the database open"];
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return [`cannot be opened or written (${message})`, "check the permissions of the folder"];
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return [
        "is damaged",
        "move chat.db away to start with an empty history; the identity is a separate file",
      ];
    default:
      return [`failed (${message})`, "run again with --verbose to see where"];
  }
}

/** `exec()` throws errors without `errcode` (Deno 2.9), so the text has to serve there. */
function primaryCode(cause: unknown, message: string): number | undefined {
  if (cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number") {
    return cause.errcode & 0xff;
  }
  if (cause instanceof Deno.errors.PermissionDenied) return SQLITE_CANTOPEN;
  if (/disk is full|No space left/.test(message)) return SQLITE_FULL;
  if (/disk I\/O error/.test(message)) return SQLITE_IOERR;
  if (/database is locked/.test(message)) return SQLITE_BUSY;
  if (/readonly/.test(message)) return SQLITE_READONLY;
  if (/malformed/.test(message)) return SQLITE_CORRUPT;
  if (/not a database/.test(message)) return SQLITE_NOTADB;
  if (/unable to open/.test(message)) return SQLITE_CANTOPEN;
  return undefined;
}

/** SQLite gives its side files (WAL, shared memory) the permissions of the main file. */
function reserveFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw storageError(path, error);
  }
}
