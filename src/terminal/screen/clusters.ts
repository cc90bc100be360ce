/**
 * Text as what a terminal puts into its cells: user-perceived characters with the columns that they
 * take. Knows which of them every terminal draws alike, so that the painter can be on its guard with
 * the others (emoji, combining marks, conjuncts of Indic scripts): there terminals disagree by a
 * column or more, and nothing can be asked.
 */
import { displayWidth, graphemes } from "../width.ts";

export interface Cluster {
  readonly text: string;
  /** 1 or more: letters of Indic scripts that stand together can take three and more. */
  readonly columns: number;
}

/**
 * Characters that stand for themselves, never join with another of them, and have the same width
 * everywhere, as first, last and columns: Latin, Greek, Cyrillic, Hebrew and Arabic letters,
 * punctuation, arrows, boxes, Chinese, Japanese, Korean. Without those that may be drawn as emoji.
 */
const SURE_RANGES: readonly (readonly [string, string, 1 | 2])[] = [
  [" ", "~", 1],
  ["\u00a1", "\u00a8", 1],
  ["\u00aa", "\u00ac", 1],
  ["\u00af", "\u02ff", 1],
  ["\u0370", "\u0377", 1],
  ["\u037a", "\u037f", 1],
  ["\u0384", "\u038a", 1],
  ["\u038c", "\u038c", 1],
  ["\u038e", "\u03a1", 1],
  ["\u03a3", "\u0482", 1],
  ["\u048a", "\u052f", 1],
  ["\u05d0", "\u05ea", 1],
  ["\u0621", "\u064a", 1],
  ["\u2010", "\u2027", 1],
  ["\u2030", "\u203b", 1],
  ["\u203d", "\u2048", 1],
  ["\u204a", "\u205e", 1],
  ["\u20a0", "\u20bf", 1],
  ["\u2190", "\u2193", 1],
  ["\u219a", "\u21a8", 1],
  ["\u21ab", "\u21ff", 1],
  ["\u23ce", "\u23ce", 1],
  ["\u2500", "\u259f", 1],
  ["\u25cc", "\u25cc", 1],
  ["\u2713", "\u2713", 1],
  ["\u2717", "\u2717", 1],
  ["\ufffd", "\ufffd", 1],
  ["\u3001", "\u3029", 2],
  ["\u3041", "\u3096", 2],
  ["\u309b", "\u30ff", 2],
  ["\u4e00", "\u9fff", 2],
  ["\uac00", "\ud7a3", 2],
  ["\uff01", "\uff60", 2],
];

/** Columns by UTF-16 unit; 0 for what is not sure. */
const SURE_COLUMNS: Uint8Array = sureColumns();

/** The clusters of `text`, in order; together they are `text`. @param text without line ends */
export function* clusters(text: string): Generator<Cluster, void, void> {
  const parts = isSimple(text) ? text : graphemes(text);
  for (const part of parts) yield { text: part, columns: clusterColumns(part) };
}

/** Columns that `cluster` takes, 1 or more. @param cluster one grapheme */
export function clusterColumns(cluster: string): number {
  if (cluster.length === 1 && sureAt(cluster, 0) > 0) return sureAt(cluster, 0);
  return Math.max(1, displayWidth(cluster));
}

/** Whether every terminal gives `cluster` the columns that `clusterColumns()` says. */
export function isSure(cluster: string): boolean {
  return cluster.length === 1 && sureAt(cluster, 0) > 0;
}

/** Whether each character of `text` is a cluster of its own. */
function isSimple(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (sureAt(text, at) === 0) return false;
  return true;
}

function sureAt(text: string, at: number): number {
  return SURE_COLUMNS[text.charCodeAt(at)] ?? 0;
}

function sureColumns(): Uint8Array {
  const columns = new Uint8Array(0x10000);
  for (const [first, last, width] of SURE_RANGES) {
    columns.fill(width, first.charCodeAt(0), last.charCodeAt(0) + 1);
  }
  return columns;
}
