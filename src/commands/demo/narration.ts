/**
 * The transcript of the demo: headings, what a step shows, and one line for each thing that
 * happened, with the time since the beginning and the peer whom it happened to. At most 80 columns.
 * Without colours it says the same.
 */
import type { Terminal } from "../../terminal/terminal.ts";
import { createStyle, type Style } from "../../terminal/style.ts";
import { padEnd, padStart } from "../../terminal/width.ts";

const INDENT = "   ";
const TIME_COLUMNS = 7;
const NAME_COLUMNS = 5;
/** Long enough to read a heading; only for a person who watches. */
const PAUSE_MS = 600;
/** SGR codes of the peers' names; the bright blue is the one that dark backgrounds let through. */
const NAME_COLORS: ReadonlyMap<string, number> = new Map([["red", 31], ["green", 32], [
  "blue",
  94,
]]);

export class Narration {
  readonly style: Style;
  readonly #terminal: Terminal;
  readonly #monotonic: () => number;
  readonly #startedAt: number;
  #acts = 0;

  /** @param monotonic a clock in ms */
  constructor(terminal: Terminal, monotonic: () => number) {
    this.#terminal = terminal;
    this.#monotonic = monotonic;
    this.#startedAt = monotonic();
    this.style = createStyle(terminal.colors);
  }

  /** ms since the beginning. */
  get elapsedMs(): number {
    return this.#monotonic() - this.#startedAt;
  }

  /** One line at the left edge. */
  line(text = ""): void {
    this.#terminal.print(text);
  }

  /** Begins a step. `why` says what to look for, in lines of at most 77 columns. */
  async act(heading: string, why: readonly string[], signal: AbortSignal): Promise<void> {
    this.line();
    this.line(this.style.bold(`${++this.#acts}. ${heading}`));
    this.block(why.map((line) => this.style.dim(line)));
    if (this.#terminal.interactive) await pause(signal);
    this.line();
  }

  /** Something happened to a peer. */
  tell(name: string, text: string): void {
    const time = padStart(`${(this.elapsedMs / 1000).toFixed(2)} s`, TIME_COLUMNS);
    this.line(`${INDENT}${this.style.dim(time)}  ${this.padded(name)}  ${text}`);
  }

  /** Lines below the heading of a step. */
  block(lines: readonly string[]): void {
    for (const line of lines) this.line(`${INDENT}${line}`);
  }

  /** The same with spaces after it, so that what follows is aligned. */
  padded(name: string): string {
    return this.name(name) + padEnd("", NAME_COLUMNS - name.length);
  }

  /** The name of a peer in its colour. */
  readonly name = (name: string): string => {
    const code = NAME_COLORS.get(name);
    return code === undefined || !this.#terminal.colors ? name : `\x1b[${code}m${name}\x1b[39m`;
  };
}

/** @throws the signal's reason */
async function pause(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PAUSE_MS);
  signal.addEventListener("abort", () => resolve(), { once: true });
  if (!signal.aborted) await promise;
  clearTimeout(timer);
  signal.throwIfAborted();
}
