/** What every entry of the menu works with. */
import type { Drafts } from "../commands/chat/on_screen.ts";
import type { DisplayName } from "../commands/node_lines.ts";
import type { Notifier } from "../commands/notifier.ts";
import type { ShownMessages } from "../chat_screen/shown_messages.ts";
import type { Environment } from "../config/paths.ts";
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
  /** Draws attention to what comes in, here and on the conversation screen. */
  readonly notifier: Notifier;
  /** Takes incoming messages whose lines were printed. */
  readonly shown: ShownMessages;
  /** What is being written on conversation screens. */
  readonly drafts: Drafts;
  /** How often keys were pressed so far. */
  readonly keysPressed: () => number;
  /** Aborts when the menu has to end. */
  readonly signal: AbortSignal;
  readonly env: Environment;
  /** The clock, ms since the epoch. */
  readonly now: () => number;
}
