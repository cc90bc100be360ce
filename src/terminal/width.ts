/**
 * How much room a text takes on a terminal, and fitting it into a given room. Counts columns of
 * whole graphemes: a Chinese character has two, a combining mark none.
 *
 * Terminals disagree about rare emoji; nothing here can know which one is listening.
 */
import stringWidth from "string-width";

const ELLIPSIS = "…";
const SEGMENTER = new Intl.Segmenter();
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

/** Columns that `text` takes; colour sequences count nothing. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** The user-perceived characters of `text` (UAX #29 extended grapheme clusters). */
export function* graphemes(text: string): Generator<string, void, void> {
  if (PRINTABLE_ASCII.test(text)) yield* text;
  else for (const { segment } of SEGMENTER.segment(text)) yield segment;
}

/**
 * `text` if it fits, else as many of its first graphemes as fit with an ellipsis after them.
 * @param text without colour sequences
 * @param columns 0 or more; with 0 the result is empty
 */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  if (columns < 1) return "";
  return takeColumns(text, columns - 1) + ELLIPSIS;
}

/** `text` followed by as many spaces as it takes to fill `columns`; never shorter than `text`. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/** `text` after as many spaces as it takes to fill `columns`; never shorter than `text`. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - displayWidth(text))) + text;
}

function takeColumns(text: string, columns: number): string {
  let taken = "";
  let used = 0;
  for (const grapheme of graphemes(text)) {
    used += displayWidth(grapheme);
    if (used > columns) break;
    taken += grapheme;
  }
  return taken;
}
