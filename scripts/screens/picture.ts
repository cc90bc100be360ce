/**
 * What stands on a screen, cell by cell, read by a terminal that this project did not write from what
 * `tmux capture-pane -e` gives.
 */
import { UnicodeGraphemesAddon } from "@xterm/addon-unicode-graphemes";
import xterm from "@xterm/headless";

/** A colour of the terminal: one of its own sixteen by number, or red, green and blue. */
export type Color = number | readonly [red: number, green: number, blue: number];

export interface Cell {
  /** A space for a blank one, empty for the right half of a wide character. */
  readonly text: string;
  /** Undefined: that of the terminal. */
  readonly color: Color | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly inverse: boolean;
}

export interface Picture {
  /** Top first, each as long as the screen is wide. */
  readonly rows: readonly (readonly Cell[])[];
  /** Undefined where it is hidden. */
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
}

/** @param lines of the screen, top first, with the sequences for their looks (SGR) */
export async function readPicture(
  lines: readonly string[],
  columns: number,
  cursor: Picture["cursor"],
): Promise<Picture> {
  const terminal = new xterm.Terminal({
    cols: columns,
    rows: lines.length,
    allowProposedApi: true,
  });
  terminal.loadAddon(new UnicodeGraphemesAddon());
  // Wrapping off, so that a row that is full does not begin another one.
  await new Promise<void>((done) => terminal.write(`\x1b[?7l${lines.join("\r\n")}`, done));
  const { active } = terminal.buffer;
  const rows = lines.map((_, row) =>
    Array.from({ length: columns }, (_, column): Cell => {
      const cell = active.getLine(row)?.getCell(column);
      if (cell === undefined) throw new RangeError(`no cell at row ${row}, column ${column}`);
      return {
        text: cell.getWidth() === 0 ? "" : cell.getChars() || " ",
        color: colorOf(cell.getFgColor(), cell.isFgPalette(), cell.isFgRGB()),
        bold: cell.isBold() !== 0,
        dim: cell.isDim() !== 0,
        inverse: cell.isInverse() !== 0,
      };
    })
  );
  terminal.dispose();
  return { rows, cursor };
}

/** The text of each row, without spaces at the end. */
export function textOf({ rows }: Picture): string[] {
  return rows.map((row) => row.map(({ text }) => text).join("").trimEnd());
}

function colorOf(value: number, palette: boolean, rgb: boolean): Color | undefined {
  if (rgb) return [value >> 16, (value >> 8) & 255, value & 255];
  return palette ? value : undefined;
}
