/** An open menu around a twin of the node, for tests of single entries. */
import { Notifier } from "../../src/commands/notifier.ts";
import { ShownMessages } from "../../src/chat_screen/shown_messages.ts";
import { mergeConfig } from "../../src/config/merge_config.ts";
import { News } from "../../src/menu/news.ts";
import type { OpenMenu } from "../../src/menu/open_menu.ts";
import { watchKeys } from "../../src/menu/watched_keys.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { openPrompter } from "../../src/terminal/prompts/open_prompter.ts";
import { createStyle } from "../../src/terminal/style.ts";
import type { NodeInit } from "../../src/node/mod.ts";
import { ScreenDouble } from "../terminal/screen_double.ts";
import { NOW, TwinNode } from "../commands/twin_node.ts";

/** Written when a question is opened: bracketed paste on. */
const QUESTION_OPENS = "\x1b[?2004h";

/** Everything on the screen of `terminal`, from the first row that scrolled away. */
export function transcript(terminal: MemoryTerminal): string[] {
  const double = new ScreenDouble(terminal.columns, terminal.rows);
  // As a terminal does unless it is told otherwise, a line feed returns the carriage as well.
  double.feed(terminal.out.replaceAll(/\r?\n/g, "\r\n"));
  return double.transcript;
}

/** Waits until the question number `count`, from 1, is open and shows `text`. */
export function untilAsked(terminal: MemoryTerminal, count: number, text: string): Promise<void> {
  return terminal.until(({ out }) => {
    const questions = out.split(QUESTION_OPENS);
    return questions.length > count && questions.slice(count).join("").includes(text);
  });
}

/** A port that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** How a node called me on port 7000 would be started. */
export const NODE_INIT: NodeInit = {
  databasePath: ":memory:",
  config: mergeConfig({
    profileName: "me",
    env: () => undefined,
    flags: {},
    file: { path: "config.json", values: new Map() },
  }).config,
  // A twin needs no key.
  get identity(): never {
    throw new Error("a twin has no identity");
  },
  listen: "configured",
};

export interface MenuTwin extends OpenMenu, Disposable {
  readonly terminal: MemoryTerminal;
}

export function openMenuTwin(
  node = new TwinNode(NODE_INIT),
  terminal = new MemoryTerminal(),
): MenuTwin {
  const style = createStyle(terminal.colors);
  const { terminal: watched, keysPressed } = watchKeys(terminal);
  const prompter = openPrompter(watched);
  const now = () => NOW;
  const shown = new ShownMessages(node, terminal);
  const print = (line: string) => prompter.printAbove(line);
  const notifier = new Notifier({ terminal, env: () => undefined, now }, "off");
  const news = new News({ node, style, print, shown, notifier });
  return {
    node,
    displayName: node.displayName.bind(node),
    terminal,
    prompter,
    style,
    news,
    notifier,
    shown,
    keysPressed,
    drafts: new Map(),
    signal: new AbortController().signal,
    env: () => undefined,
    now,
    [Symbol.dispose]: () => news[Symbol.dispose](),
  };
}
