/**
 * The plain text protocols over TCP of the older Python programs, so that a group can move over one
 * by one. Neither encrypted nor authenticated: whoever listens at an address is that peer, and
 * whoever is on the way can read and change everything.
 */
export { ClassicDriver, type ClassicDriverInit } from "./driver.ts";
export type { ClassicPeer, Dialect } from "./peer.ts";
export type { ClassicDraft, ClassicMessage, ClassicStore } from "./store.ts";
