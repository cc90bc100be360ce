/** Draws the messages of a pane into a part of the screen. Pure. */
import type { MessageRecord } from "../history/message_record.ts";
import { matchRanges, type TextRange } from "../history/search_terms.ts";
import { formatClock } from "../terminal/local_time.ts";
import type { Grid, Look } from "../terminal/screen/mod.ts";
import { displayWidth, truncate } from "../terminal/width.ts";
import {
  type Columns,
  columnsFor,
  MARK_COLUMN,
  type MessageRow,
  NAME_COLUMN,
  shownLines,
  TIME_COLUMN,
} from "./message_rows.ts";
import { contentRows, type Pane, topSpot } from "./pane.ts";
import { rowsAfter, speakerOf } from "./pane_rows.ts";
import { STATE_LOOKS } from "./state_looks.ts";
import { localTime } from "./state_words.ts";

const DIM: Look = { dim: true };
const SELECTED: Look = { color: "accent", bold: true };
const MATCH: Look = { inverse: true };
const SELECTION_MARK = "▌";

/** Draws `pane`, as large as it is, with its top left corner at `row` and `column`. */
export function drawPane(pane: Pane, grid: Grid, row: number, column: number): void {
  const columns = columnsFor(pane.columns, pane.speakers);
  const height = contentRows(pane);
  const rows = rowsAfter(pane, topSpot(pane), height);
  // Few messages stand at the bottom, beside what one writes.
  const first = row + height - rows.length;
  const place = { grid, column, end: column + pane.columns, columns };
  for (const [at, { index, content }] of rows.entries()) {
    const message = pane.window.messages[index];
    if (message !== undefined) drawRow(pane, message, content, { ...place, row: first + at });
  }
  if (pane.place.kind === "top") drawBar(pane, { ...place, row: row + pane.rows - 1 });
}

interface RowPlace {
  readonly grid: Grid;
  readonly row: number;
  readonly column: number;
  readonly end: number;
  readonly columns: Columns;
}

function drawRow(
  pane: Pane,
  message: MessageRecord,
  { kind, text, offset }: MessageRow,
  place: RowPlace,
): void {
  const { grid, row, column, end, columns } = place;
  if (kind === "beginning") return drawCentred(text, " ", place);
  if (kind === "day") return drawCentred(text, "─", place);
  if (message.position === pane.selected) grid.put(row, column, SELECTION_MARK, SELECTED, end);
  const { name, color } = speakerOf(pane, message);
  const nameLook: Look = color === undefined ? { bold: true } : { color, bold: true };
  if (kind === "name") {
    grid.put(row, column + TIME_COLUMN, name, nameLook, end);
    return;
  }
  if (kind === "text" && offset === 0) {
    grid.put(row, column + TIME_COLUMN, formatClock(localTime(message)), DIM, end);
    if (message.direction === "out") drawMark(message.state, place);
    if (columns.name > 0) {
      grid.put(row, column + NAME_COLUMN, truncate(name, columns.name), nameLook, end);
    }
  }
  const faded = kind === "detail" || message.direction === "out" && message.state === "cancelled";
  const look = faded ? DIM : {};
  const matches = kind === "text" ? matchesOn(pane, message, offset, text.length) : [];
  drawText(text, matches, look, { ...place, column: column + columns.text });
}

/** What is searched for in the part of a message that begins at `offset`. */
function matchesOn(
  { search }: Pane,
  { text }: MessageRecord,
  offset: number,
  length: number,
): TextRange[] {
  if (search === undefined) return [];
  return matchRanges(shownLines(text).join("\n"), search)
    .map(({ start, end }) => ({
      start: Math.max(0, start - offset),
      end: Math.min(length, end - offset),
    }))
    .filter(({ start, end }) => start < end);
}

/** @param matches parts of the text that stand out, in order */
export function drawText(
  text: string,
  matches: readonly TextRange[],
  look: Look,
  { grid, row, column, end }: Pick<RowPlace, "grid" | "row" | "column" | "end">,
): void {
  let [at, done] = [column, 0];
  for (const match of matches) {
    at = grid.put(row, at, text.slice(done, match.start), look, end);
    at = grid.put(row, at, text.slice(match.start, match.end), { ...look, ...MATCH }, end);
    done = match.end;
  }
  grid.put(row, at, text.slice(done), look, end);
}

function drawMark(state: keyof typeof STATE_LOOKS, { grid, row, column, end }: RowPlace): void {
  const { mark, tone } = STATE_LOOKS[state];
  grid.put(row, column + MARK_COLUMN, mark, tone === "dim" ? DIM : { color: tone }, end);
}

function drawCentred(text: string, filler: string, { grid, row, column, end }: RowPlace): void {
  const words = truncate(` ${text} `, end - column);
  const before = Math.floor((end - column - displayWidth(words)) / 2);
  const after = grid.put(row, column, filler.repeat(before) + words, DIM, end);
  grid.put(row, after, filler.repeat(Math.max(0, end - after)), DIM, end);
}

/** Says that there is more below, on the last row. */
function drawBar(pane: Pane, { grid, row, column, end }: RowPlace): void {
  const { newBelow } = pane;
  const words = newBelow > 0 ? `↓ ${newBelow} new below` : "↓ more below";
  const look: Look = newBelow > 0 ? { color: "accent", bold: true } : DIM;
  const width = displayWidth(words);
  grid.put(row, Math.max(column, end - width - 1), words, look, end);
}
