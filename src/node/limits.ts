/** What one peer, one host and all strangers together may cost this node. One place, on purpose. */

/** Connections in all. A chat among friends needs tens; each costs about 190 KB. */
export const MAX_CONNECTIONS = 256;
/** Connections that have not finished their handshake. Each may hold a socket for its time-out. */
export const MAX_PENDING_INBOUND = 64;
/**
 * New connections a second from one address. libp2p's default of 5 refuses the second half of a
 * household behind one router after a power cut, or a test with ten peers on one machine.
 */
export const MAX_INBOUND_PER_SECOND_PER_HOST = 30;
/** How long a stranger may take for the handshake, ms. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;
/**
 * A dial that hangs is cut, ms, handshake included: over a bad link (450 ms each way) that alone
 * takes 4 s and more. The transport gives an address where nobody answers at all half of it.
 */
export const DIAL_TIMEOUT_MS = 10_000;
/**
 * The same for one address, handshake included, ms. Less than for the whole dial, so that the result
 * of the address is known and not only that somebody lost patience.
 */
export const ADDRESS_DIAL_TIMEOUT_MS = 9_500;
export const MAX_PARALLEL_DIALS = 16;
/** Addresses of one peer that are tried in one dial. */
export const MAX_ADDRESSES_PER_DIAL = 16;
/** Streams that one connection may have open at once. */
export const MAX_STREAMS_PER_CONNECTION = 32;
