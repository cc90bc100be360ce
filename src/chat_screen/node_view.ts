/** What the conversation screen shows of a node: who is who, how it stands with somebody, the list. */
import { formatAddress } from "../config/address.ts";
import { isClassicId } from "../config/classic_id.ts";
import type { Conversation } from "../history/message_record.ts";
import type { ChatNode, Recipient } from "../node/chat_node.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { senderColor } from "../terminal/screen/mod.ts";
import type { Facts } from "./facts.ts";
import type { Speakers } from "./message_rows.ts";
import type { Talk } from "./talks.ts";

/** Terminal-safe. */
export function talkName(node: Pick<ChatNode, "displayName">, conversation: Conversation): string {
  return conversation.kind === "peer"
    ? node.displayName(conversation.peerId)
    : sanitise(formatAddress(conversation.address));
}

/** Before the name of a peer whose fingerprint nobody has compared. */
const UNVERIFIED = "~";

/** The colour of somebody is that of the key, whatever the name. */
export function talkColor(conversation: Conversation): number | undefined {
  return conversation.kind === "peer" ? senderColor(conversation.peerId) : undefined;
}

export function speakersOf(
  node: Pick<ChatNode, "displayName">,
  conversation: Conversation,
  isVerified: boolean,
): Speakers {
  const self = { name: "you", color: undefined };
  if (conversation.kind === "address") return { self, others: new Map() };
  const { peerId } = conversation;
  const name = (isVerified ? "" : UNVERIFIED) + talkName(node, conversation);
  const other = { name, color: talkColor(conversation) };
  return { self, others: new Map([[peerId, other]]) };
}

/** @returns the facts, and the peer that is connected at the address, where it is one */
export async function factsOf(
  node: ChatNode,
  conversation: Conversation,
  lastSeen: number | undefined,
  now: number,
): Promise<{ facts: Facts; answered: string | undefined }> {
  const [reach, contacts] = await Promise.all([
    node.reachability(recipientOf(conversation)),
    node.contacts(),
  ]);
  const { active, waiting, nextAttempt } = reach;
  const isPeer = conversation.kind === "peer";
  const contact = isPeer
    ? contacts.find(({ peerId }) => peerId === conversation.peerId)
    : undefined;
  const facts: Facts = {
    name: talkName(node, conversation),
    verified: isPeer ? contact?.verifiedAt !== undefined : undefined,
    classic: isPeer && isClassicId(conversation.peerId),
    blocked: contact?.blockedAt !== undefined,
    link: active === undefined ? undefined : {
      path: active.path,
      roundTripMs: active.roundTripMs,
      since: active.connectedSince,
    },
    lastSeen,
    waiting,
    nextAttempt,
    now,
  };
  return { facts, answered: isPeer ? undefined : active?.peerId };
}

/** When a peer was last here; undefined: never, or it is none that is known. */
export async function lastSeenOf(
  node: Pick<ChatNode, "knownPeers">,
  conversation: Conversation,
): Promise<number | undefined> {
  if (conversation.kind === "address") return undefined;
  const { peerId } = conversation;
  return (await node.knownPeers()).find((peer) => peer.peerId === peerId)?.lastSeen;
}

export async function talksOf(node: ChatNode): Promise<Talk[]> {
  const [conversations, contacts] = await Promise.all([node.conversations(), node.contacts()]);
  const verified = new Set(
    contacts.filter((each) => each.verifiedAt !== undefined).map(({ peerId }) => peerId),
  );
  const mark = (conversation: Conversation) =>
    conversation.kind === "address" || verified.has(conversation.peerId) ? "" : UNVERIFIED;
  return conversations.map(({ conversation, last, unread, waiting }) => ({
    conversation,
    name: mark(conversation) + talkName(node, conversation),
    color: talkColor(conversation),
    unread,
    waiting,
    last: {
      text: last.text,
      own: last.direction === "out",
      time: last.direction === "out" ? last.sentAt : last.receivedAt,
    },
  }));
}

export function recipientOf(conversation: Conversation): Recipient {
  return conversation.kind === "peer"
    ? { kind: "peer", peerId: conversation.peerId }
    : { kind: "address", address: conversation.address };
}

/** Without the hint of where somebody is. */
export function conversationOf(recipient: Recipient): Conversation {
  return recipient.kind === "peer"
    ? { kind: "peer", peerId: recipient.peerId }
    : { kind: "address", address: recipient.address };
}
