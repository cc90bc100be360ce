/**
 * Keeps a frame, a prompt for example, on the last rows of a terminal: draws it, draws it again
 * after a change or another width, and prints lines above it. It alone knows how many rows are
 * drawn, so that nothing above is ever erased and nothing of the frame is left behind.
 *
 * After the terminal was made narrower it expects that rows which do not fit any more were wrapped
 * by the terminal, as all but very old ones do. A frame with more rows than the screen is shown in
 * part, around the cursor.
 */
import { type Frame, type Layout, layOut, onlyColors, type Row } from "./layout.ts";
import type { ScreenTerminal } from "./screen_terminal.ts";

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const ERASE_ROW = "\x1b[2K";
/**
 * Everything below the present row, where there is at least one row. Not from the row itself: from
 * the top left corner some terminals (tmux) take that for clearing the screen and keep a copy of
 * what was there among the lines that scrolled away.
 */
const ERASE_ROWS_BELOW = "\x1b[1B\x1b[J\x1b[1A";

interface Painted {
  readonly rows: readonly Row[];
  readonly cursor: { readonly row: number; readonly column: number };
  readonly columns: number;
}

export class BottomPainter {
  readonly #terminal: Pick<ScreenTerminal, "columns" | "rows" | "write">;
  #frame: Frame | undefined;
  #painted: Painted | undefined;

  constructor(terminal: Pick<ScreenTerminal, "columns" | "rows" | "write">) {
    this.#terminal = terminal;
  }

  /** Shows `frame` in place of the one before. */
  paint(frame: Frame): void {
    this.#frame = frame;
    this.#terminal.write(this.#erasing() + this.#drawing(frame));
  }

  /** Draws the same frame once more, for the present size of the terminal. */
  repaint(): void {
    if (this.#frame !== undefined) this.paint(this.#frame);
  }

  /** Prints one line (several with line feeds in it) above the frame. */
  printAbove(line: string): void {
    const lines = line.split("\n").map((each) => onlyColors(each) + "\r\n").join("");
    const erasing = this.#erasing(); // before drawing, which changes what is to be erased
    const drawing = this.#frame === undefined ? "" : this.#drawing(this.#frame);
    this.#terminal.write(erasing + lines + drawing);
  }

  /** Leaves `frame` on the screen for good, whole, and puts the cursor below it. */
  commit(frame: Frame): void {
    const { rows } = layOut(frame, this.#terminal.columns);
    const text = rows.map((row) => row.text + "\r\n").join("");
    this.#terminal.write(this.#erasing() + text + SHOW_CURSOR);
    this.#forget();
  }

  /** Takes the frame off the screen; the cursor stands where it began. */
  erase(): void {
    if (this.#painted !== undefined) this.#terminal.write(this.#erasing() + SHOW_CURSOR);
    this.#forget();
  }

  #forget(): void {
    this.#frame = undefined;
    this.#painted = undefined;
  }

  #erasing(): string {
    if (this.#painted === undefined) return "";
    const { total, aboveCursor } = rowsNow(this.#painted, this.#terminal.columns);
    return HIDE_CURSOR + up(aboveCursor) + "\r" + ERASE_ROW + (total > 1 ? ERASE_ROWS_BELOW : "");
  }

  #drawing(frame: Frame): string {
    const columns = this.#terminal.columns;
    // One row less than the screen has, so that a line printed above is seen.
    const { rows, cursor } = cut(layOut(frame, columns), Math.max(1, this.#terminal.rows - 1));
    this.#painted = { rows, cursor, columns };
    return HIDE_CURSOR + rows.map((row) => row.text).join("\r\n") +
      up(rows.length - 1 - cursor.row) + "\r" + right(cursor.column) +
      (frame.cursorVisible ? SHOW_CURSOR : "");
  }
}

/** As many rows as fit, with that of the cursor among them. */
function cut({ rows, cursor }: Layout, most: number): Layout {
  if (rows.length <= most) return { rows, cursor };
  const from = Math.min(Math.max(0, cursor.row - most + 1), rows.length - most);
  return {
    rows: rows.slice(from, from + most),
    cursor: { row: cursor.row - from, column: cursor.column },
  };
}

/** How many rows what was painted has in a terminal of `columns` now. */
function rowsNow(
  { rows, cursor, columns: then }: Painted,
  columns: number,
): { total: number; aboveCursor: number } {
  if (columns >= then) return { total: rows.length, aboveCursor: cursor.row };
  const wrapped = (part: readonly Row[]) =>
    part.reduce((sum, row) => sum + Math.max(1, Math.ceil(row.width / columns)), 0);
  return {
    total: wrapped(rows),
    aboveCursor: wrapped(rows.slice(0, cursor.row)) + Math.floor(cursor.column / columns),
  };
}

function up(rows: number): string {
  return rows > 0 ? `\x1b[${rows}A` : "";
}

function right(columns: number): string {
  return columns > 0 ? `\x1b[${columns}C` : "";
}
