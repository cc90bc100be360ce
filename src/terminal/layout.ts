/**
 * Breaks lines that may carry colours into rows of a terminal, on graphemes and by display width,
 * and says on which row and column the cursor stands. Pure.
 */
import { sanitise } from "./sanitise.ts";
import { displayWidth, graphemes } from "./width.ts";

/** What stands at the bottom of a terminal, whatever its width is. */
export interface Frame {
  /** Each may carry colour sequences (SGR); of any length. */
  readonly lines: readonly string[];
  /** The line and the UTF-16 units of its text, colours not counted, before the cursor. */
  readonly cursor: { readonly line: number; readonly offset: number };
  readonly cursorVisible: boolean;
}

/** A row of the terminal; colours begin and end in it. */
export interface Row {
  readonly text: string;
  readonly width: number;
}

export interface Layout {
  /** At least one. */
  readonly rows: readonly Row[];
  readonly cursor: { readonly row: number; readonly column: number };
}

// deno-lint-ignore no-control-regex -- colour sequences begin with ESC
const COLOR = /(\x1b\[[0-9;]*m)/;
const COLOR_OFF = "\x1b[0m";
const ACTS_ON_TERMINAL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

/** @param columns the terminal's width, at least 1 */
export function layOut(frame: Frame, columns: number): Layout {
  const rows: Row[] = [];
  let cursor = { row: 0, column: 0 };
  for (const [index, line] of frame.lines.entries()) {
    const offset = index === frame.cursor.line ? frame.cursor.offset : undefined;
    const laid = layOutLine(line, columns, offset);
    if (laid.cursor !== undefined) {
      cursor = { row: rows.length + laid.cursor.row, column: laid.cursor.column };
    }
    rows.push(...laid.rows);
  }
  if (rows.length === 0) rows.push({ text: "", width: 0 });
  return { rows, cursor };
}

/** `text` with its colours, but nothing else that acts on a terminal. */
export function onlyColors(text: string): string {
  if (!ACTS_ON_TERMINAL.test(text)) return text;
  return text.split(COLOR).map((part, index) => index % 2 === 1 ? part : shown(part)).join("");
}

/** `text` without its colours. */
export function withoutColors(text: string): string {
  return text.split(COLOR).filter((_, index) => index % 2 === 0).join("");
}

function shown(text: string): string {
  return ACTS_ON_TERMINAL.test(text) ? sanitise(text) : text;
}

function layOutLine(
  line: string,
  columns: number,
  offset: number | undefined,
): { rows: Row[]; cursor: { row: number; column: number } | undefined } {
  const rows: Row[] = [];
  let colors = "";
  let text = "";
  let width = 0;
  let passed = 0;
  let cursor: { row: number; column: number } | undefined;
  const endRow = () => {
    rows.push({ text: colors === "" ? text : text + COLOR_OFF, width });
    text = colors;
    width = 0;
  };
  const place = (grapheme: string) => {
    const safe = shown(grapheme);
    const room = displayWidth(safe);
    if (width > 0 && width + room > columns) endRow();
    if (offset !== undefined && cursor === undefined && passed >= offset) {
      cursor = { row: rows.length, column: width };
    }
    text += safe;
    width += room;
    passed += grapheme.length;
  };
  for (const [index, part] of line.split(COLOR).entries()) {
    if (index % 2 === 1) {
      colors += part;
      text += part;
    } else for (const grapheme of graphemes(part)) place(grapheme);
  }
  if (offset !== undefined && cursor === undefined) {
    while (passed < offset) place(" "); // spaces at the end that were cut off
    if (width >= columns) endRow();
    cursor = { row: rows.length, column: width };
  }
  endRow();
  return { rows, cursor };
}
