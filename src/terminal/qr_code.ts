/**
 * A QR code as lines of text: two modules a character, in half blocks. Import it when it is shown: it
 * loads the encoder.
 *
 * With colours it is black on white, whatever the background of the terminal is. Without, nothing says
 * what the background is; most are dark, so what is light in the code is drawn and what is dark is left
 * out. On a light background that is an inverted code, which many scanners read as well.
 */
import { encode } from "uqr";

/** Light modules around the code: half of what the standard wants, and enough for all scanners tried. */
const QUIET_MODULES = 2;
/** The eight colours that every terminal has: black on white. */
const BLACK_ON_WHITE = "\x1b[30;47m";
const COLORS_OFF = "\x1b[39;49m";

export interface QrPicture {
  /** Colours, where there are any, begin and end on each. */
  readonly lines: readonly string[];
  /** Width of each line. */
  readonly columns: number;
}

/**
 * @param text is read back by a scanner as it is; digits and capitals take the least room
 * @param options.colors as `Terminal.colors` says
 * @throws RangeError beyond about 2,900 B
 */
export function qrPicture(text: string, { colors }: { readonly colors: boolean }): QrPicture {
  const { lines, columns } = qrBlocks(text, colors ? "dark" : "light");
  if (!colors) return { lines, columns };
  return { lines: lines.map((line) => `${BLACK_ON_WHITE}${line}${COLORS_OFF}`), columns };
}

/**
 * The same without colours.
 * @param drawn which modules are drawn: the others are left out
 * @throws RangeError as `qrPicture()`
 */
export function qrBlocks(text: string, drawn: "dark" | "light"): QrPicture {
  // A code on a screen is whole and clean: the lowest correction makes it the smallest.
  const { data, size } = encode(text, { ecc: "L", border: QUIET_MODULES });
  const isDark = (row: number, column: number) => data[row]?.[column] ?? false;
  const lines: string[] = [];
  for (let row = 0; row < size; row += 2) {
    const blocks = Array.from({ length: size }, (_, column) => {
      const upper = isDark(row, column) === (drawn === "dark");
      // Below the last row there is nothing: neither black nor light.
      const lower = row + 1 < size && isDark(row + 1, column) === (drawn === "dark");
      return upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
    }).join("");
    lines.push(blocks);
  }
  return { lines, columns: size };
}
