/** What a slash command works with, and what comes of it. */
import type { MessageRecord } from "../../history/message_record.ts";
import type { ChatNode, Recipient } from "../../node/chat_node.ts";

export interface SlashContext {
  readonly node: ChatNode;
  /** The other side of the conversation in which it was typed. */
  readonly recipient: Recipient;
  /** The clock, ms since the epoch. */
  readonly now: () => number;
  /** Gives it up: the person has seen enough, or the program ends. */
  readonly signal: AbortSignal;
  /**
   * Room on each row. Infinity: the lines are read, or heard, one by one: nothing is cut, and nothing
   * stands side by side.
   */
  readonly columns: number;
}

export type SlashOutcome =
  /** What to show, safe for a terminal, without colours; broken to fit where that helps. */
  | { readonly kind: "lines"; readonly lines: readonly string[] }
  | { readonly kind: "clear" }
  | { readonly kind: "quit" }
  | { readonly kind: "open"; readonly recipient: Recipient }
  /** Oldest first; at least one. */
  | { readonly kind: "found"; readonly messages: readonly MessageRecord[]; readonly query: string };
