/**
 * Breaks a line into rows of a screen: between words where there is room, inside of a word that is
 * wider than a row, before and after Chinese and Japanese characters, and never inside of a cluster.
 * Pure. No character is lost: the rows follow each other without a gap.
 *
 * Does not know the finer rules for breaking lines (UAX #14), e.g. for closing brackets.
 */
import { sanitise } from "../sanitise.ts";
import { type Cluster, clusters, isSure } from "./clusters.ts";

/** A piece of a line. */
export interface Row {
  /** UTF-16 offsets in the line: first one, and the one behind the last. */
  readonly start: number;
  readonly end: number;
  /** Columns that it takes; one more than asked for where a space hangs over the edge. */
  readonly columns: number;
}

/**
 * The rows of `line`, at least one. A single space that does not fit stays at the end of its row,
 * one column too far: it is not missed there. After it there always is another row, if only an empty one.
 * @param line without line ends @param columns 1 or more
 */
export function wrap(line: string, columns: number): Row[] {
  const rows: Row[] = [];
  let start = 0;
  let width = 0;
  let offset = 0;
  /** The last place where the row may end, and its width up to there. */
  let last = { offset: 0, width: 0 };
  const endRow = (end: number, rowWidth: number) => {
    rows.push({ start, end, columns: rowWidth });
    start = end;
    width -= rowWidth;
    last = { offset: end, width: 0 };
  };
  for (const cluster of clusters(line)) {
    const { text } = cluster;
    const room = shownColumns(cluster);
    const after = offset + text.length;
    if (text === " " && width + room > columns) {
      width += room;
      endRow(after, width);
    } else {
      if (room > 1) last = { offset, width };
      while (width > 0 && width + room > columns) {
        if (last.offset > start) endRow(last.offset, last.width);
        else endRow(offset, width);
      }
      width += room;
      if (text === " " || room > 1) last = { offset: after, width };
    }
    offset = after;
  }
  rows.push({ start, end: offset, columns: width });
  return rows;
}

/** Columns of a cluster after it was made harmless; 0 for one that nothing is left of. */
export function shownColumns({ text, columns }: Cluster): number {
  if (isSure(text)) return columns;
  const safe = sanitise(text);
  if (safe === text) return columns;
  let sum = 0;
  for (const part of clusters(safe)) sum += part.columns;
  return sum;
}
