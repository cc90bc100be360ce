/**
 * The history of a profile: one SQLite file with the messages, the outbox and the peers. The only
 * room that knows SQL. One process writes; others may read at the same time (`readHistory`).
 *
 * It keeps what peers sent exactly as they sent it; whoever shows it makes it harmless first.
 */
import type { DatabaseSync } from "node:sqlite";
import { ContactStore } from "./contact_store.ts";
import { type ConversationSummary, listConversations } from "./conversations.ts";
import { guard, openDatabase, openDatabaseReadOnly } from "./database.ts";
import { listMessages, type MessageQuery } from "./list_messages.ts";
import type { MessageRecord } from "./message_record.ts";
import { LogFlush } from "./log_flush.ts";
import { MessageStore } from "./message_store.ts";
import { openBeside } from "./open_beside.ts";
import { Outbox } from "./outbox.ts";
import { PeerStore } from "./peer_store.ts";
import { ReadMarks } from "./read_marks.ts";
import { requireCurrentSchema } from "./schema.ts";
import { TextIndex } from "./text_index.ts";

export type { Contact, ContactChange } from "./contact_store.ts";
export type { ConversationSummary } from "./conversations.ts";
export type { MessageQuery } from "./list_messages.ts";
export type { Accepted, Draft, IncomingMessage, OutgoingMessage } from "./message_store.ts";
export type { OutboxEntry, Search } from "./outbox.ts";
export type { DialledAddress, PeerUpdate, RememberedPeer } from "./peer_store.ts";
export type { ContactStore, MessageStore, Outbox, PeerStore, ReadMarks };

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
  /**
   * Everybody with whom there is a message, the newest one first: at most 1,000.
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  conversations(): ConversationSummary[];
  /**
   * Resolves when everything that was committed before is on the disk, also what did not wait for it.
   * @throws ChatError `storage-failed`
   */
  flush(): Promise<void>;
  /** What a search looks into. Somebody has to bring it up to date, now and then. */
  readonly textIndex: Pick<TextIndex, "takeUp" | "covered" | "lastMessage">;
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
      const index = new TextIndex(db, indexFile(path), { mayWrite: true });
      const log = new LogFlush(path);
      return {
        flush: () => log.flush(),
        messages: new MessageStore(db, peers, selfKey),
        outbox: new Outbox(db, selfKey),
        peers,
        contacts: new ContactStore(db, peers, self),
        readMarks: new ReadMarks(db, selfKey),
        putAside,
        list: (query) => guard(db, () => listMessages({ db, selfKey, index }, query)),
        conversations: () => guard(db, () => listConversations(db, selfKey)),
        textIndex: index,
        [Symbol.dispose]: () => {
          log[Symbol.dispose]();
          close(db, index);
        },
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
  conversations(): ConversationSummary[];
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
      const index = new TextIndex(db, indexFile(path), { mayWrite: false });
      return {
        outbox: new Outbox(db, selfKey),
        peers,
        contacts: new ContactStore(db, peers, self),
        readMarks: new ReadMarks(db, selfKey),
        list: (query) => guard(path, () => listMessages({ db, selfKey, index }, query)),
        conversations: () => guard(path, () => listConversations(db, selfKey)),
        [Symbol.dispose]: () => close(db, index),
      };
    });
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The full-text index of the database at `path`. */
function indexFile(path: string): string {
  return path === ":memory:" ? path : `${path}.search`;
}

function close(db: DatabaseSync, index: TextIndex): void {
  index[Symbol.dispose]();
  db.close();
}
