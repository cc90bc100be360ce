/**
 * From one grid to the next with few bytes: only cells that changed are written, the cursor is moved
 * and colours are switched only where needed, what only moved up or down is moved by the terminal.
 * The whole screen is cleared only for the first grid and after another size. Pure.
 *
 * Expects a terminal that does not wrap at the right edge (`Screen` sees to that), whose screen
 * shows the grid before. Where terminals disagree about the width of a cluster, its place is cleared
 * first, the cursor set behind it, and the rest of its row written again after it: so whatever a
 * terminal makes of an emoji, nothing else on the screen gets out of place.
 *
 * Sources: ECMA-48; xterm's "XTerm Control Sequences"; synchronised output, mode 2026.
 */
import { clusterColumns, isSure } from "./clusters.ts";
import { Grid } from "./grid.ts";
import { type ColorDepth, type Look, lookSequence, PLAIN, sameLook } from "./look.ts";
import { findShift, type Shift } from "./shift.ts";

const BEGIN_FRAME = "\x1b[?2026h";
const END_FRAME = "\x1b[?2026l";
const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";
const CLEAR_SCREEN = "\x1b[m\x1b[2J";
const CLEAR_TO_END_OF_ROW = "\x1b[K";

/** Moving the cursor costs about as many bytes as writing so many cells that did not change. */
const WORTH_A_MOVE = 5;

/**
 * What to write so that a terminal that shows `before` shows `after`; empty if that is the same.
 * @param before undefined: nobody knows what the terminal shows
 */
export function paint(before: Grid | undefined, after: Grid, depth: ColorDepth): string {
  const pen = new Pen(after.columns, depth);
  let base = before;
  if (base === undefined || base.columns !== after.columns || base.rows !== after.rows) {
    base = new Grid(after.columns, after.rows);
    pen.clear();
  } else {
    const shift = findShift(base, after);
    if (shift !== undefined) {
      pen.shift(shift, after.rows);
      base = base.scrolled(shift);
    }
  }
  for (let row = 0; row < after.rows; row++) paintRow(pen, base, after, row);
  return pen.frame(before, after);
}

function paintRow(pen: Pen, before: Grid, after: Grid, row: number): void {
  let column = nextChange(before, after, row, 0);
  if (column === after.columns) return;
  const blank = blankFrom(after, row);
  const fuzzy = hasFuzzy(before, row) || hasFuzzy(after, row);
  while (column < blank) {
    pen.write(row, column, after.textAt(row, column), after.lookAt(row, column));
    column = nextHead(after, row, column);
    if (!fuzzy) column = skipUnchanged(before, after, row, column);
  }
  if (blank < after.columns && (fuzzy || blankFrom(before, row) > blank)) {
    pen.clearToEnd(row, blank);
  }
}

/** `column`, or a later one if enough cells in between did not change. */
function skipUnchanged(before: Grid, after: Grid, row: number, column: number): number {
  const next = nextChange(before, after, row, column);
  return next - column >= WORTH_A_MOVE || next === after.columns ? next : column;
}

function nextChange(before: Grid, after: Grid, row: number, from: number): number {
  let column = from;
  while (
    column < after.columns &&
    before.textAt(row, column) === after.textAt(row, column) &&
    sameLook(before.lookAt(row, column), after.lookAt(row, column))
  ) column++;
  return column;
}

/** Where the next cluster begins. */
function nextHead(grid: Grid, row: number, column: number): number {
  let next = column + 1;
  while (next < grid.columns && grid.textAt(row, next) === "") next++;
  return next;
}

/** The column from which on a row is blank, in plain look. */
function blankFrom(grid: Grid, row: number): number {
  let end = grid.columns;
  while (
    end > 0 && grid.textAt(row, end - 1) === " " && sameLook(grid.lookAt(row, end - 1), PLAIN)
  ) end--;
  return end;
}

function hasFuzzy(grid: Grid, row: number): boolean {
  for (let column = 0; column < grid.columns; column++) {
    const text = grid.textAt(row, column);
    if (text !== "" && text !== " " && !isSure(text)) return true;
  }
  return false;
}

/** Collects what is written, and knows where the terminal's cursor is and how it writes. */
class Pen {
  readonly #columns: number;
  readonly #depth: ColorDepth;
  #out = "";
  /** Where the cursor is; not known: -1, undefined. */
  #row = -1;
  #column: number | undefined;
  #look: Look = PLAIN;

  constructor(columns: number, depth: ColorDepth) {
    this.#columns = columns;
    this.#depth = depth;
  }

  clear(): void {
    this.#out += CLEAR_SCREEN;
  }

  /** Lets the terminal move rows, by means of a scrolling region. */
  shift({ top, bottom, by }: Shift, rows: number): void {
    const region = top === 0 && bottom === rows ? "" : `\x1b[${top + 1};${bottom}r`;
    // Setting a region moves the cursor; nothing was written yet, so its place is not known anyway.
    this.#out += region + `\x1b[${Math.abs(by)}${by > 0 ? "S" : "T"}` + (region && "\x1b[r");
  }

  write(row: number, column: number, text: string, look: Look): void {
    this.#moveTo(row, column);
    this.#switchTo(look);
    const columns = clusterColumns(text);
    if (isSure(text)) {
      this.#out += text;
      this.#column = column + columns < this.#columns ? column + columns : undefined;
    } else {
      this.#out += `\x1b[${columns > 1 ? columns : ""}X${text}`;
      this.#column = undefined;
    }
  }

  clearToEnd(row: number, column: number): void {
    this.#moveTo(row, column);
    this.#switchTo(PLAIN);
    this.#out += CLEAR_TO_END_OF_ROW;
  }

  /** All that is to be written, with the cursor at its place; empty if there is nothing to do. */
  frame(before: Grid | undefined, after: Grid): string {
    const { cursor } = after;
    const same = before?.cursor?.row === cursor?.row && before?.cursor?.column === cursor?.column;
    if (this.#out === "" && before !== undefined && same) return "";
    this.#switchTo(PLAIN);
    if (cursor !== undefined) {
      this.#moveTo(cursor.row, cursor.column);
      this.#out += SHOW_CURSOR;
    }
    return BEGIN_FRAME + HIDE_CURSOR + this.#out + END_FRAME;
  }

  #moveTo(row: number, column: number): void {
    if (this.#row !== row) this.#out += `\x1b[${row + 1}${column > 0 ? `;${column + 1}` : ""}H`;
    else if (this.#column !== column) this.#out += `\x1b[${column > 0 ? column + 1 : ""}G`;
    this.#row = row;
    this.#column = column;
  }

  #switchTo(look: Look): void {
    if (sameLook(this.#look, look)) return;
    this.#out += lookSequence(look, this.#depth);
    this.#look = look;
  }
}
