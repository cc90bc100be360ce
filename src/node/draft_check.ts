/**
 * What is looked at before a message is saved, and after it turned out to be saved already. It only
 * reads the history.
 */
import { validate } from "uuid";
import { quote } from "../config/quote.ts";
import { textFault } from "../direct/mod.ts";
import { ChatError } from "../errors.ts";
import type { Conversation, OwnMessage } from "../history/message_record.ts";
import type { Draft, History } from "../history/mod.ts";
import type { Recipient } from "./chat_node.ts";

/** @throws ChatError `bad-usage` for a text or an id that cannot be sent */
export function requireSendable({ text, id }: { text: string; id: string }): void {
  const fault = textFault(text);
  if (fault !== undefined) {
    throw new ChatError("bad-usage", `not sent: ${fault}`, {
      hint: "a message is 1 B to 32 KiB of text; send a longer one in parts",
    });
  }
  if (!validate(id) || id !== id.toLowerCase()) {
    throw new ChatError("bad-usage", `not sent: the id ${quote(id)} is no UUID in lower case`);
  }
}

/**
 * That the message which a new one answers is in the same conversation. One that is saved already is
 * not looked at again: what was an address then may be a peer now.
 * @throws ChatError `bad-usage`
 */
export function requireAnswered({ messages, peers }: History, draft: Draft): void {
  const { conversation, replyTo } = draft;
  if (replyTo === undefined || messages.own(draft.id) !== undefined) return;
  if (messages.has(conversation, replyTo)) return;
  const peerId = conversation.kind === "address"
    ? peers.atAddress(conversation.address)
    : undefined;
  if (peerId !== undefined && messages.has({ kind: "peer", peerId }, replyTo)) return;
  throw new ChatError(
    "bad-usage",
    `not sent: there is no message ${quote(replyTo)} in this conversation to reply to`,
    { hint: "`p2p-chat history PEER --json` shows the ids" },
  );
}

/**
 * That a message which is in the history is the one that is asked for once more.
 * @param recipient to whom it is asked for now
 * @throws ChatError `bad-usage`
 */
export function requireSame(
  { peers }: History,
  own: OwnMessage,
  draft: Draft,
  recipient: Recipient,
): void {
  const isSameText = own.text === draft.text && own.replyTo === draft.replyTo;
  // What was written to an address belongs to the peer that answered there since.
  const now = draft.conversation.kind === "peer"
    ? draft.conversation.peerId
    : peers.atAddress(draft.conversation.address);
  const isSameConversation = own.conversation.kind === "peer"
    ? own.conversation.peerId === now
    : own.conversation.address === addressOf(draft.conversation, recipient);
  if (isSameText && isSameConversation) return;
  const how = isSameText ? "in another conversation" : "with another text";
  throw new ChatError(
    "bad-usage",
    `not sent: the message ${quote(own.id)} is in the history already, ${how}`,
    { hint: "an id stands for one message for ever" },
  );
}

function addressOf(conversation: Conversation, recipient: Recipient): string | undefined {
  return conversation.kind === "address" ? conversation.address : recipient.address;
}
