/**
 * What became of every message, from what the peers really have: their databases, read when all is
 * over, and everything that they showed while they ran, across their restarts. Pure.
 */
import type { MessageLine } from "../ndjson.ts";

/** All that is known of one peer at the end. */
export interface PeerRecord {
  readonly name: string;
  readonly peerId: string;
  /** Ids of the messages that it accepted from its user. */
  readonly accepted: readonly string[];
  /** The messages that it showed when they arrived, in this order, over all its runs. */
  readonly shown: readonly MessageLine[];
  /** Its database: what it wrote and what it got, oldest first. */
  readonly history: readonly MessageLine[];
}

/** What became of the messages of one sender. */
export interface Tally {
  readonly sender: string;
  readonly sent: number;
  /** Acknowledged, and in the recipient's database. */
  readonly delivered: number;
  /** In the database of no recipient. */
  readonly lost: number;
  /** More than once in the recipient's database, or on its screen. */
  readonly shownTwice: number;
  /** Arrived after one that was written later. */
  readonly outOfOrder: number;
}

/** One tally for each peer, in the given order. */
export function tally(peers: readonly PeerRecord[]): Tally[] {
  return peers.map((sender) => tallyOf(sender, peers));
}

/** All of them together, under the given name. */
export function total(tallies: readonly Tally[], sender: string): Tally {
  const sum = (of: (one: Tally) => number) => tallies.reduce((all, one) => all + of(one), 0);
  return {
    sender,
    sent: sum(({ sent }) => sent),
    delivered: sum(({ delivered }) => delivered),
    lost: sum(({ lost }) => lost),
    shownTwice: sum(({ shownTwice }) => shownTwice),
    outOfOrder: sum(({ outOfOrder }) => outOfOrder),
  };
}

/** Every message arrived, once and in order. */
export function isPerfect({ sent, delivered, lost, shownTwice, outOfOrder }: Tally): boolean {
  return sent > 0 && delivered === sent && lost === 0 && shownTwice === 0 && outOfOrder === 0;
}

function tallyOf(sender: PeerRecord, peers: readonly PeerRecord[]): Tally {
  const own = sender.history.filter(({ direction }) => direction === "out");
  const saved = new Set(own.map(({ id }) => id));
  const vanished = sender.accepted.filter((id) => !saved.has(id)).length;
  const result = { sent: vanished, delivered: 0, lost: vanished, shownTwice: 0, outOfOrder: 0 };
  for (const { id, peerId, state } of own) {
    const recipient = peers.find((peer) => peer.peerId === peerId);
    const stored = countOf(id, sender, recipient?.history ?? []);
    const shown = countOf(id, sender, recipient?.shown ?? []);
    result.sent++;
    if (stored === 0) result.lost++;
    else if (state === "delivered" || state === "read") result.delivered++;
    if (stored > 1 || shown > 1) result.shownTwice++;
  }
  for (const recipient of peers) result.outOfOrder += inversions(sender, own, recipient);
  return { sender: sender.name, ...result };
}

function countOf(id: string, sender: PeerRecord, lines: readonly MessageLine[]): number {
  return lines.filter((line) => isFrom(sender, line) && line.id === id).length;
}

/** How many messages came after one that the sender wrote later. */
function inversions(
  sender: PeerRecord,
  own: readonly MessageLine[],
  recipient: PeerRecord,
): number {
  const places = new Map(own.map(({ id }, place) => [id, place]));
  let count = 0;
  let latest = -1;
  for (const { id } of recipient.history.filter((line) => isFrom(sender, line))) {
    const place = places.get(id) ?? latest;
    if (place < latest) count++;
    latest = Math.max(latest, place);
  }
  return count;
}

function isFrom({ peerId }: PeerRecord, line: MessageLine): boolean {
  return line.direction === "in" && line.peerId === peerId;
}
