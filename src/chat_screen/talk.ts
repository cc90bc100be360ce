/** A conversation that a person has opened, whichever form shows it: what it needs, and how it ends. */
import type { Recipient } from "../node/chat_node.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { LastingNode } from "./lasting_node.ts";

export interface TalkInit {
  readonly session: LastingNode;
  readonly terminal: Terminal;
  readonly recipient: Recipient;
  /** How many messages from before to show at once, 0 or more. */
  readonly history: number;
  /** The clock, ms since the epoch. */
  readonly now: () => number;
  /** Aborts when the program is to end. */
  readonly signal: AbortSignal;
}

/** `stopped`: the program is to end, the terminal was closed, or there can be no node any more. */
export interface TalkEnding {
  readonly kind: "quit" | "input-over" | "stopped";
  /** Messages that were typed and could not be saved; the person was told of each. */
  readonly unsaved: number;
}
