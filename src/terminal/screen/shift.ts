/**
 * Finds out that a part of the screen only moved up or down, as messages do when one comes in: then
 * the terminal can move it by itself, and only what is new has to be written. Pure.
 */
import type { Grid } from "./grid.ts";
import { type Look, sameLook } from "./look.ts";

export interface Shift {
  /** The first row of the part. */
  readonly top: number;
  /** The row behind the part. */
  readonly bottom: number;
  /** Rows upwards; negative: downwards. */
  readonly by: number;
}

/** For fewer rows the sequences for moving would cost about as much as they save. */
const WORTHWHILE_ROWS = 3;

/** The move after which most rows of `before` are as in `after`; undefined if none is worth it. */
export function findShift(before: Grid, after: Grid): Shift | undefined {
  // Most frames are a key press, which changes a row or two: no need to look closer.
  if (!changesRows(before, after, WORTHWHILE_ROWS)) return undefined;
  const old = rowKeys(before);
  const young = rowKeys(after);
  const changed = young.filter((key, row) => key !== old[row]).length;
  if (changed < WORTHWHILE_ROWS) return undefined;
  let best: Shift | undefined;
  let bestSaved = WORTHWHILE_ROWS - 1;
  for (let by = 1 - old.length; by < old.length; by++) {
    if (by === 0) continue;
    for (const run of runs(old, young, by)) {
      if (run.saved <= bestSaved) continue;
      bestSaved = run.saved;
      best = by > 0
        ? { top: run.start, bottom: run.end + by, by }
        : { top: run.start + by, bottom: run.end, by };
    }
  }
  return best;
}

/** Whether cells changed in so many rows at least. */
function changesRows(before: Grid, after: Grid, least: number): boolean {
  let changed = 0;
  for (let row = 0; row < after.rows; row++) {
    for (let column = 0; column < after.columns; column++) {
      const isSame = before.textAt(row, column) === after.textAt(row, column) &&
        sameLook(before.lookAt(row, column), after.lookAt(row, column));
      if (isSame) continue;
      if (++changed === least) return true;
      break;
    }
  }
  return false;
}

/** Rows one after the other that are in `young` what `by` rows further down is in `old`. */
function* runs(old: readonly string[], young: readonly string[], by: number) {
  let start = -1;
  let saved = 0;
  for (let row = 0; row <= young.length; row++) {
    const from = row + by;
    const matches = row < young.length && from >= 0 && from < old.length &&
      young[row] === old[from];
    if (matches) {
      if (start < 0) [start, saved] = [row, 0];
      if (young[row] !== old[row] && young[row] !== "") saved++;
    } else if (start >= 0) {
      yield { start, end: row, saved };
      start = -1;
    }
  }
}

/** A text for every row, the same for rows that look the same; empty for a blank row. */
function rowKeys(grid: Grid): string[] {
  return Array.from({ length: grid.rows }, (_, row) => {
    let key = "";
    let last: Look | undefined;
    for (let column = 0; column < grid.columns; column++) {
      const look = grid.lookAt(row, column);
      // No text in a grid contains an escape character.
      if (look !== last) key += `\x1b${lookKey(look)}\x1b`;
      key += grid.textAt(row, column);
      last = look;
    }
    return key.startsWith("\x1b\x1b") ? key.slice(2).trimEnd() : key;
  });
}

function lookKey(look: Look): string {
  const flags = [look.bold, look.dim, look.inverse, look.paper].map((flag) => flag ? "1" : "0")
    .join("");
  return look.color === undefined && flags === "0000" ? "" : `${look.color ?? ""}${flags}`;
}
