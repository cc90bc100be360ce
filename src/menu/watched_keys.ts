/** A screen whose key presses are counted on their way to whoever reads them. */
import { asScreen, type ScreenTerminal } from "../terminal/screen_terminal.ts";
import type { Terminal } from "../terminal/terminal.ts";

export interface WatchedTerminal {
  /** To be used in place of the terminal. */
  readonly terminal: Terminal;
  /** How often keys were pressed while somebody read them; always 0 where there is no keyboard. */
  readonly keysPressed: () => number;
}

/** @param terminal a terminal or a pipe */
export function watchKeys(terminal: Terminal): WatchedTerminal {
  const screen = asScreen(terminal);
  if (screen === undefined) return { terminal, keysPressed: () => 0 };
  let pressed = 0;
  const watched: ScreenTerminal = {
    interactive: screen.interactive,
    colors: screen.colors,
    closed: screen.closed,
    get columns() {
      return screen.columns;
    },
    get rows() {
      return screen.rows;
    },
    print: (line) => screen.print(line),
    remark: (line) => screen.remark(line),
    write: (text) => screen.write(text),
    lines: (options) => screen.lines(options),
    byteLines: (options) => screen.byteLines(options),
    readAll: (options) => screen.readAll(options),
    flush: () => screen.flush(),
    onResize: (listener) => screen.onResize(listener),
    pin: (printAbove) => screen.pin(printAbove),
    enter: (mode) => screen.enter(mode),
    get leaving() {
      return screen.leaving;
    },
    async *keys(options) {
      for await (const chunk of screen.keys(options)) {
        pressed++;
        yield chunk;
      }
    },
  };
  return { terminal: watched, keysPressed: () => pressed };
}
