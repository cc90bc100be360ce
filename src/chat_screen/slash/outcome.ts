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
  /** Where a picture can stand beside lines: the rows there, and whether in colours. */
  readonly pictures?: { readonly rows: number; readonly colors: boolean } | undefined;
}

/** Stands left of lines. */
export interface Picture {
  /** Half blocks, equally long, without colours. */
  readonly lines: readonly string[];
  readonly columns: number;
  /** To be shown black on white; else in the colours of the terminal. */
  readonly onPaper: boolean;
}

export type SlashOutcome =
  /** What to show, safe for a terminal, without colours; broken to fit where that helps. */
  | {
    readonly kind: "lines";
    readonly lines: readonly string[];
    readonly picture?: Picture | undefined;
  }
  | { readonly kind: "clear" }
  | { readonly kind: "quit" }
  | { readonly kind: "open"; readonly recipient: Recipient }
  /** Oldest first; at least one. */
  | { readonly kind: "found"; readonly messages: readonly MessageRecord[]; readonly query: string };
