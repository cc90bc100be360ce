/**
 * Looks at a database and changes nothing in it: is it sound, whose schema is it, what is in it. It
 * reads every schema that this program knows, also one that is not brought up to date yet. SQLite
 * may leave its two side files beside the database, as after every look.
 */
import type { DatabaseSync } from "node:sqlite";
import { checkMarked } from "./damaged.ts";
import { openToRead } from "./open_to_read.ts";
import { WAITS } from "./message_row.ts";
import { SCHEMA_VERSION } from "./schema.ts";
import { refuseNewerSchema, schemaVersion } from "./schema_version.ts";
import { storageError } from "./storage_error.ts";

/** What a sound database holds. */
export interface Inspection {
  readonly schema: number;
  /** The next start for writing changes its tables. */
  readonly isOutdated: boolean;
  readonly messages: number;
  /** Own messages that are not delivered yet. */
  readonly waiting: number;
  /** The latest time that was noted when something happened here, ms since the epoch. */
  readonly newest: number | undefined;
}

/** Rows among which the newest is looked for: the table has no index by time. */
const NEWEST_ROWS = 1_000;

/**
 * Runs SQLite's check: 0.4 s for a million messages, more where somebody met damage before.
 * @returns undefined where there is no database
 * @throws ChatError `storage-busy`; `storage-failed`: damaged, unreadable, or a newer program's
 */
export function inspectDatabase(path: string): Inspection | undefined {
  let db: DatabaseSync | undefined;
  try {
    Deno.statSync(path);
    db = openToRead(path);
    checkMarked(db, path);
    refuseNewerSchema(db);
    return read(db);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    // Not `guard()`: it leaves a mark beside a damaged file.
    throw storageError(path, error);
  } finally {
    db?.close();
  }
}

function read(db: DatabaseSync): Inspection {
  const schema = schemaVersion(db);
  const isOutdated = schema < SCHEMA_VERSION;
  if (schema === 0) return { schema, isOutdated, messages: 0, waiting: 0, newest: undefined };
  const number = (sql: string) => Number(db.prepare(sql).get()?.value ?? 0);
  // The column that `WAITS` asks for came with schema 5.
  const waits = schema < 5 ? "state IN ('queued', 'sent')" : WAITS;
  const newest = Math.max(
    number("SELECT max(last_seen) AS value FROM peer"),
    number(`SELECT max(recorded_at) AS value FROM
      (SELECT recorded_at FROM message ORDER BY position DESC LIMIT ${NEWEST_ROWS})`),
  );
  return {
    schema,
    isOutdated,
    messages: number("SELECT count(*) AS value FROM message"),
    waiting: number(`SELECT count(*) AS value FROM message WHERE ${waits}`),
    newest: newest === 0 ? undefined : newest,
  };
}
