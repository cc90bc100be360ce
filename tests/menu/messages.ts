/** Messages for tests: between this node and a neighbour called red. */
import type { OwnMessage, ReceivedMessage } from "../../src/history/message_record.ts";
import type { OutboxEntry } from "../../src/history/mod.ts";
import { NOW, RED } from "../commands/twin_node.ts";

/** @param id also the text */
export function ownMessage(id: string, fields: Partial<OwnMessage> = {}): OwnMessage {
  return {
    direction: "out",
    position: 1,
    id,
    conversation: { kind: "peer", peerId: RED },
    text: id,
    sentAt: NOW,
    replyTo: undefined,
    state: "queued",
    stateAt: NOW,
    reason: undefined,
    unanswerable: false,
    ...fields,
  };
}

/** The text is `message POSITION`. */
export function receivedMessage(
  position: number,
  fields: Partial<ReceivedMessage> = {},
): ReceivedMessage {
  return {
    direction: "in",
    position,
    id: `in-${position}`,
    conversation: { kind: "peer", peerId: RED },
    text: `message ${position}`,
    sentAt: NOW,
    receivedAt: NOW,
    replyTo: undefined,
    ...fields,
  };
}

/** One that waits; nothing was tried yet. */
export function outboxEntry(id: string, fields: Partial<OwnMessage> = {}): OutboxEntry {
  return { message: ownMessage(id, fields), search: undefined, blocked: false };
}
