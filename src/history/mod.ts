/**
 * The history of a profile: one SQLite file with the messages, the outbox and the peers. The only
 * room that knows SQL. One process writes; others may read at the same time (`readHistory`).
 *
 * It keeps what peers sent exactly as they sent it; whoever shows it makes it harmless first.
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { ContactStore } from "./contact_store.ts";
import { guard, openDatabase, openDatabaseReadOnly } from "./database.ts";
import type { Conversation, MessageRecord } from "./message_record.ts";
import { readMessage, SELECT_MESSAGE } from "./message_row.ts";
import { MessageStore } from "./message_store.ts";
import { openBeside } from "./open_beside.ts";
import { Outbox } from "./outbox.ts";
import { PeerStore } from "./peer_store.ts";
import { ReadMarks } from "./read_marks.ts";
import { requireCurrentSchema } from "./schema.ts";

export type { Contact, ContactChange } from "./contact_store.ts";
export type { Accepted, Draft, IncomingMessage, OutgoingMessage } from "./message_store.ts";
export type { OutboxEntry, Search } from "./outbox.ts";
export type { DialledAddress, PeerUpdate, RememberedPeer } from "./peer_store.ts";
export type { ContactStore, MessageStore, Outbox, PeerStore, ReadMarks };

/**
 * Which messages `list()` gives, oldest first: the last `limit` that fit, or with `after` the first
 * `limit` behind that place.
 */
export interface MessageQuery {
  readonly conversation?: Conversation;
  /** Only messages at a later position; what is committed later has a later one. */
  readonly after?: number;
  /** Only messages that arrived and were never shown. */
  readonly unread?: boolean;
  /** Only messages that arrived or were written at or after this time, ms since the epoch. */
  readonly since?: number;
  /** Only messages whose text contains this; ASCII letters match in either case. */
  readonly search?: string;
  /** 1 or more */
  readonly limit: number;
}

/** An open history; dispose it to close the file. */
export interface History extends Disposable {
  readonly messages: MessageStore;
  readonly outbox: Outbox;
  readonly peers: PeerStore;
  readonly contacts: ContactStore;
  readonly readMarks: ReadMarks;
  /** Where the file that was there has gone, because it was damaged; undefined: it is sound. */
  readonly putAside: string | undefined;
  /** @throws ChatError `storage-busy`, `storage-failed` */
  list(query: MessageQuery): MessageRecord[];
}

/**
 * Opens the history of the identity `self` for writing, and makes it where it is missing. A damaged
 * file is put aside, and a new one begun.
 * @param path the file, or `:memory:`
 * @throws ChatError `storage-busy`, `storage-failed`
 */
export function openHistory(path: string, self: string, now: number): History {
  const { db, putAside } = openDatabase(path, now);
  try {
    return guard(path, () => {
      const peers = new PeerStore(db);
      const selfKey = peers.keyOf(self, "asked", now);
      return {
        messages: new MessageStore(db, peers, selfKey),
        outbox: new Outbox(db, selfKey),
        peers,
        contacts: new ContactStore(db, peers, self),
        readMarks: new ReadMarks(db, selfKey),
        putAside,
        list: (query) => guard(db, () => listMessages(db, selfKey, query)),
        [Symbol.dispose]: () => db.close(),
      };
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A history opened beside its owner, to look at. */
export interface HistoryReader extends Disposable {
  readonly outbox: Pick<Outbox, "list" | "count" | "searchFor">;
  readonly peers: Pick<PeerStore, "list" | "atAddress" | "dialled">;
  readonly contacts: Pick<ContactStore, "list">;
  readonly readMarks: Pick<ReadMarks, "countUnread">;
  list(query: MessageQuery): MessageRecord[];
}

/**
 * Opens the history of `self` for reading only; undefined if nothing was ever written.
 * @throws ChatError `storage-failed`
 */
export function readHistory(path: string, self: string): HistoryReader | undefined {
  const db = openDatabaseReadOnly(path);
  return db === undefined ? undefined : attach(db, path, self);
}

/** A history opened beside its owner, to take messages back. */
export interface HistoryBeside extends HistoryReader {
  readonly outbox: HistoryReader["outbox"] & Pick<Outbox, "cancel">;
}

/**
 * Opens the history of `self`, which is there, for writing while another process owns it. That one
 * is not told: it finds out when it looks at the database again.
 * @throws ChatError `storage-busy`, `storage-failed`
 */
export function openHistoryBeside(path: string, self: string): HistoryBeside {
  return attach(guard(path, () => openBeside(path)), path, self);
}

/** @throws ChatError `storage-busy`, `storage-failed`; then `db` is closed */
function attach(db: DatabaseSync, path: string, self: string): HistoryBeside {
  try {
    return guard(path, () => {
      requireCurrentSchema(db);
      const row = db.prepare("SELECT key FROM peer WHERE peer_id = ?").get(self);
      const selfKey = Number(row?.key ?? 0);
      const peers = new PeerStore(db);
      return {
        outbox: new Outbox(db, selfKey),
        peers,
        contacts: new ContactStore(db, peers, self),
        readMarks: new ReadMarks(db, selfKey),
        list: (query) => guard(path, () => listMessages(db, selfKey, query)),
        [Symbol.dispose]: () => db.close(),
      };
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

function listMessages(db: DatabaseSync, selfKey: number, query: MessageQuery): MessageRecord[] {
  const conditions: string[] = ["1"];
  const values: SQLInputValue[] = [];
  if (query.conversation?.kind === "peer") {
    conditions.push(
      "message.conversation = (SELECT conversation.key FROM conversation JOIN peer ON peer.key = conversation.peer WHERE peer_id = ?)",
    );
    values.push(query.conversation.peerId);
  } else if (query.conversation !== undefined) {
    conditions.push("conversation.address = ?");
    values.push(query.conversation.address);
  }
  if (query.since !== undefined) {
    conditions.push("iif(message.sender = ?, sent_at, recorded_at) >= ?");
    values.push(selfKey, query.since);
  }
  if (query.search !== undefined) {
    conditions.push("message.text LIKE ? ESCAPE '\\'");
    values.push(`%${query.search.replace(/[\\%_]/g, "\\$&")}%`);
  }
  if (query.after !== undefined) {
    conditions.push("message.position > ?");
    values.push(query.after);
  }
  if (query.unread) conditions.push("message.state IS NULL AND message.read_at IS NULL");
  const direction = query.after === undefined ? "DESC" : "ASC";
  const messages = db
    .prepare(
      `${SELECT_MESSAGE} WHERE ${
        conditions.join(" AND ")
      } ORDER BY message.position ${direction} LIMIT ?`,
    )
    .all(...values, query.limit)
    .map((row) => readMessage(row, selfKey));
  return query.after === undefined ? messages.reverse() : messages;
}
