/**
 * A small terminal for tests: takes what the program writes and says what is on the screen. Knows
 * the sequences that this program uses and fails on any other.
 */
import { displayWidth, graphemes } from "../../src/terminal/mod.ts";

// deno-lint-ignore no-control-regex -- escape sequences begin with ESC
const TOKENS = /\x1b\[(?<parameters>[?\d;]*)(?<command>[A-Za-z])|[^\x1b]+|\x1b/g;

export class ScreenDouble {
  readonly columns: number;
  readonly rows: number;
  cursorVisible = true;
  /** One string a cell; the second cell of a wide character is empty. */
  #lines: string[][] = [[]];
  #top = 0;
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  /** Everything from the first row that scrolled away to the last one that is not empty. */
  get transcript(): string[] {
    const lines = this.#lines.map((cells) => cells.map((cell) => cell ?? " ").join("").trimEnd());
    return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
  }

  /** Row, counted as in the transcript, and column. */
  get cursor(): { row: number; column: number } {
    return { row: this.#top + this.#row, column: this.#column };
  }

  feed(output: string): void {
    for (const match of output.matchAll(TOKENS)) {
      const { command, parameters = "" } = match.groups ?? {};
      if (command !== undefined) this.#obey(command, parameters);
      else if (match[0] === "\x1b") {
        throw new Error(`unknown sequence in ${JSON.stringify(output)}`);
      } else for (const grapheme of graphemes(match[0])) this.#put(grapheme);
    }
  }

  #obey(command: string, parameters: string): void {
    const count = Number(parameters) || 1;
    if (command === "A") this.#row = Math.max(0, this.#row - count);
    else if (command === "B") this.#row = Math.min(this.rows - 1, this.#row + count);
    else if (command === "C") this.#column = Math.min(this.columns - 1, this.#column + count);
    else if (command === "J" && parameters === "") this.#eraseBelow();
    else if (command === "K" && parameters === "2") this.#lines[this.#top + this.#row] = [];
    else if (parameters === "?25") this.cursorVisible = command === "h";
    else if (command !== "m" && parameters !== "?2004") {
      throw new Error(`unknown sequence ${parameters}${command}`);
    }
  }

  #eraseBelow(): void {
    if (this.#row === 0 && this.#column === 0) throw new Error("tmux keeps a copy of this");
    const at = this.#top + this.#row;
    this.#lines.length = Math.min(this.#lines.length, at + 1);
    this.#lines[at] = (this.#lines[at] ?? []).slice(0, this.#column);
  }

  #put(grapheme: string): void {
    if (grapheme === "\r\n" || grapheme === "\n") {
      if (grapheme === "\r\n") this.#column = 0;
      this.#feedLine();
    } else if (grapheme === "\r") {
      this.#column = 0;
    } else {
      const width = displayWidth(grapheme);
      if (this.#column + width > this.columns) {
        this.#column = 0;
        this.#feedLine();
      }
      const cells = this.#lines[this.#top + this.#row] ??= [];
      cells[this.#column] = grapheme;
      if (width === 2) cells[this.#column + 1] = "";
      this.#column += width;
    }
  }

  #feedLine(): void {
    if (this.#row === this.rows - 1) this.#top++;
    else this.#row++;
    this.#lines[this.#top + this.#row] ??= [];
  }
}
