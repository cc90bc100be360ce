/**
 * A text that is being written as rows of a screen, and drawing it. One column at the right stays
 * free for the cursor behind a full row, and for the arrows that say that there is more. Pure.
 */
import { sanitise } from "../sanitise.ts";
import { clusters, type Grid, type Look, type Place, shownColumns, wrap } from "../screen/mod.ts";
import type { Editor } from "./editor.ts";

export interface EditorRow {
  /** UTF-16 offsets in the text; a line feed at the end does not belong to the row. */
  readonly start: number;
  readonly end: number;
}

/** Keeps the rows of a text, which are long to find, until they are asked for of another one. */
export class RowMemo {
  #text: string | undefined;
  #columns = 0;
  #rows: readonly EditorRow[] = [];

  rowsOf(text: string, columns: number): readonly EditorRow[] {
    if (text !== this.#text || columns !== this.#columns) {
      this.#rows = wrapText(text, columns);
      this.#text = text;
      this.#columns = columns;
    }
    return this.#rows;
  }
}

export interface EditorLayout {
  /** At least one. */
  readonly rows: readonly EditorRow[];
  /** The row of the cursor, among all rows, and its column. */
  readonly cursor: Place;
}

/** A part of the screen. */
export interface Area {
  readonly row: number;
  readonly column: number;
  /** 2 or more */
  readonly columns: number;
  /** 1 or more */
  readonly rows: number;
}

/** @param columns of the screen, 2 or more */
export function layOutEditor(
  editor: Pick<Editor, "text" | "cursor" | "memo">,
  columns: number,
): EditorLayout {
  const rows = editor.memo.rowsOf(editor.text, Math.max(1, columns - 1));
  return { rows, cursor: placeOf(editor, rows, columns) };
}

function wrapText(text: string, columns: number): EditorRow[] {
  const rows: EditorRow[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    for (const row of wrap(line, columns)) {
      rows.push({ start: start + row.start, end: start + row.end });
    }
    start += line.length + 1;
  }
  return rows;
}

/** The place in the text that stands at `column` of a row, or nearest to it from the left. */
export function offsetAt(editor: Pick<Editor, "text">, row: EditorRow, column: number): number {
  let offset = row.start;
  let width = 0;
  for (const cluster of clusters(editor.text.slice(row.start, row.end))) {
    width += shownColumns(cluster);
    if (width > column) break;
    offset += cluster.text.length;
  }
  return offset;
}

/** `editor` with the rows that are shown moved so that the cursor is among them. */
export function withCursorShown(
  editor: Editor,
  { rows, cursor }: EditorLayout,
  height: number,
): Editor {
  const top = Math.min(
    Math.max(editor.top, cursor.row - height + 1),
    cursor.row,
    Math.max(0, rows.length - height),
  );
  return top === editor.top ? editor : { ...editor, top };
}

/**
 * Draws the rows that fit into `area`.
 * @returns where the cursor stands
 */
export function drawEditor(editor: Editor, grid: Grid, area: Area, look?: Look): Place {
  const layout = layOutEditor(editor, area.columns);
  const { top } = withCursorShown(editor, layout, area.rows);
  const end = area.column + area.columns;
  for (const [index, row] of layout.rows.slice(top, top + area.rows).entries()) {
    let column = area.column;
    // One by one, so that each takes the columns that the layout gave it.
    for (const { text } of clusters(editor.text.slice(row.start, row.end))) {
      column = grid.put(area.row + index, column, sanitise(text), look, end);
    }
  }
  const mark = (row: number, arrow: string) => grid.put(row, end - 1, arrow, { dim: true }, end);
  if (top > 0) mark(area.row, "↑");
  if (top + area.rows < layout.rows.length) mark(area.row + area.rows - 1, "↓");
  return {
    row: area.row + layout.cursor.row - top,
    column: area.column + Math.min(layout.cursor.column, area.columns - 1),
  };
}

function placeOf(
  { text, cursor }: Pick<Editor, "text" | "cursor">,
  rows: readonly EditorRow[],
  columns: number,
): Place {
  // At a wrap both the end of a row and the beginning of the next one are at the same offset.
  const row = Math.max(0, rows.findLastIndex(({ start }) => start <= cursor));
  let column = 0;
  for (const part of clusters(text.slice(rows[row]?.start ?? 0, cursor))) {
    column += shownColumns(part);
  }
  return { row, column: Math.min(column, columns - 1) };
}
