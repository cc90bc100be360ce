/** The conversations to choose from: who they are with, what is new, which of them a word finds. Pure. */
import type { Conversation } from "../history/message_record.ts";

/** One conversation in the list. */
export interface Talk {
  readonly conversation: Conversation;
  /** Terminal-safe. */
  readonly name: string;
  /** As `Look.color`. */
  readonly color: number | undefined;
  /** How many of its messages were never shown. */
  readonly unread: number;
  /** Own messages that are not delivered. */
  readonly waiting: number;
  /** The newest message, as one line; not yet safe for a terminal. */
  readonly last: { readonly text: string; readonly own: boolean; readonly time: number };
}

/** The same for the same other side, and for no other. */
export function talkKey(conversation: Conversation): string {
  // A multiaddr begins with a slash, a peer id never does.
  return conversation.kind === "peer" ? conversation.peerId : conversation.address;
}

/** Those whose name, or the beginning of whose id, has `words` in it, in either case. */
export function findTalks(talks: readonly Talk[], words: string): readonly Talk[] {
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return talks;
  return talks.filter(({ name, conversation }) =>
    name.toLowerCase().includes(wanted) || talkKey(conversation).toLowerCase().includes(wanted)
  );
}
