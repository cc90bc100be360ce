/**
 * A screen as an SVG on a dark background: a rectangle for what is inverse, a text for each word, at
 * the column where the terminal has it, so that no font shifts what comes after.
 *
 * The converters on npm do not know inverse cells, wide characters or 24-bit colours.
 */
import type { Cell, Color, Picture } from "./picture.ts";

const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const FONT_SIZE = 14;
/** Monospace fonts are 0.6 em wide, or nearly so. */
const CELL_WIDTH = 8.4;
const CELL_HEIGHT = 19;
/** From the top of a cell to the line that letters stand on. */
const BASELINE = 14;
const MARGIN = 14;
const CORNER = 8;

type Rgb = readonly [red: number, green: number, blue: number];

const BACKGROUND: Rgb = [22, 24, 29];
const FOREGROUND: Rgb = [216, 219, 226];
const BORDER: Rgb = [58, 62, 72];
/** How much of a dim text is text, the rest background. */
const DIM_SHARE = 0.55;

/** The sixteen colours: the plain ones, then the bright ones. */
const PALETTE: readonly Rgb[] = [
  [58, 62, 72],
  [235, 110, 116],
  [139, 196, 109],
  [222, 184, 94],
  [105, 168, 240],
  [199, 133, 228],
  [84, 190, 200],
  [216, 219, 226],
  [120, 126, 140],
  [255, 138, 142],
  [166, 219, 136],
  [240, 206, 122],
  [140, 192, 255],
  [222, 164, 246],
  [120, 214, 222],
  [245, 247, 250],
];

/** @param title what a reader who sees no pictures is told */
export function svgOf({ rows, cursor }: Picture, title: string): string {
  const columns = rows[0]?.length ?? 0;
  const width = px(2 * MARGIN + columns * CELL_WIDTH);
  const height = px(2 * MARGIN + rows.length * CELL_HEIGHT);
  const parts = rows.flatMap((row, at) => rowParts(row, at));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" font-family="${FONT}" font-size="${FONT_SIZE}">`,
    `<title>${escaped(title)}</title>`,
    `<rect x="0.5" y="0.5" width="${px(Number(width) - 1)}" height="${px(Number(height) - 1)}" ` +
    `rx="${CORNER}" fill="${hex(BACKGROUND)}" stroke="${hex(BORDER)}"/>`,
    ...parts,
    ...(cursor === undefined ? [] : [box(cursor.y, cursor.x, 1, FOREGROUND, ' opacity="0.6"')]),
    "</svg>\n",
  ].join("\n");
}

/** Cells that look the same and stand side by side. */
interface Run {
  readonly from: number;
  readonly columns: number;
  readonly text: string;
  readonly cell: Cell;
}

function rowParts(row: readonly Cell[], at: number): string[] {
  const boxes = runs(row, (one, other) => one.inverse === other.inverse && sameColor(one, other))
    .filter(({ cell }) => cell.inverse)
    .map(({ from, columns, cell }) => box(at, from, columns, inkOf(cell)));
  const texts = runs(row, sameWord).filter(({ text }) => text.trim() !== "");
  return [...boxes, ...texts.map((run) => word(run, at))];
}

function runs(row: readonly Cell[], belong: (one: Cell, other: Cell) => boolean): Run[] {
  const found: Run[] = [];
  for (const [at, cell] of row.entries()) {
    const last = found.at(-1);
    if (last !== undefined && (cell.text === "" || belong(last.cell, cell))) {
      const { from, columns, text } = last;
      found[found.length - 1] = { from, columns: columns + 1, text: text + cell.text, cell };
    } else found.push({ from: at, columns: 1, text: cell.text, cell });
  }
  return found;
}

/** Letters of one look; what is no letter of an alphabet, such as a wide one, stands alone. */
function sameWord(one: Cell, other: Cell): boolean {
  return isPlain(one.text) && isPlain(other.text) && one.bold === other.bold &&
    one.dim === other.dim && one.inverse === other.inverse && sameColor(one, other);
}

function isPlain(text: string): boolean {
  return /^[!-~\u00a1-\u024f\u0370-\u052f\u2010-\u2027\u2500-\u257f]$/.test(text);
}

function sameColor({ color: one }: Cell, { color: other }: Cell): boolean {
  return String(one) === String(other);
}

function word({ from, columns, text, cell }: Run, row: number): string {
  const x = px(MARGIN + from * CELL_WIDTH);
  const y = px(MARGIN + row * CELL_HEIGHT + BASELINE);
  const width = px(columns * CELL_WIDTH);
  const color = cell.inverse ? BACKGROUND : inkOf(cell);
  const bold = cell.bold ? ' font-weight="bold"' : "";
  return `<text x="${x}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs" ` +
    `fill="${hex(color)}"${bold}>${escaped(text)}</text>`;
}

function box(row: number, column: number, columns: number, color: Rgb, more = ""): string {
  const x = px(MARGIN + column * CELL_WIDTH);
  const y = px(MARGIN + row * CELL_HEIGHT);
  return `<rect x="${x}" y="${y}" width="${px(columns * CELL_WIDTH)}" height="${CELL_HEIGHT}" ` +
    `fill="${hex(color)}"${more}/>`;
}

/** The colour of what a cell says, or, where it is inverse, of what is behind it. */
function inkOf({ color, dim }: Cell): Rgb {
  const ink = rgbOf(color);
  if (!dim) return ink;
  const mixed = ink.map((part, at) =>
    Math.round(part * DIM_SHARE + (BACKGROUND[at] ?? 0) * (1 - DIM_SHARE))
  );
  return [mixed[0] ?? 0, mixed[1] ?? 0, mixed[2] ?? 0];
}

function rgbOf(color: Color | undefined): Rgb {
  if (color === undefined) return FOREGROUND;
  return typeof color === "number" ? PALETTE[color] ?? FOREGROUND : color;
}

function hex(color: Rgb): string {
  return `#${color.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** A length without needless digits. */
function px(length: number): string {
  return String(Math.round(length * 100) / 100);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
