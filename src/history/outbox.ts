/**
 * The outbox as people look at it: which messages wait, for whom, and how the search for the
 * recipient goes. It writes only what was found out while searching, and what a person takes back.
 */
import type { DatabaseSync } from "node:sqlite";
import { guard, lazyTransaction, transaction } from "./database.ts";
import type { Conversation, OwnMessage } from "./message_record.ts";
import { readMessage, SELECT_MESSAGE, WAITS } from "./message_row.ts";

/** How the search for the other side of a conversation goes. Times are ms since the epoch. */
export interface Search {
  /** Dials and deliveries tried since messages wait for it. */
  readonly attempts: number;
  readonly lastTried: number;
  /** Why the last attempt failed, one line safe for a terminal; undefined if it did not. */
  readonly failure: string | undefined;
  /** undefined while nothing is planned: it is being tried, or no node runs. */
  readonly nextAttempt: number | undefined;
}

/** One message that is not delivered yet. */
export interface OutboxEntry {
  readonly message: OwnMessage;
  /** undefined if nothing was tried yet */
  readonly search: Search | undefined;
  /** The person blocked the recipient: it waits until that is over. */
  readonly blocked: boolean;
}

/** Reads the outbox; writes the table `search`. */
export class Outbox {
  readonly #db: DatabaseSync;
  readonly #selfKey: number;

  /** @param selfKey the row of this profile's own identity in `peer` */
  constructor(db: DatabaseSync, selfKey: number) {
    this.#db = db;
    this.#selfKey = selfKey;
  }

  /** What waits, in the order of writing: the first `limit`. */
  list(limit: number): OutboxEntry[] {
    return guard(this.#db, () =>
      this.#db.prepare(`
        ${SELECT_MESSAGE} WHERE ${WAITS}
        ORDER BY message.position LIMIT ?`).all(limit).flatMap((row) => {
        const message = readMessage(row, this.#selfKey);
        if (message.direction === "in") return [];
        const { conversation } = message;
        const blocked = conversation.kind === "peer" && this.#isBlocked(conversation.peerId);
        return [{ message, search: this.searchFor(conversation), blocked }];
      }));
  }

  #isBlocked(peerId: string): boolean {
    return this.#db
      .prepare("SELECT 1 FROM contact WHERE peer_id = ? AND blocked_at IS NOT NULL")
      .get(peerId) !== undefined;
  }

  /** How many messages wait, for one conversation or in all. */
  count(conversation?: Conversation): number {
    const waiting = `SELECT count(*) AS n FROM message WHERE ${WAITS}`;
    const row = guard(this.#db, () => {
      if (conversation === undefined) return this.#db.prepare(waiting).get();
      const [key, value] = whichConversation(conversation);
      return this.#db.prepare(`${waiting} AND conversation = (${key})`).get(value);
    });
    return Number(row?.n);
  }

  /** Everybody for whom a message waits. */
  conversations(): Conversation[] {
    const rows = guard(this.#db, () =>
      this.#db.prepare(`
        SELECT peer.peer_id, conversation.address
        FROM conversation LEFT JOIN peer ON peer.key = conversation.peer
        WHERE EXISTS (SELECT 1 FROM message
          WHERE conversation = conversation.key AND ${WAITS})
        ORDER BY conversation.key`).all());
    return rows.map((row) =>
      row.peer_id === null
        ? { kind: "address", address: String(row.address) }
        : { kind: "peer", peerId: String(row.peer_id) }
    );
  }

  searchFor(conversation: Conversation): Search | undefined {
    const [key, value] = whichConversation(conversation);
    const row = guard(this.#db, () =>
      this.#db.prepare(`
        SELECT attempts, last_tried, failure, next_attempt FROM search
        WHERE conversation = (${key})`).get(value));
    if (row === undefined) return undefined;
    return {
      attempts: Number(row.attempts),
      lastTried: Number(row.last_tried),
      failure: row.failure === null ? undefined : String(row.failure),
      nextAttempt: row.next_attempt === null ? undefined : Number(row.next_attempt),
    };
  }

  /**
   * Notes one more attempt to reach the other side of a conversation; nothing where no message ever
   * waited for it.
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  tried(conversation: Conversation, outcome: Omit<Search, "attempts">): void {
    const [condition, value] = whichConversation(conversation);
    lazyTransaction(this.#db, () =>
      this.#db.prepare(`
        INSERT INTO search (conversation, attempts, last_tried, failure, next_attempt)
        SELECT key, 1, ?, ?, ? FROM conversation WHERE key = (${condition})
        ON CONFLICT (conversation) DO UPDATE SET attempts = attempts + 1,
          last_tried = excluded.last_tried, failure = excluded.failure,
          next_attempt = excluded.next_attempt`)
        .run(outcome.lastTried, outcome.failure ?? null, outcome.nextAttempt ?? null, value));
  }

  /**
   * Forgets how the search went: the other side is here.
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  found(conversation: Conversation): void {
    if (this.searchFor(conversation) === undefined) return;
    lazyTransaction(this.#db, () => this.#forget(conversation));
  }

  /**
   * Takes a message back that is not known to be delivered. One that was `sent`, or is on its way at
   * this moment, may have arrived all the same; an acknowledgement that still comes says so.
   * @returns the message as it was before; undefined if it does not wait
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  cancel(id: string, now: number): OwnMessage | undefined {
    return transaction(this.#db, () => {
      const row = this.#db.prepare(`
        ${SELECT_MESSAGE} WHERE sender = ${this.#selfKey} AND id = ? AND ${WAITS}`)
        .get(id);
      if (row === undefined) return undefined;
      const message = readMessage(row, this.#selfKey);
      if (message.direction === "in") return undefined;
      this.#db.prepare("UPDATE message SET state = 'cancelled', recorded_at = ? WHERE position = ?")
        .run(now, message.position);
      if (this.count(message.conversation) === 0) this.#forget(message.conversation);
      return message;
    });
  }

  #forget(conversation: Conversation): void {
    const [key, value] = whichConversation(conversation);
    this.#db.prepare(`DELETE FROM search WHERE conversation = (${key})`).run(value);
  }
}

/** A query for the key of a conversation, and its parameter. */
function whichConversation(conversation: Conversation): [query: string, value: string] {
  return conversation.kind === "peer"
    ? [
      "SELECT key FROM conversation WHERE peer = (SELECT key FROM peer WHERE peer_id = ?)",
      conversation.peerId,
    ]
    : ["SELECT key FROM conversation WHERE address = ?", conversation.address];
}
