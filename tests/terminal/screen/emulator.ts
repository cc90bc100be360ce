/** A terminal that this project did not write, to see what the painter's output does: xterm.js. */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import xterm from "@xterm/headless";
import { type ColorDepth, type Grid, lookSequence } from "../../../src/terminal/screen/mod.ts";

type Terminal = InstanceType<typeof xterm.Terminal>;

/** Widths by clusters; by code points, emoji wide; by code points as in the year 2010. */
export type Widths = "graphemes" | "code points" | "old";

export class Emulator implements Disposable {
  readonly #terminal: Terminal;

  constructor(columns: number, rows: number, widths: Widths = "graphemes") {
    this.#terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    if (widths === "old") return;
    this.#terminal.loadAddon(new UnicodeGraphemesAddon());
    if (widths === "code points") this.#terminal.unicode.activeVersion = "15";
  }

  feed(output: string): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(output, resolve));
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  get alternate(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  get cursor(): { row: number; column: number } {
    const { cursorX, cursorY } = this.#terminal.buffer.active;
    return { row: cursorY, column: cursorX };
  }

  get modes(): { bracketedPaste: boolean; wrapping: boolean; synchronised: boolean } {
    const { bracketedPasteMode, wraparoundMode, synchronizedOutputMode } = this.#terminal.modes;
    return {
      bracketedPaste: bracketedPasteMode,
      wrapping: wraparoundMode,
      synchronised: synchronizedOutputMode,
    };
  }

  /** A cell: its characters, a space for a blank one, and its look as a sequence. */
  cell(row: number, column: number): { text: string; look: string } {
    const { active } = this.#terminal.buffer;
    const cell = active.getLine(active.baseY + row)?.getCell(column);
    if (cell === undefined) throw new RangeError(`no cell at row ${row}, column ${column}`);
    const text = cell.getWidth() === 0 ? "" : cell.getChars() || " ";
    const isOnPaper = cell.isBgPalette() && cell.getBgColor() === 7;
    const codes = [
      "0",
      ...cell.isBold() ? ["1"] : [],
      ...cell.isDim() ? ["2"] : [],
      ...cell.isInverse() ? ["7"] : [],
      ...isOnPaper
        ? ["30;47"]
        : this.#colorCodes(cell.getFgColor(), cell.isFgPalette(), cell.isFgRGB()),
    ];
    return { text, look: codes.length === 1 ? "\x1b[m" : `\x1b[${codes.join(";")}m` };
  }

  text(row: number, columns: number): string {
    return Array.from({ length: columns }, (_, column) => this.cell(row, column).text).join("")
      .trimEnd();
  }

  [Symbol.dispose](): void {
    this.#terminal.dispose();
  }

  #colorCodes(color: number, palette: boolean, rgb: boolean): string[] {
    if (rgb) return [`38;2;${color >> 16};${(color >> 8) & 255};${color & 255}`];
    if (!palette) return [];
    return [String(color < 8 ? 30 + color : 82 + color)];
  }
}

/** A difference between what an emulator shows and a grid; undefined if there is none. */
export function difference(
  emulator: Emulator,
  grid: Grid,
  depth: ColorDepth,
  counts: (text: string) => boolean = () => true,
): string | undefined {
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      const { text, look } = grid.cell(row, column);
      if (text === "" || !counts(text)) continue;
      const seen = emulator.cell(row, column);
      if (seen.text !== text) return at(row, column, text, seen.text);
      if (seen.look !== lookSequence(look, depth)) {
        return at(row, column, lookSequence(look, depth), seen.look);
      }
    }
  }
  const { cursor } = grid;
  if (cursor === undefined) return undefined;
  const seen = emulator.cursor;
  return seen.row === cursor.row && seen.column === cursor.column
    ? undefined
    : `cursor at ${JSON.stringify(seen)} instead of ${JSON.stringify(cursor)}`;
}

function at(row: number, column: number, wanted: string, seen: string): string {
  return `row ${row}, column ${column}: ${JSON.stringify(seen)} instead of ${
    JSON.stringify(wanted)
  }`;
}
