/**
 * The few colours of the program, each with one meaning, and none of them the only carrier of it:
 * without colours every text must still say the same.
 */

/** Each function returns its text marked up for the terminal, or unchanged without colours. */
export interface Style {
  /** Beside the point: times, hints, ids. */
  dim(text: string): string;
  /** What matters on the line: headers, names. */
  bold(text: string): string;
  /** What can be chosen or was chosen. */
  accent(text: string): string;
  /** It worked. */
  good(text: string): string;
  /** It may need attention. */
  warn(text: string): string;
  /** It failed. */
  bad(text: string): string;
}

/** @param colors as `Terminal.colors` says */
export function createStyle(colors: boolean): Style {
  const pair = (on: number, off: number) => (text: string) =>
    colors && text !== "" ? `\x1b[${on}m${text}\x1b[${off}m` : text;
  return {
    dim: pair(2, 22),
    bold: pair(1, 22),
    accent: pair(36, 39),
    good: pair(32, 39),
    warn: pair(33, 39),
    bad: pair(31, 39),
  };
}
