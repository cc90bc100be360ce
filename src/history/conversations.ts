/** The conversations of a profile, as a list for a person: the one with the newest message first. */
import type { DatabaseSync } from "node:sqlite";
import type { Conversation, MessageRecord } from "./message_record.ts";
import { readMessage, SELECT_MESSAGE, WAITS } from "./message_row.ts";

/** A conversation with at least one message. */
export interface ConversationSummary {
  readonly conversation: Conversation;
  /** The newest message, own or received. */
  readonly last: MessageRecord;
  /** How many messages arrived and were never shown. */
  readonly unread: number;
  /** How many own messages are not delivered yet. */
  readonly waiting: number;
}

/** The most that are listed. */
export const MAX_CONVERSATIONS = 1_000;

/** @param selfKey the row of the profile's own identity in `peer` */
export function listConversations(db: DatabaseSync, selfKey: number): ConversationSummary[] {
  // One step in an index for each conversation, instead of all messages.
  const rows = db.prepare(`
    WITH latest AS (
      SELECT conversation.key AS key,
        (SELECT max(position) FROM message WHERE conversation = conversation.key) AS position
      FROM conversation ORDER BY 2 DESC LIMIT ${MAX_CONVERSATIONS})
    ${SELECT_MESSAGE} WHERE message.position IN (SELECT position FROM latest) ORDER BY message.position DESC`)
    .all();
  const unread = countBy(
    db,
    "INDEXED BY unread_by_conversation WHERE state IS NULL AND read_at IS NULL",
  );
  const waiting = countBy(db, `INDEXED BY outbox WHERE ${WAITS}`);
  return rows.map((row) => {
    const key = Number(row.conversation);
    const last = readMessage(row, selfKey);
    return {
      conversation: last.conversation,
      last,
      unread: unread.get(key) ?? 0,
      waiting: waiting.get(key) ?? 0,
    };
  });
}

/** How many messages of each conversation there are in an index. */
function countBy(db: DatabaseSync, which: string): Map<number, number> {
  const rows = db.prepare(`
    SELECT conversation, count(*) AS n FROM message ${which} GROUP BY conversation`).all();
  return new Map(rows.map(({ conversation, n }) => [Number(conversation), Number(n)]));
}
