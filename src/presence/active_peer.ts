/** The shapes in which presence tells who is here. */

/**
 * How a peer came to be known.
 *
 * - `mandatory`: listed in the configuration, a flag or the environment
 * - `asked`: a person named its address
 * - `mdns`: announced itself on the local network
 * - `exchange`: another peer told us of it
 * - `remembered`: known from an earlier run
 * - `inbound`: it connected to us
 */
export const PEER_SOURCES = [
  "mandatory",
  "asked",
  "mdns",
  "exchange",
  "remembered",
  "inbound",
] as const;

export type PeerSource = typeof PEER_SOURCES[number];

/** A peer that is connected and answering. */
export interface ActivePeer {
  readonly peerId: string;
  /** The name it gives itself, at most 64 characters; empty until it said so. Not terminal-safe. */
  readonly name: string;
  /** The multiaddr of the connection in use, without the peer id. */
  readonly address: string;
  readonly path: "direct" | "relayed";
  /** Last measured round trip, ms; undefined before the first measurement. */
  readonly roundTripMs: number | undefined;
  readonly source: PeerSource;
  /** When the connection was opened, ms since the epoch. */
  readonly connectedSince: number;
  /** When it last answered or sent something, ms since the epoch. */
  readonly lastSeen: number;
}

/** A peer that is remembered, connected or not. */
export interface KnownPeer {
  readonly peerId: string;
  readonly name: string;
  /** Multiaddrs without the peer id, most recently working first. */
  readonly addresses: readonly string[];
  readonly source: PeerSource;
  /** When it was last connected, ms since the epoch. */
  readonly lastSeen: number;
  readonly connected: boolean;
}

/** Why a peer is gone: it said goodbye, it closed the connection, or it vanished. */
export type Departure = "goodbye" | "closed" | "lost";
