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
  // 2: what was shown to the person, read receipts, and how the search for a recipient goes
  `
  -- Incoming messages only: when it was shown here, null if not yet. Whether its sender is still to
  -- be told (1) or not (null).
  ALTER TABLE message ADD COLUMN read_at INTEGER;
  ALTER TABLE message ADD COLUMN receipt_due INTEGER;
  UPDATE message SET read_at = recorded_at WHERE state IS NULL;
  CREATE INDEX unread ON message (position) WHERE state IS NULL AND read_at IS NULL;
  CREATE INDEX receipt ON message (conversation, position) WHERE receipt_due = 1;

  -- The last dial: when, and why it failed in words for a person; null if it worked.
  ALTER TABLE peer_address ADD COLUMN tried_at INTEGER;
  ALTER TABLE peer_address ADD COLUMN failure TEXT;

  -- How the search for the other side of a conversation goes, while messages wait for it.
  CREATE TABLE search (
    conversation INTEGER PRIMARY KEY REFERENCES conversation (key) ON DELETE CASCADE,
    attempts INTEGER NOT NULL,
    last_tried INTEGER NOT NULL,
    failure TEXT,
    next_attempt INTEGER
  ) STRICT;
  `,
  // 3: contacts
  `
  -- What the person has decided about a peer, whether it was ever met or not. The folded alias is
  -- what makes two aliases the same (src/config/alias.ts); SQLite knows the case of ASCII only.
  CREATE TABLE contact (
    peer_id TEXT PRIMARY KEY,
    alias TEXT,
    folded_alias TEXT UNIQUE,
    note TEXT NOT NULL DEFAULT '',
    added_at INTEGER NOT NULL,
    -- when the person compared the fingerprints, and when it blocked the peer; null if not
    verified_at INTEGER,
    blocked_at INTEGER,
    CHECK ((alias IS NULL) = (folded_alias IS NULL))
  ) STRICT, WITHOUT ROWID;
  `,
  // 4: a list of conversations
  `
  -- How many messages of each conversation were not shown.
  CREATE INDEX unread_by_conversation ON message (conversation)
    WHERE state IS NULL AND read_at IS NULL;
  `,
  // 5: peers without a key, which speak plain text
  `
  -- Own messages only: 1 for one that went out in a protocol without acknowledgements, so that nothing
  -- will ever be known of it but 'sent'; else null. It does not wait any more.
  ALTER TABLE message ADD COLUMN unanswerable INTEGER;
  DROP INDEX outbox;
  CREATE INDEX outbox ON message (conversation, sequence)
    WHERE state IN ('queued', 'sent') AND unanswerable IS NULL;

  -- In which dialect of plain text the peer spoke last, 'a' or 'b'; null for all others.
  ALTER TABLE peer ADD COLUMN dialect TEXT;
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
  const found = versionOf(db);
  refuseNewer(found);
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

/**
 * For whoever only reads, and may not migrate beside the owner.
 * @throws ChatError `storage-failed` when another version of the program has written it
 */
export function requireCurrentSchema(db: DatabaseSync): void {
  const found = versionOf(db);
  refuseNewer(found);
  if (found === SCHEMA_VERSION) return;
  throw new ChatError(
    "storage-failed",
    `the database has schema ${found} of an older p2p-chat, this program reads schema ${SCHEMA_VERSION}`,
    { hint: "start a node once, which brings it up to date, for example: p2p-chat listen" },
  );
}

function refuseNewer(found: number): void {
  if (found <= SCHEMA_VERSION) return;
  throw new ChatError(
    "storage-failed",
    `the database has schema ${found}, this program knows schemas up to ${SCHEMA_VERSION}`,
    { hint: "use the newer p2p-chat that wrote it, or another profile" },
  );
}

function versionOf(db: DatabaseSync): number {
  const row = db.prepare("SELECT coalesce(max(version), 0) AS version FROM migration").get();
  return Number(row?.version ?? 0);
}
