/** Chooses how to ask on a given terminal. */
import { asScreen } from "../screen_terminal.ts";
import type { Terminal } from "../terminal.ts";
import { InquirerPrompter } from "./inquirer_prompter.ts";
import { LinePrompter } from "./line_prompter.ts";
import type { Prompter } from "./prompter.ts";

/** Arrow keys where `terminal` is interactive, else numbered lines. */
export function openPrompter(terminal: Terminal): Prompter {
  const screen = asScreen(terminal);
  return screen === undefined ? new LinePrompter(terminal) : new InquirerPrompter(screen);
}
