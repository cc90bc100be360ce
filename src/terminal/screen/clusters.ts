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
 * Characters that stand for themselves, never join with a neighbour, and have the same width
 * everywhere: Latin, Greek, Cyrillic, Hebrew and Arabic letters, punctuation, arrows, boxes.
 */
const NARROW =
  String.raw`[[\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0377\u037a-\u037f\u0384-\u038a\u038c` +
  String.raw`\u038e-\u03a1\u03a3-\u0482\u048a-\u052f\u05d0-\u05ea\u0621-\u064a\u2010-\u2027` +
  String
    .raw`\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u23ce\u2500-\u259f\u25cc\u2713\u2717\ufffd]--` +
  String.raw`[\p{Emoji}--[\x20-\x7e]]]`;
/** The same for two columns: Chinese, Japanese, Korean. */
const WIDE = String
  .raw`[\u3001-\u3029\u3041-\u3096\u309b-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]`;

const ONLY_SIMPLE = new RegExp(`^(?:${NARROW}|${WIDE})*$`, "v");
const ONE_NARROW = new RegExp(`^${NARROW}$`, "v");
const ONE_WIDE = new RegExp(`^${WIDE}$`, "v");

/** The clusters of `text`, in order; together they are `text`. @param text without line ends */
export function* clusters(text: string): Generator<Cluster, void, void> {
  const parts = ONLY_SIMPLE.test(text) ? text : graphemes(text);
  for (const part of parts) yield { text: part, columns: clusterColumns(part) };
}

/** Columns that `cluster` takes, 1 or more. @param cluster one grapheme */
export function clusterColumns(cluster: string): number {
  if (cluster.length === 1) {
    if (ONE_NARROW.test(cluster)) return 1;
    if (ONE_WIDE.test(cluster)) return 2;
  }
  return Math.max(1, displayWidth(cluster));
}

/** Whether every terminal gives `cluster` the columns that `clusterColumns()` says. */
export function isSure(cluster: string): boolean {
  return cluster.length === 1 && (ONE_NARROW.test(cluster) || ONE_WIDE.test(cluster));
}
