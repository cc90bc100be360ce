/**
 * Opens a database that is there, for reading, also while its owner runs. It never copies the
 * write-ahead log into the database, as a writer does when it closes: the file stays as it is.
 */
import { DatabaseSync } from "node:sqlite";

/** How long a statement waits for another process's lock. It blocks everything: keep it short. */
export const BUSY_TIMEOUT_MS = 50;

/** @throws what SQLite throws: it cannot be read, it is locked, or it is no database */
export function openToRead(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    // Reads the first page. Deno 2.4 does not say why a statement cannot be prepared, but exec does.
    db.exec("SELECT 1 FROM sqlite_schema LIMIT 1");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
