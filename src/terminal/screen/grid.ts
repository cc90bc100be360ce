/**
 * A screen as cells, to be drawn into before any of it is written: what a view returns, what tests
 * look at, what the painter compares.
 *
 * Guarantees: whatever is put becomes harmless on the way (`sanitise`), so no text can carry a
 * sequence into a cell; a cluster stands in all of its columns or not at all.
 *
 * Right-to-left text stands in its cells in logical order, first letter first, without bidi marks.
 * A terminal that reorders by itself (GNOME Terminal and its relatives, Konsole, mlterm, Apple's)
 * does so row by row, from left to right at large; one that does not (xterm, kitty, Alacritty, tmux)
 * shows the letters as they stand. Reordering here would be undone by the first kind; isolates
 * (U+2068) are not kept by either. What is left to a view: text that may be right-to-left comes last
 * on its row, so that there is nothing beside it that it could turn around.
 */
import { sanitise } from "../sanitise.ts";
import { clusters } from "./clusters.ts";
import { type Look, PLAIN } from "./look.ts";

export interface Cell {
  /** One cluster; empty where one from further left goes on. */
  readonly text: string;
  readonly look: Look;
}

/** A place on the screen; both from 0. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

const BLANK = " ";

export class Grid {
  readonly columns: number;
  readonly rows: number;
  /** Where the cursor is shown; undefined: nowhere. */
  cursor: Place | undefined;
  readonly #texts: string[];
  readonly #looks: Look[];

  /** @param columns 1 or more @param rows 1 or more */
  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#texts = new Array<string>(columns * rows).fill(BLANK);
    this.#looks = new Array<Look>(columns * rows).fill(PLAIN);
  }

  /** @throws RangeError outside of the grid */
  cell(row: number, column: number): Cell {
    const at = row * this.columns + column;
    const text = this.#texts[at];
    const look = this.#looks[at];
    if (text === undefined || look === undefined || column < 0 || column >= this.columns) {
      throw new RangeError(`no cell at row ${row}, column ${column}`);
    }
    return { text, look };
  }

  /** What stands in a cell, as `cell()` but without its look; empty outside of the grid. */
  textAt(row: number, column: number): string {
    return this.#texts[row * this.columns + column] ?? "";
  }

  /** How a cell looks, as `cell()`; plain outside of the grid. */
  lookAt(row: number, column: number): Look {
    return this.#looks[row * this.columns + column] ?? PLAIN;
  }

  /**
   * Writes as much of `text` as fits before `end`, made harmless; a row that is not there takes
   * nothing. Where a cluster does not fit any more, the columns that are left become blank.
   * @param column 0 or more @param end the first column that is not written to
   * @returns the column behind the text
   */
  put(row: number, column: number, text: string, look: Look = PLAIN, end = this.columns): number {
    const limit = Math.min(end, this.columns);
    if (row < 0 || row >= this.rows) return column;
    let at = column;
    for (const cluster of clusters(sanitise(text))) {
      if (at + cluster.columns > limit) {
        this.fill(row, at, limit, look);
        break;
      }
      this.#set(row * this.columns + at, cluster.text, cluster.columns, look);
      at += cluster.columns;
    }
    return at;
  }

  /** Makes the columns from `column` up to `end`, not included, blank. */
  fill(row: number, column: number, end: number, look: Look = PLAIN): void {
    if (row < 0 || row >= this.rows) return;
    for (let at = column; at < Math.min(end, this.columns); at++) {
      this.#set(row * this.columns + at, BLANK, 1, look);
    }
  }

  /** A copy in which the rows from `top` up to `bottom`, not included, moved up by `by` rows, down
   * if it is negative; the rows that come free are blank. */
  scrolled({ top, bottom, by }: { top: number; bottom: number; by: number }): Grid {
    const copy = new Grid(this.columns, this.rows);
    copy.cursor = this.cursor;
    for (let row = 0; row < this.rows; row++) {
      const inside = row >= top && row < bottom;
      const from = inside ? row + by : row;
      if (inside && (from < top || from >= bottom)) continue;
      for (let column = 0; column < this.columns; column++) {
        const to = row * this.columns + column;
        copy.#texts[to] = this.textAt(from, column);
        copy.#looks[to] = this.lookAt(from, column);
      }
    }
    return copy;
  }

  /** The text of a row without the spaces at its end. */
  rowText(row: number): string {
    return this.#texts.slice(row * this.columns, (row + 1) * this.columns).join("").trimEnd();
  }

  /** All rows as text. */
  toString(): string {
    return Array.from({ length: this.rows }, (_, row) => this.rowText(row)).join("\n");
  }

  #set(at: number, text: string, columns: number, look: Look): void {
    this.#clearHalves(at);
    if (this.#texts[at + columns] === "") this.#clearHalves(at + columns);
    for (let part = 0; part < columns; part++) {
      this.#texts[at + part] = part === 0 ? text : "";
      this.#looks[at + part] = look;
    }
  }

  /** Makes the cluster of which a part stands at `at` blank, wherever it begins and ends. */
  #clearHalves(at: number): void {
    let start = at;
    while (this.#texts[start] === "") start--;
    let end = start + 1;
    while (this.#texts[end] === "") end++;
    if (end - start > 1) this.#texts.fill(BLANK, start, end);
  }
}
