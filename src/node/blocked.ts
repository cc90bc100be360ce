/** What is said of a peer that the person has blocked. The peer itself is told nothing. */

/** Why it is not dialled, or not talked to once it turned out who it is. */
export const BLOCKED_BY_YOU = "blocked by you";

export const UNBLOCK_HINT = "to allow it again: p2p-chat contact unblock PEER";
