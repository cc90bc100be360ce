/** A sheet over the messages: what a command says, with a picture beside it where there is room. Pure. */
import { type Grid, type Look, wrap } from "../terminal/screen/mod.ts";
import { displayWidth, truncate } from "../terminal/width.ts";
import type { Picture } from "./slash/mod.ts";

export interface Sheet {
  readonly title: string;
  /** Terminal-safe, each wrapped to the screen as it is now. */
  readonly lines: readonly string[];
  /** Beside the lines. */
  readonly picture?: Picture | undefined;
  /** The first row that is shown. */
  readonly top: number;
}

const TITLE: Look = { bold: true };
const DIM: Look = { dim: true };
/** Rows of the title, and of the space below it. */
const TITLE_ROWS = 2;
const MARGIN = 1;
/** Columns between a picture and lines, and those that lines need at least. */
const PICTURE_GAP = 2;
const LEAST_BESIDE = 20;

/** @param by rows down, up if negative @param columns of the screen @param height of the sheet */
export function scrollSheet(sheet: Sheet, by: number, columns: number, height: number): Sheet {
  const last = Math.max(0, rowCount(sheet, columns) - shownRows(height));
  return { ...sheet, top: Math.max(0, Math.min(topOf(sheet, columns, height) + by, last)) };
}

/** Rows of its text that a sheet shows, 1 or more. @param height with its title */
export function shownRows(height: number): number {
  return Math.max(1, height - TITLE_ROWS);
}

/** Draws it into the upper `height` rows. */
export function drawSheet(sheet: Sheet, grid: Grid, height: number): void {
  const { columns } = grid;
  const { title, picture } = sheet;
  const top = topOf(sheet, columns, height);
  const end = Math.min(grid.rows, height);
  grid.put(0, MARGIN, truncate(title, columns - MARGIN), TITLE, columns);
  const left = leftOf(sheet, columns);
  const shown = { from: top, to: top + Math.max(0, end - TITLE_ROWS) };
  if (picture !== undefined && left > MARGIN) {
    const look = picture.onPaper ? { paper: true } : {};
    for (const [at, line] of picture.lines.slice(shown.from, shown.to).entries()) {
      grid.put(TITLE_ROWS + at, MARGIN, line, look, columns);
    }
  }
  for (const [at, row] of textRows(sheet, columns).slice(shown.from, shown.to).entries()) {
    grid.put(TITLE_ROWS + at, left, row, {}, columns);
  }
  const rest = rowCount(sheet, columns) - shown.to;
  if (rest > 0 && end > TITLE_ROWS) {
    const more = `${rest} more: Page-Down `;
    grid.put(0, Math.max(MARGIN, columns - displayWidth(more)), more, DIM, columns);
  }
}

/** As far down as there are rows: another size may have fewer. */
function topOf(sheet: Sheet, columns: number, height: number): number {
  return Math.min(sheet.top, Math.max(0, rowCount(sheet, columns) - shownRows(height)));
}

function rowCount(sheet: Sheet, columns: number): number {
  const isBeside = leftOf(sheet, columns) > MARGIN;
  const pictureRows = isBeside ? sheet.picture?.lines.length ?? 0 : 0;
  return Math.max(textRows(sheet, columns).length, pictureRows);
}

function textRows(sheet: Sheet, columns: number): string[] {
  const width = Math.max(1, columns - MARGIN - leftOf(sheet, columns));
  return sheet.lines.flatMap((line) =>
    wrap(line, width).map(({ start, end }) => line.slice(start, end))
  );
}

/** Where lines begin; a picture for which the screen has become too small is left out. */
function leftOf({ picture }: Sheet, columns: number): number {
  const beside = picture === undefined ? 0 : MARGIN + picture.columns + PICTURE_GAP;
  return beside > 0 && beside + LEAST_BESIDE <= columns ? beside : MARGIN;
}
