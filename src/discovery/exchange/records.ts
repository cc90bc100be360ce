/**
 * What is told about peers, and what is believed: pure rules on records.
 *
 * Told: only peers that are connected here, never the asker, and of each only addresses that mean
 * something to the asker. Believed: only records with a good id and an address worth dialling; they
 * are hints, and whoever dials one learns from the handshake who is there.
 */
import { isPeerId } from "../../config/peer_id_text.ts";
import { addressScope, usableAddresses } from "../address_scope.ts";
import { MAX_NAME_CHARACTERS, MAX_RECORDS, type PeerRecord } from "./wire.ts";

/** A peer that is connected here, as the node tells it. An ActivePeer is one. */
export interface ConnectedPeer {
  readonly peerId: string;
  readonly name: string;
  /** When it was last heard from, ms since the epoch. */
  readonly lastSeen: number;
}

/** The other end of an exchange. */
export interface Partner {
  readonly peerId: string;
  /** Multiaddr of the connection to it. */
  readonly address: string;
}

/** The peers to tell an asker about: at most 64, most recently heard from first. */
export function peersToTell(
  peers: readonly ConnectedPeer[],
  asker: string,
): ConnectedPeer[] {
  return peers
    .filter(({ peerId }) => peerId !== asker)
    .sort((a, b) => b.lastSeen - a.lastSeen)
    .slice(0, MAX_RECORDS);
}

/**
 * What to tell an asker about one peer.
 * @param addresses where the peer says that it listens
 * @param now ms since the epoch
 * @returns undefined if the asker could not reach it at any of them
 */
export function recordFor(
  { peerId, name, lastSeen }: ConnectedPeer,
  addresses: readonly string[],
  asker: Partner,
  now: number,
): PeerRecord | undefined {
  const usable = usableAddresses(addresses, { peerId, loopback: isLoopback(asker) });
  if (usable.length === 0) return undefined;
  return {
    peerId,
    name: [...name].slice(0, MAX_NAME_CHARACTERS).join(""),
    addresses: usable,
    seenAgoMs: Math.max(0, now - lastSeen),
  };
}

/**
 * The records of an answer that can be used, each peer once: not this node, not the answerer.
 * @param self the id of this node
 */
export function believe(
  records: readonly PeerRecord[],
  answerer: Partner,
  self: string,
): PeerRecord[] {
  const believed = new Map<string, PeerRecord>();
  for (const record of records) {
    const { peerId } = record;
    if (peerId === self || peerId === answerer.peerId || believed.has(peerId)) continue;
    if (!isPeerId(peerId)) continue;
    const addresses = usableAddresses(record.addresses, {
      peerId,
      loopback: isLoopback(answerer),
    });
    if (addresses.length > 0) believed.set(peerId, { ...record, addresses });
  }
  return [...believed.values()];
}

function isLoopback({ address }: Partner): boolean {
  return addressScope(address) === "loopback";
}
