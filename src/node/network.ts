/** The libp2p node: Noise, Yamux, identify, ping and our transport, with limits set on purpose. */
import "./broadcast_channel.ts";
import { identify } from "@libp2p/identify";
import type { ComponentLogger, Libp2p, PeerId, PeerInfo, PrivateKey } from "@libp2p/interface";
import { mdns } from "@libp2p/mdns";
import { noise, pureJsCrypto } from "@libp2p/noise";
import { ping } from "@libp2p/ping";
import type { Multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { getCiphers } from "node:crypto";
import { denoTcp } from "../transport/mod.ts";
import {
  ADDRESS_DIAL_TIMEOUT_MS,
  DIAL_TIMEOUT_MS,
  HANDSHAKE_TIMEOUT_MS,
  MAX_ADDRESSES_PER_DIAL,
  MAX_CONNECTIONS,
  MAX_INBOUND_PER_SECOND_PER_HOST,
  MAX_PARALLEL_DIALS,
  MAX_PENDING_INBOUND,
  MAX_STREAMS_PER_CONNECTION,
} from "./limits.ts";
import { steadyYamux } from "./steady_yamux.ts";

/** Ours alone: other libp2p programs on the network are not asked and do not answer. */
const MDNS_SERVICE = "_p2p-chat._udp.local";

/** What the network is made from. */
export interface NetworkInit {
  readonly privateKey: PrivateKey;
  /** Multiaddrs to listen on. */
  readonly listen: readonly string[];
  /** Called for each peer that announces itself on the local network; undefined turns mDNS off. */
  readonly onAnnounced: ((peer: PeerInfo) => void) | undefined;
  /** Called with the result of every dial of one address, except of those that were given up. */
  readonly onDialled?: (address: Multiaddr, error: Error | undefined) => void;
  /** Nobody with such an id is dialled, or let in once its key is proven; default: everybody is. */
  readonly isBlocked?: (peerId: string) => boolean;
  readonly logger: ComponentLogger;
}

/** Makes a libp2p node; it listens once it is started. */
export function createNetwork(init: NetworkInit): Promise<Libp2p> {
  const { privateKey, listen, onAnnounced, onDialled, isBlocked = () => false, logger } = init;
  const deny = (peerId: PeerId) => isBlocked(peerId.toString());
  return createLibp2p({
    start: false,
    privateKey,
    logger,
    nodeInfo: { name: "p2p-chat" },
    addresses: { listen: [...listen] },
    transports: [denoTcp(onDialled === undefined ? {} : { onDialled })],
    connectionEncrypters: [hasNativeCipher() ? noise() : noise({ crypto: pureJsCrypto })],
    streamMuxers: [steadyYamux(MAX_STREAMS_PER_CONNECTION)],
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      maxIncomingPendingConnections: MAX_PENDING_INBOUND,
      inboundConnectionThreshold: MAX_INBOUND_PER_SECOND_PER_HOST,
      inboundUpgradeTimeout: HANDSHAKE_TIMEOUT_MS,
      dialTimeout: DIAL_TIMEOUT_MS,
      addressDialTimeout: ADDRESS_DIAL_TIMEOUT_MS,
      maxParallelDials: MAX_PARALLEL_DIALS,
      maxPeerAddrsToDial: MAX_ADDRESSES_PER_DIAL,
      // Redialling is ours (`discovery/redial`): libp2p gives up after a few failures.
      reconnectRetries: 0,
    },
    // The other side is told nothing: it sees the connection close.
    connectionGater: {
      denyDialPeer: deny,
      denyInboundEncryptedConnection: deny,
      denyOutboundEncryptedConnection: deny,
    },
    // Finding out who vanished is ours (`liveness/`): libp2p takes a slow link for a dead one.
    connectionMonitor: { enabled: false },
    services: { identify: identify(), ping: ping() },
    peerDiscovery: onAnnounced === undefined ? [] : [(components) => {
      const discovery = mdns({ serviceTag: MDNS_SERVICE })(components);
      discovery.addEventListener("peer", ({ detail }) => onAnnounced(detail));
      return discovery;
    }],
  });
}

/** Noise takes the runtime's cipher for large chunks; Deno 2.4.2 does not have it. */
function hasNativeCipher(): boolean {
  return getCiphers().includes("chacha20-poly1305");
}

/**
 * Stops a node and what libp2p leaves behind: a debounced write of its addresses (due a second
 * after the last change) and the counters of its limit on new connections (a second each). Without
 * this a stopped program lives on for that second.
 */
export async function stopNetwork(libp2p: Libp2p): Promise<void> {
  await libp2p.stop();
  const components: unknown = Reflect.get(libp2p, "components");
  const saveAddresses = dig(components, "addressManager", "_updatePeerStoreAddresses");
  if (hasStop(saveAddresses)) saveAddresses.stop();
  const counters = dig(
    components,
    "connectionManager",
    "inboundConnectionRateLimiter",
    "memoryStorage",
    "storage",
  );
  if (counters instanceof Map) {
    for (const counter of counters.values()) clearTimeout(counter.timeoutId);
  }
}

/** Fields of libp2p that its types do not show; undefined where a later version has none. */
function dig(from: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined,
    from,
  );
}

function hasStop(value: unknown): value is { stop(): void } {
  return typeof value === "function" && typeof Reflect.get(value, "stop") === "function";
}
