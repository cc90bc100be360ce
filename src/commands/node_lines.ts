/** From what a node tells to the lines that programs read, see `ndjson.ts`. */
import { type DisplayName, otherSide } from "../chat_screen/peer_text.ts";
import { isClassicId } from "../config/classic_id.ts";
import type { MessageRecord } from "../history/message_record.ts";
import type { Search } from "../history/mod.ts";
import type { NodeEvent } from "../node/chat_node.ts";
import type { ActivePeer } from "../presence/active_peer.ts";
import {
  type ActivePeerFields,
  isoTime,
  type MessageLine,
  type NdjsonLine,
  type PeerLine,
  type SearchFields,
} from "./ndjson.ts";

export { type DisplayName, otherSide } from "../chat_screen/peer_text.ts";

export function nodeEventLine(event: NodeEvent, displayName: DisplayName): NdjsonLine {
  switch (event.event) {
    case "message":
      return messageLine(event.message, displayName);
    case "state": {
      const { id, conversation, state, stateAt, unanswerable, reason = null } = event.message;
      return {
        event: "state",
        id,
        ...otherSide(conversation, displayName),
        state,
        stateAt: isoTime(stateAt),
        unanswerable,
        reason,
      };
    }
    case "peer-up":
      return {
        event: "peer-up",
        at: isoTime(event.at),
        ...activePeerFields(event.peer, displayName),
      };
    case "peer-down":
      return {
        event: "peer-down",
        at: isoTime(event.at),
        ...activePeerFields(event.peer, displayName),
        departure: event.departure,
      };
    case "notice":
      return { event: "notice", at: isoTime(event.at), message: event.text };
  }
}

export function messageLine(message: MessageRecord, displayName: DisplayName): MessageLine {
  const { id, direction, conversation, text, sentAt, position, replyTo = null } = message;
  const own = direction === "out" ? message : undefined;
  return {
    event: "message",
    id,
    direction,
    ...otherSide(conversation, displayName),
    text,
    sentAt: isoTime(sentAt),
    receivedAt: direction === "in" ? isoTime(message.receivedAt) : null,
    state: own?.state ?? null,
    stateAt: own === undefined ? null : isoTime(own.stateAt),
    unanswerable: own?.unanswerable ?? null,
    reason: own?.reason ?? null,
    position,
    replyTo,
  };
}

export function activePeerLine(peer: ActivePeer, displayName: DisplayName): PeerLine {
  return { event: "peer", connected: true, ...activePeerFields(peer, displayName) };
}

function activePeerFields(peer: ActivePeer, displayName: DisplayName): ActivePeerFields {
  const { peerId, address, path, roundTripMs = null, source, connectedSince, lastSeen } = peer;
  return {
    peerId,
    name: displayName(peerId),
    classic: isClassicId(peerId),
    address,
    path,
    roundTripMs,
    source,
    connectedSince: isoTime(connectedSince),
    lastSeen: isoTime(lastSeen),
  };
}

/** @param isRunning whether a node runs that tries: what another one planned counts nothing */
export function searchFields(search: Search | undefined, isRunning: boolean): SearchFields {
  const { attempts = 0, lastTried, failure = null, nextAttempt } = search ?? {};
  return {
    attempts,
    lastTried: timeOrNull(lastTried),
    lastError: failure,
    nextAttempt: isRunning ? timeOrNull(nextAttempt) : null,
  };
}

/** @param time ms since the epoch */
export function timeOrNull(time: number | undefined): string | null {
  return time === undefined ? null : isoTime(time);
}
