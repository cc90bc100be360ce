/**
 * A database whose content is wrong: how that is found when the file is opened for writing, and how
 * the file is put aside. Nothing here repairs, overwrites or deletes what a person wrote.
 *
 * What the check costs, for messages of 200 B, on a slow virtual disk:
 *
 * | messages  | file   | quick_check                    | integrity_check |
 * |-----------|--------|--------------------------------|-----------------|
 * | 10,000    | 3.5 MB | 5 ms                           | 13 ms           |
 * | 100,000   | 35 MB  | 40 ms                          | 0.2 s           |
 * | 1,000,000 | 349 MB | 0.4 s; cold cache 0.6 to 1.1 s | 3.9 s           |
 *
 * So every file gets the quick check, but one beyond `ALWAYS_CHECKED_MAX_BYTES` only after a stop
 * that was not clean. The integrity check is for a file in which somebody met damage: a mark beside it
 * says so.
 */
import type { DatabaseSync } from "node:sqlite";
import { openToRead } from "./open_to_read.ts";
import { checkError, isDamage } from "./storage_error.ts";

/** SQLite's two checks; the integrity check also compares the indexes with their tables. */
export type Check = "quick_check" | "integrity_check";

/** About 750,000 messages: 0.3 s. */
const ALWAYS_CHECKED_MAX_BYTES = 256 * 1024 * 1024;
const READ_AHEAD_BYTES = 1024 * 1024;

/** SQLite's own names: the write-ahead log and the memory that its readers share. */
const SIDE_FILES = ["-wal", "-shm"] as const;
const WRITE_AHEAD_LOG = SIDE_FILES[0];

const MARK_TEXT = "p2p-chat met damage in the database here; its next start checks all of it\n";

/**
 * Looks for damage as thoroughly as the circumstances ask for. The file stays as it is, byte for
 * byte, and so does its write-ahead log.
 * @param path may be missing: then only what is left beside it counts
 * @returns the damage as an error; undefined where none was found
 * @throws what SQLite or the system throws where the file cannot be read or is locked
 */
export function findDamage(path: string): Error | undefined {
  const size = fileSize(path);
  const notClosed = (fileSize(path + WRITE_AHEAD_LOG) ?? 0) > 0;
  // SQLite would delete it without a word.
  if (size === undefined) return notClosed ? checkError("a log without its database") : undefined;
  const marked = exists(markFile(path));
  const check = chooseCheck({ size, notClosed, marked });
  if (check === undefined) return undefined;
  try {
    readAhead(path);
    const db = openToRead(path);
    try {
      runCheck(db, check);
    } finally {
      db.close();
    }
  } catch (error) {
    if (error instanceof Error && isDamage(error)) return error;
    throw error;
  }
  if (marked) Deno.removeSync(markFile(path));
  return undefined;
}

/** Which check is worth its time; undefined: none. */
export function chooseCheck(
  file: {
    /** In bytes. */
    readonly size: number;
    /** A log is left: the process that wrote it, or the machine, did not stop in order. */
    readonly notClosed: boolean;
    /** Somebody met damage in it. */
    readonly marked: boolean;
  },
): Check | undefined {
  if (file.marked) return "integrity_check";
  return file.notClosed || file.size <= ALWAYS_CHECKED_MAX_BYTES ? "quick_check" : undefined;
}

/**
 * The check for a database that is open for reading already, whatever its size.
 * @throws what SQLite throws, or the first finding as an error of the same shape
 */
export function checkMarked(db: DatabaseSync, path: string): void {
  runCheck(db, exists(markFile(path)) ? "integrity_check" : "quick_check");
}

function runCheck(db: DatabaseSync, check: Check): void {
  const row = db.prepare(`PRAGMA ${check}(1)`).get();
  const finding = String(row?.[check]);
  if (finding !== "ok") throw checkError(finding);
}

/**
 * Gives the file and its side files another name: `chat.db.damaged-20261122T171500Z`, with `-2` and
 * so on behind where that is taken. SQLite can open it under this name, for whoever wants to rescue
 * what is in it.
 * @param now ms since the epoch
 * @returns the new path of the database
 */
export function putAside(path: string, now: number): string {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const first = `${path}.damaged-${time}`;
  let aside = first;
  for (let count = 2; isTaken(aside); count++) aside = `${first}-${count}`;
  // The database first: a log that is left alone is found and put aside by the next start, but the
  // other way round a database without its log might look whole.
  const logged = (fileSize(path + WRITE_AHEAD_LOG) ?? 0) > 0;
  if (exists(path)) Deno.renameSync(path, aside);
  for (const suffix of SIDE_FILES.filter((suffix) => exists(path + suffix))) {
    if (logged) Deno.renameSync(path + suffix, aside + suffix);
    // Reading makes them where they are missing; with an empty log there is nothing in them.
    else Deno.removeSync(path + suffix);
  }
  if (exists(markFile(path))) Deno.removeSync(markFile(path));
  return aside;
}

/** Has the next start check all of the file, because somebody met damage in it. */
export function mark(path: string): void {
  try {
    Deno.writeTextFileSync(markFile(path), MARK_TEXT, { mode: 0o600 });
  } catch {
    // No room or no right: the damage itself is what is reported, and most of it shows anyway.
  }
}

/**
 * Reads the file from one end to the other. The check jumps about in it: on a cold cache it takes six
 * times as long without this.
 */
function readAhead(path: string): void {
  using file = Deno.openSync(path);
  const buffer = new Uint8Array(READ_AHEAD_BYTES);
  while (file.readSync(buffer) !== null);
}

function isTaken(aside: string): boolean {
  return ["", ...SIDE_FILES].some((suffix) => exists(aside + suffix));
}

function markFile(path: string): string {
  return `${path}.suspect`;
}

/** Also a link that leads nowhere. */
function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** In bytes; undefined where there is no such file. */
function fileSize(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
