/**
 * The plain text protocols over TCP of the older Python programs, so that a group can move over one
 * by one. `wire.ts` describes the two dialects.
 *
 * What comes in is in the database before it is answered (dialect B) or its connection is closed
 * (dialect A), and on the disk a moment later: kill -9 loses nothing that was answered, a power cut may
 * take the last milliseconds.
 * What goes out waits in the outbox until it was written (A) or answered (B), in order, and is tried
 * for as long as it takes.
 *
 * Nothing here is encrypted, authenticated or proven: whoever listens at an address is that peer, and
 * whoever is on the way can read and change everything. A letter of dialect A is never answered: it
 * may be lost behind this program's back. An old program may be told twice what it has, where its
 * answer was lost; what an old program says twice is two messages.
 */
export { ClassicDriver, type ClassicDriverInit } from "./driver.ts";
export type { ClassicPeer, Dialect } from "./peer.ts";
export type { ClassicDraft, ClassicMessage, ClassicStore } from "./store.ts";
