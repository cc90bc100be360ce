/**
 * Opens a database for writing beside the process that owns the profile. SQLite lets two processes
 * write in turn; everything else about the file is the owner's business, so nothing here makes it,
 * checks it or brings it to another schema.
 */
import { DatabaseSync } from "node:sqlite";
import { BUSY_TIMEOUT_MS } from "./open_to_read.ts";

/**
 * @param path of a database that is there
 * @throws what SQLite throws: it cannot be opened, it is locked, or it is no database
 */
export function openBeside(path: string): DatabaseSync {
  Deno.statSync(path); // SQLite would make it.
  const db = new DatabaseSync(path);
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    db.exec("PRAGMA synchronous = FULL");
    db.exec("PRAGMA foreign_keys = ON");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
