/** Peers in words, harmless: what to call them, how they were found, why they are gone. Pure. */
import { formatAddress } from "../config/address.ts";
import { isClassicId } from "../config/classic_id.ts";
import type { Conversation } from "../history/message_record.ts";
import { withShortId } from "../node/recipient.ts";
import type { Departure, PeerSource } from "../presence/active_peer.ts";
import { sanitise } from "../terminal/sanitise.ts";

/** The name to show for a peer id: harmless and not empty. */
export type DisplayName = (peerId: string) => string;

const SOURCES: { readonly [Source in PeerSource]: string } = {
  mandatory: "mandatory",
  asked: "asked for",
  mdns: "local network",
  exchange: "told of by others",
  remembered: "remembered",
  inbound: "came by itself",
};

const DEPARTURES: { readonly [Reason in Departure]: string } = {
  goodbye: "left",
  closed: "closed the connection",
  lost: "is gone: no answer any more",
};

/** How a peer was found, in a word or two. */
export function sourceText(source: string): string {
  return new Map<string, string>(Object.entries(SOURCES)).get(source) ?? sanitise(source);
}

/** What a peer did that is not connected any more; its name goes before that. */
export function departureText(departure: Departure): string {
  return DEPARTURES[departure];
}

/** The other side of a conversation: a name, or the address where nobody has answered yet. */
export function otherName(conversation: Conversation, displayName: DisplayName): string {
  return conversation.kind === "peer"
    ? displayName(conversation.peerId)
    : sanitise(formatAddress(conversation.address));
}

/** The same with the beginning of the peer id behind a name. */
export function recipientText(conversation: Conversation, displayName: DisplayName): string {
  return conversation.kind === "peer"
    ? peerWithId(conversation.peerId, displayName)
    : otherName(conversation, displayName);
}

/** A name with the beginning of the peer id, unless the name says it already. */
export function peerWithId(peerId: string, displayName: DisplayName): string {
  return withShortId(displayName(peerId), peerId);
}

/** Whether the other side has no key (`src/config/classic_id.ts`). */
export function isClassicTalk(conversation: Conversation): boolean {
  return conversation.kind === "peer" && isClassicId(conversation.peerId);
}

/**
 * Who refused a message, and with what words; the name goes before that. An old program refuses
 * nothing: what it could not understand was not sent to it.
 * @param name of the other side
 * @param reason in its words; harmless
 */
export function refusalText(conversation: Conversation, name: string, reason: string): string {
  return isClassicTalk(conversation)
    ? `refused here, and not sent to ${name} (${reason})`
    : `refused by ${name} (${reason})`;
}

/** Who the other side of a conversation is, in the fields that events share. */
export interface OtherSide {
  readonly peerId: string | null;
  readonly name: string | null;
  /** It has no key (`src/config/classic_id.ts`). */
  readonly classic: boolean;
  readonly address: string | null;
}

export function otherSide(conversation: Conversation, displayName: DisplayName): OtherSide {
  if (conversation.kind === "address") {
    return { peerId: null, name: null, classic: false, address: conversation.address };
  }
  const { peerId } = conversation;
  return { peerId, name: displayName(peerId), classic: isClassicId(peerId), address: null };
}
