-- A database as p2p-chat with schema 4 made it. Frozen: never change this file.
CREATE TABLE migration (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
INSERT INTO migration VALUES (1, 1000), (2, 1500), (3, 1800), (4, 1900);

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

-- Incoming messages only: when it was shown here, null if not yet. Whether its sender is still to
-- be told (1) or not (null).
ALTER TABLE message ADD COLUMN read_at INTEGER;
ALTER TABLE message ADD COLUMN receipt_due INTEGER;
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

-- How many messages of each conversation were not shown.
CREATE INDEX unread_by_conversation ON message (conversation)
  WHERE state IS NULL AND read_at IS NULL;

-- Rows of every kind: two peers besides this one, a conversation with each and one with an address,
-- messages in every state and in both directions.
INSERT INTO peer VALUES
  (1, 'self', '', 'asked', 1000),
  (2, 'red', 'Red', 'mdns', 5000),
  (3, 'blue', '', 'inbound', 4000);
INSERT INTO peer_address VALUES
  (2, '/ip4/192.168.1.20/tcp/7000', 5000, 5000, NULL),
  (2, '/ip4/10.0.0.2/tcp/7000', 0, 4500, 'no answer in time');
INSERT INTO conversation VALUES
  (1, 2, NULL, 5),
  (2, 3, NULL, 0),
  (3, NULL, '/ip4/127.0.0.1/tcp/7009', 1);
INSERT INTO message VALUES
  (1, 1, 1, 'own-1', 2000, 2100, 'delivered', 1, NULL, NULL, 'delivered to red', NULL, NULL),
  (2, 1, 2, 'red-1', 2200, 2300, NULL, NULL, NULL, 'own-1', 'an answer of red', 2300, NULL),
  (3, 1, 1, 'own-2', 2400, 2400, 'refused', 2, 'too much', NULL, 'refused by red', NULL, NULL),
  (4, 1, 1, 'own-3', 2500, 2500, 'cancelled', 3, NULL, NULL, 'taken back', NULL, NULL),
  (5, 1, 1, 'own-4', 2600, 2700, 'sent', 4, NULL, 'red-1', 'sent to red', NULL, NULL),
  (6, 1, 1, 'own-5', 2800, 2800, 'queued', 5, NULL, NULL, 'queued for red', NULL, NULL),
  (7, 2, 3, 'blue-1', 2900, 3000, NULL, NULL, NULL, NULL, 'from blue', 3000, NULL),
  (8, 3, 1, 'own-6', 3100, 3100, 'queued', 1, NULL, NULL, 'queued for an address', NULL, NULL);
INSERT INTO search VALUES (3, 3, 3200, 'no answer in time', 3500);
INSERT INTO contact VALUES ('red', 'Reddy', 'reddy', 'a note', 4000, NULL, NULL);
