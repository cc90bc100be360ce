/** How a row of `message` becomes a MessageRecord, and the one SELECT that gives such rows. */
import type { MessageRecord, MessageState } from "./message_record.ts";

/** Joins what `readMessage()` needs; to be followed by WHERE. */
export const SELECT_MESSAGE = `
  SELECT message.position, message.id, message.sender, message.sent_at, message.recorded_at,
    message.state, message.reason, message.reply_to, message.text, message.conversation,
    message.unanswerable,
    peer.peer_id AS other_peer, conversation.address AS other_address
  FROM message
  JOIN conversation ON conversation.key = message.conversation
  LEFT JOIN peer ON peer.key = conversation.peer`;

/** Holds for the messages in the outbox, as its index is made (`schema.ts`). */
export const WAITS = "message.state IN ('queued', 'sent') AND message.unanswerable IS NULL";

/** @param selfKey the row of the profile's own identity in `peer` */
export function readMessage(row: Record<string, unknown>, selfKey: number): MessageRecord {
  const base = {
    position: Number(row.position),
    id: String(row.id),
    conversation: row.other_peer === null
      ? { kind: "address", address: String(row.other_address) } as const
      : { kind: "peer", peerId: String(row.other_peer) } as const,
    text: String(row.text),
    sentAt: Number(row.sent_at),
    replyTo: row.reply_to === null ? undefined : String(row.reply_to),
  };
  if (Number(row.sender) !== selfKey) {
    return { ...base, direction: "in", receivedAt: Number(row.recorded_at) };
  }
  return {
    ...base,
    direction: "out",
    state: String(row.state) as MessageState,
    stateAt: Number(row.recorded_at),
    reason: row.reason === null ? undefined : String(row.reason),
    unanswerable: row.unanswerable !== null,
  };
}
