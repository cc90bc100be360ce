/**
 * Which incoming messages were shown to the person here, and whom that is still to be told. A
 * receipt is committed together with the mark, so it survives whatever happens before it is sent.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { guard, lazyTransaction } from "./database.ts";
import type { ReceivedMessage } from "./message_record.ts";
import { readMessage, SELECT_MESSAGE } from "./message_row.ts";

/** Reads and writes the columns `read_at` and `receipt_due` of `message`. */
export class ReadMarks {
  readonly #db: DatabaseSync;
  readonly #selfKey: number;
  readonly #mark: StatementSync;
  readonly #selectReceipts: StatementSync;
  readonly #settleReceipt: StatementSync;

  /** @param selfKey the row of this profile's own identity in `peer` */
  constructor(db: DatabaseSync, selfKey: number) {
    this.#db = db;
    this.#selfKey = selfKey;
    this.#mark = db.prepare(`
      UPDATE message SET read_at = ?, receipt_due = ?
      WHERE position = ? AND state IS NULL AND read_at IS NULL`);
    this.#selectReceipts = db.prepare(`
      SELECT id FROM message INDEXED BY receipt
      WHERE receipt_due = 1 AND conversation = (
        SELECT key FROM conversation WHERE peer = (SELECT key FROM peer WHERE peer_id = ?))
      ORDER BY position LIMIT ?`);
    this.#settleReceipt = db.prepare(`
      UPDATE message SET receipt_due = NULL
      WHERE sender = (SELECT key FROM peer WHERE peer_id = ?) AND id = ?`);
  }

  /**
   * What arrived and was not shown yet, in the order of arrival: the first `limit` behind the position
   * `after`.
   */
  unread(limit: number, after = 0): ReceivedMessage[] {
    return guard(this.#db, () =>
      this.#db.prepare(`
        ${SELECT_MESSAGE} WHERE message.state IS NULL AND message.read_at IS NULL
          AND message.position > ?
        ORDER BY message.position LIMIT ?`).all(after, limit).flatMap((row) => {
        const message = readMessage(row, this.#selfKey);
        return message.direction === "in" ? [message] : [];
      }));
  }

  /** How many messages were not shown yet, up to a position of the history. */
  countUnread(last = Number.MAX_SAFE_INTEGER): number {
    const row = guard(this.#db, () =>
      this.#db.prepare(`
        SELECT count(*) AS n FROM message
        WHERE state IS NULL AND read_at IS NULL AND position <= ?`).get(last));
    return Number(row?.n);
  }

  /**
   * Notes that messages were shown. A power cut may undo it: they are then shown once more.
   * @param receipt whether their senders are to be told
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  markRead(
    messages: readonly Pick<ReceivedMessage, "position">[],
    now: number,
    { receipt }: { receipt: boolean },
  ): void {
    lazyTransaction(this.#db, () => {
      for (const { position } of messages) this.#mark.run(now, receipt ? 1 : null, position);
    });
  }

  /** Ids of messages of a peer that were shown here and of which it is still to be told. */
  receiptsFor(peerId: string, limit: number): string[] {
    return guard(this.#db, () => this.#selectReceipts.all(peerId, limit))
      .map(({ id }) => String(id));
  }

  /**
   * The peer knows that these were shown.
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  receiptsSent(peerId: string, ids: readonly string[]): void {
    lazyTransaction(this.#db, () => {
      for (const id of ids) this.#settleReceipt.run(peerId, id);
    });
  }
}
