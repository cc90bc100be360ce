/**
 * What SQLite and the file system say about the database, in words for a person, and whether another
 * try is worth it (`storage-busy`) or not (`storage-failed`).
 *
 * It only reads errors: what to do about damage is decided in `database.ts`.
 */
import { ChatError } from "../errors.ts";

/** SQLite's primary result codes that people can do something about (sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
/** Also where a disk was full already when the database was opened: SQLite does not say which. */
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;

/** The primary code is the low byte of an extended one, such as 266 for a failed read. */
const PRIMARY_CODE = 0xff;

/** The texts of SQLite and of the system that stand for a code. */
const TEXTS: readonly (readonly [RegExp, number])[] = [
  [/disk is full|No space left/, SQLITE_FULL],
  [/disk I\/O error|Input\/output error/, SQLITE_IOERR],
  [/database is locked/, SQLITE_BUSY],
  [/readonly/, SQLITE_READONLY],
  [/database disk image is malformed|malformed database schema/, SQLITE_CORRUPT],
  [/file is not a database/, SQLITE_NOTADB],
  [/unable to open/, SQLITE_CANTOPEN],
];

/** Another process holds the lock; a while later it may work. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === SQLITE_BUSY;
}

/** The content of the file is wrong; not: it cannot be read, written or locked. */
export function isDamage(error: unknown): boolean {
  if (error instanceof ChatError) return isDamage(error.cause);
  const code = primaryCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/**
 * What a line of `PRAGMA quick_check` that is not "ok" means. The check goes on where a page cannot
 * be read, and names the code of the error in its text.
 * @returns the error as SQLite throws it elsewhere
 */
export function checkError(finding: string): Error {
  const [, code] = /unable to get the page\. error code=(\d+)/.exec(finding) ?? [];
  const errcode = code === undefined ? SQLITE_CORRUPT : Number(code);
  return Object.assign(new Error(finding), { errcode });
}

/**
 * @param what the file, or `not saved: ` and the file
 * @returns ChatError `storage-busy` or `storage-failed`; what is one already comes back as it is
 */
export function storageError(what: string, cause: unknown): ChatError {
  if (cause instanceof ChatError) return cause;
  const [why, hint] = explain(cause);
  const code = isBusy(cause) ? "storage-busy" : "storage-failed";
  return new ChatError(code, `${what} ${why}`, { hint, cause });
}

function explain(cause: unknown): [why: string, hint: string] {
  const message = messageOf(cause);
  switch (primaryCode(cause)) {
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
        "the next start of a node, such as p2p-chat listen, puts it aside and begins a new one",
      ];
    default:
      return [`failed (${message})`, "run again with --verbose to see where"];
  }
}

/** `exec()` throws errors without `errcode` (Deno 2.9), so the text has to serve there. */
function primaryCode(cause: unknown): number | undefined {
  if (cause instanceof Error && "errcode" in cause && typeof cause.errcode === "number") {
    return cause.errcode & PRIMARY_CODE;
  }
  if (cause instanceof Deno.errors.PermissionDenied) return SQLITE_CANTOPEN;
  const message = messageOf(cause);
  return TEXTS.find(([pattern]) => pattern.test(message))?.[1];
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
