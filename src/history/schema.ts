/**
 * The tables of a profile's database and how an older database becomes the current one.
 *
 * A migration is never changed once released; a change of the tables is a new one at the end. Each
 * runs in a transaction of its own together with the row that records it.
 */
import type { DatabaseSync } from "node:sqlite";
import { ChatError } from "../errors.ts";

const MIGRATIONS: readonly string[] = [
  // 1: peers, conversations, messages with the outbox
  `
  -- Everybody this profile knows, itself included.
  CREATE TABLE peer (
    key INTEGER PRIMARY KEY,
    peer_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    source TEXT NOT NULL,
    last_seen INTEGER NOT NULL
  ) STRICT;

  -- Where a peer said that it listens (last_worked 0) or was reached by dialling, as multiaddrs
  -- without the peer id.
  CREATE TABLE peer_address (
    peer INTEGER NOT NULL REFERENCES peer (key) ON DELETE CASCADE,
    address TEXT NOT NULL,
    last_worked INTEGER NOT NULL,
    PRIMARY KEY (peer, address)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX peer_address_by_address ON peer_address (address, last_worked);

  -- One other side: a peer, or an address until a peer answers there.
  CREATE TABLE conversation (
    key INTEGER PRIMARY KEY,
    peer INTEGER UNIQUE REFERENCES peer (key),
    address TEXT UNIQUE,
    last_sequence INTEGER NOT NULL DEFAULT 0,
    CHECK ((peer IS NULL) <> (address IS NULL))
  ) STRICT;

  CREATE TABLE message (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation INTEGER NOT NULL REFERENCES conversation (key),
    sender INTEGER NOT NULL REFERENCES peer (key),
    id TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    -- incoming: when it was committed here; own: when its state was reached
    recorded_at INTEGER NOT NULL,
    -- own messages only; the sequence numbers count up for each conversation
    state TEXT,
    sequence INTEGER,
    reason TEXT,
    reply_to TEXT,
    text TEXT NOT NULL,
    UNIQUE (sender, id)
  ) STRICT;
  CREATE INDEX message_by_conversation ON message (conversation, position);

  -- The outbox: own messages that are not settled yet. Being an index, it cannot disagree with
  -- the messages.
  CREATE INDEX outbox ON message (conversation, sequence) WHERE state IN ('queued', 'sent');
  `,
];

/** The schema that this program writes. */
export const SCHEMA_VERSION: number = MIGRATIONS.length;

/**
 * Brings a database to the current schema.
 * @throws ChatError `storage-failed` when a newer program has written it
 */
export function migrate(db: DatabaseSync, now: number): void {
  db.exec(
    "CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT",
  );
  const row = db.prepare("SELECT coalesce(max(version), 0) AS version FROM migration").get();
  const found = Number(row?.version ?? 0);
  if (found > SCHEMA_VERSION) {
    throw new ChatError(
      "storage-failed",
      `the database has schema ${found}, this program knows schemas up to ${SCHEMA_VERSION}`,
      { hint: "use the newer p2p-chat that wrote it, or another profile" },
    );
  }
  for (let version = found + 1; version <= SCHEMA_VERSION; version++) {
    db.exec("BEGIN IMMEDIATE");
    try {
      db.exec(MIGRATIONS[version - 1] ?? "");
      db.prepare("INSERT INTO migration VALUES (?, ?)").run(version, now);
      db.exec("COMMIT");
    } catch (error) {
      db.exec("ROLLBACK");
      throw error;
    }
  }
}
