/**
 * Presence: who is here. Each side tells the other its name when they are connected, and goodbye
 * when it leaves; `wire.proto` is the protocol, `state.ts` decides, `driver.ts` does.
 *
 * Guarantees: a peer is reported up once and down once, however many connections it has; a goodbye
 * is seen at once; a peer that vanished is seen when libp2p's ping fails (every 10 s, 5 s to
 * answer); a hostile peer costs one name, one stream and a few numbers a connection.
 *
 * It does not dial, ping, remember peers, or make names safe for a terminal.
 */
export { PresenceDriver, type PresenceDriverInit } from "./driver.ts";
export type { ForeignReason } from "./state.ts";
export { MAX_NAME_CHARACTERS } from "./wire.ts";
export type { ActivePeer, Departure, KnownPeer, PeerSource } from "./active_peer.ts";
