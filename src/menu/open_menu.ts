/** What every entry of the menu works with. */
import type { DisplayName } from "../commands/node_lines.ts";
import type { ChatNode } from "../node/chat_node.ts";
import type { Prompter } from "../terminal/prompts/prompter.ts";
import type { Style } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { News } from "./news.ts";

/** A menu with its node running. */
export interface OpenMenu {
  readonly node: ChatNode;
  readonly displayName: DisplayName;
  readonly terminal: Terminal;
  readonly prompter: Prompter;
  readonly style: Style;
  readonly news: News;
  /** Aborts when the menu has to end. */
  readonly signal: AbortSignal;
  /** The clock, ms since the epoch. */
  readonly now: () => number;
}
