/**
 * What a prompt of `@inquirer/core` shows at the moment, read from what it writes.
 *
 * The prompt is told that the terminal is endlessly wide, so it never wraps; what it writes then is
 * a few whole lines and moves of the cursor between them (`lib/screen-manager.js` there). Wrapping,
 * redrawing and lines above are left to `BottomPainter`, which does them for any width.
 */
import { type Frame, withoutColors } from "../layout.ts";
import { graphemes } from "../width.ts";

/** The width that the prompt is told; far more than a line that anybody types. */
export const ENDLESS_COLUMNS = 10_000_000;

// deno-lint-ignore no-control-regex -- escape sequences begin with ESC
const TOKENS = /\x1b\[(?<parameters>[?\d;]*)(?<command>[A-Za-z])|(?<feed>\n)|[^\x1b\n]+|\x1b/g;

export class PromptFrame {
  readonly #measure: (text: string) => number;
  #lines: string[] = [""];
  #row = 0;
  #column = 0;
  #cursorVisible = true;

  /** @param measure columns of a text as the prompt counts them, to understand its cursor */
  constructor(measure: (text: string) => number) {
    this.#measure = measure;
  }

  /** Takes in what the prompt wrote. */
  feed(output: string): void {
    for (const match of output.matchAll(TOKENS)) {
      const { command, parameters = "", feed } = match.groups ?? {};
      if (command !== undefined && command !== "m") this.#obey(command, parameters);
      else if (feed !== undefined) this.#feedLine();
      else if (match[0] !== "\x1b") this.#type(match[0]);
    }
  }

  /** The lines without empty ones at the end, and the cursor. */
  get frame(): Frame {
    const last = Math.max(this.#row, this.#lines.findLastIndex((line) => line !== ""));
    return {
      lines: this.#lines.slice(0, last + 1),
      cursor: { line: this.#row, offset: this.#offset() },
      cursorVisible: this.#cursorVisible,
    };
  }

  #obey(command: string, parameters: string): void {
    const count = Number(parameters) || 1;
    if (command === "A") this.#row = Math.max(0, this.#row - count);
    else if (command === "B") this.#row = Math.min(this.#lines.length - 1, this.#row + count);
    else if (command === "G") this.#column = count - 1;
    else if (command === "K") this.#lines[this.#row] = "";
    else if (parameters === "?25") this.#cursorVisible = command === "h";
  }

  #feedLine(): void {
    this.#row++;
    this.#column = 0;
    if (this.#row === this.#lines.length) this.#lines.push("");
  }

  #type(text: string): void {
    this.#lines[this.#row] += text;
    this.#column = Infinity;
  }

  /** UTF-16 units before the cursor; beyond the end of the line for spaces that were cut off. */
  #offset(): number {
    const text = withoutColors(this.#lines[this.#row] ?? "");
    if (this.#column === Infinity) return text.length;
    const beyond = this.#column - this.#measure(text);
    if (beyond >= 0) return text.length + beyond;
    const ends = [0];
    for (const grapheme of graphemes(text)) ends.push((ends.at(-1) ?? 0) + grapheme.length);
    let low = 0;
    let high = ends.length - 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#measure(text.slice(0, ends[middle])) < this.#column) low = middle + 1;
      else high = middle;
    }
    return ends[low] ?? 0;
  }
}
