/** Which schema a database has, read without changing it, and whether this program may write it. */
import type { DatabaseSync } from "node:sqlite";
import { requireCurrentSchema, SCHEMA_VERSION } from "./schema.ts";

/** @returns 0 for a database without any table */
export function schemaVersion(db: DatabaseSync): number {
  const table = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migration'").get();
  if (table === undefined) return 0;
  return Number(db.prepare("SELECT coalesce(max(version), 0) AS v FROM migration").get()?.v);
}

/** @throws ChatError `storage-failed` when a newer program has written it */
export function refuseNewerSchema(db: DatabaseSync): void {
  if (schemaVersion(db) > SCHEMA_VERSION) requireCurrentSchema(db);
}
