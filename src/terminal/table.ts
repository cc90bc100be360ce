/**
 * Aligned columns for a terminal. Where the table does not fit, columns that it can do without are left
 * out, then those that may shrink give way; whatever still does not fit is cut at the right edge. Widths are those of graphemes; no line ends in
 * spaces. Cells that hold text of a peer must have been through `sanitise()`.
 */
import type { Style } from "./style.ts";
import { displayWidth, padEnd, padStart, truncate } from "./width.ts";

export interface Column {
  /** Plain text above the column. */
  readonly header: string;
  /** Default "left". */
  readonly align?: "left" | "right";
  /** May be cut, down to `MIN_SHRUNK_COLUMNS` or its header. Default false. */
  readonly shrinks?: boolean;
  /** Left out where the table does not fit, the last one first. Default false. */
  readonly optional?: boolean;
}

/** Plain text, or plain text with what to do to it once it is cut and padded. */
export type Cell = string | { readonly text: string; readonly style: (text: string) => string };

export interface TableOptions {
  readonly columns: readonly Column[];
  /** One cell for each column; missing ones are empty. */
  readonly rows: readonly (readonly Cell[])[];
  /** The terminal's width; Infinity (default) where nothing should be cut. */
  readonly width?: number;
  /** For the header. */
  readonly style?: Pick<Style, "dim">;
}

const GAP = "  ";
/** Less of a name or an id says nothing any more. */
const MIN_SHRUNK_COLUMNS = 8;

/** The header and one line for each row, without line ends. */
export function formatTable(options: TableOptions): string[] {
  const { width = Infinity, style } = options;
  const { columns, rows } = essential(options, width);
  const widths = fit(columns, naturalWidths(columns, rows), width);
  const dim = style?.dim ?? ((text: string) => text);
  const header = columns.map((column): Cell => ({ text: column.header, style: dim }));
  return [header, ...rows].map((row) => formatRow(row, columns, widths, width));
}

/** The table without columns that it can do without, as many as it takes to fit. */
function essential(
  { columns, rows }: Pick<TableOptions, "columns" | "rows">,
  width: number,
): Pick<TableOptions, "columns" | "rows"> {
  const last = columns.findLastIndex(({ optional }) => optional);
  if (last < 0 || totalOf(naturalWidths(columns, rows)) <= width) return { columns, rows };
  return essential({
    columns: columns.toSpliced(last, 1),
    rows: rows.map((row) => row.toSpliced(last, 1)),
  }, width);
}

function totalOf(widths: readonly number[]): number {
  return widths.reduce((sum, each) => sum + each, GAP.length * (widths.length - 1));
}

function naturalWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number[] {
  return columns.map((column, index) =>
    rows.reduce(
      (widest, row) => Math.max(widest, displayWidth(textOf(row[index]))),
      displayWidth(column.header),
    )
  );
}

/** Takes from the widest shrinking column, the rightmost of equals, until the table fits. */
function fit(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  for (let excess = totalOf(widths) - width; excess > 0; excess--) {
    let widest: number | undefined;
    for (const [index, column] of columns.entries()) {
      const least = Math.max(MIN_SHRUNK_COLUMNS, displayWidth(column.header));
      const own = widths[index] ?? 0;
      if (!column.shrinks || own <= least) continue;
      if (widest === undefined || own >= (widths[widest] ?? 0)) widest = index;
    }
    if (widest === undefined) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}

function formatRow(
  row: readonly Cell[],
  columns: readonly Column[],
  widths: readonly number[],
  width: number,
): string {
  const texts: string[] = [];
  for (let index = 0, left = width; index < columns.length && left > 0; index++) {
    const room = Math.min(widths[index] ?? 0, left);
    const text = truncate(textOf(row[index]), room);
    const isRight = columns[index]?.align === "right";
    texts.push(isRight ? padStart(text, room) : padEnd(text, room));
    left -= room + GAP.length;
  }
  const last = texts.findLastIndex((text) => text.trimEnd() !== "");
  return texts.slice(0, last + 1)
    .map((text, index) => styled(row[index], index === last ? text.trimEnd() : text))
    .join(GAP);
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === "string" ? cell : cell?.text ?? "";
}

function styled(cell: Cell | undefined, text: string): string {
  return typeof cell === "object" ? cell.style(text) : text;
}
