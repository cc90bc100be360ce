/**
 * What a person searches for, and where it is in a text. Pure: the history finds by these rules, and
 * a screen that highlights what was found shows exactly that.
 *
 * - a query is words between spaces; a text fits if all of them are in it, anywhere, also within its
 *   words and in any order
 * - words "in quotes" are one: they stand together, in this order; a quote that does not both begin and
 *   end a word is a character like any other
 * - upper and lower case are the same in every script, and so are the forms of a letter that only differ
 *   in case (ß, ẞ and ss; ς and σ); composed and decomposed letters are the same, accents count
 * - line feeds, tabs and all kinds of spaces are the same
 *
 * Nothing in a query is an operator or a pattern. No words fit every text.
 *
 * Sources: Unicode 17, section 3.13 (default caseless matching), UAX #15 (NFC).
 */

// deno-lint-ignore no-control-regex -- any but NUL
const ASCII = /^[\x01-\x7f]*$/;
const SPACE = /\s/g;
const WORD = /"([^"]+)"(?=\s|$)|\S+/gu;

/** A letter with its marks, or a syllable of Hangul: what neither normalisation nor case reach across. */
const CLUSTER = /[\uac00-\ud7a3\u1100-\u115f][\u1160-\u11ff]*\p{M}*|\P{M}\p{M}*|\p{M}+/gu;

/** A part of a text, in UTF-16 units; `end` is behind it. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** The words of a query. */
export class SearchTerms {
  /** Folded, each once, in the order of the query. */
  readonly words: readonly string[];

  constructor(query: string) {
    const words = [...query.matchAll(WORD)].map(([all, quoted]) => foldText(quoted ?? all));
    this.words = [...new Set(words)];
  }

  /** Whether all words are in the text. */
  fit(text: string): boolean {
    const folded = foldText(text);
    return this.words.every((word) => folded.includes(word));
  }

  /**
   * Where the words are: every place of each, in order; what touches or overlaps is one. Empty where
   * the text does not fit, and where there are no words.
   */
  ranges(text: string): readonly TextRange[] {
    const { folded, starts } = foldWithPlaces(text);
    const found: TextRange[] = [];
    for (const word of this.words) {
      let at = folded.indexOf(word);
      if (at < 0) return [];
      for (; at >= 0; at = folded.indexOf(word, at + 1)) {
        found.push(placeOf(at, at + word.length, starts, text.length));
      }
    }
    return merged(found);
  }
}

/**
 * Where a query is found in a text, for highlighting; see `SearchTerms.ranges()`.
 * @param text as it is shown or as it was sent; the ranges are whole letters of it
 */
export function matchRanges(text: string, query: string): readonly TextRange[] {
  return new SearchTerms(query).ranges(text);
}

/** Equal for texts that a search takes for the same. Has neither NUL nor lone surrogates. */
export function foldText(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase().replace(SPACE, " ");
  return text.toWellFormed().normalize("NFC")
    // Lower case first for ẞ, upper case then for the letters that only it brings together.
    .toLowerCase().toUpperCase().toLowerCase()
    // The only letter whose case depends on its neighbours.
    .replaceAll("ς", "σ")
    .normalize("NFC")
    .replace(SPACE, " ")
    .replaceAll("\0", "\ufffd");
}

/** @returns for each UTF-16 unit of the folded text, where the letter begins from which it came */
function foldWithPlaces(text: string): { folded: string; starts: readonly number[] | undefined } {
  if (ASCII.test(text)) return { folded: foldText(text), starts: undefined };
  const folded: string[] = [];
  const starts: number[] = [];
  for (const { 0: cluster, index } of text.matchAll(CLUSTER)) {
    const part = foldText(cluster);
    folded.push(part);
    for (let unit = 0; unit < part.length; unit++) starts.push(index);
  }
  return { folded: folded.join(""), starts };
}

/** @param starts undefined: every unit stands for itself */
function placeOf(
  from: number,
  to: number,
  starts: readonly number[] | undefined,
  length: number,
): TextRange {
  if (starts === undefined) return { start: from, end: to };
  const last = starts[to - 1];
  let next = to;
  while (next < starts.length && starts[next] === last) next++;
  return { start: starts[from] ?? length, end: starts[next] ?? length };
}

function merged(ranges: readonly TextRange[]): TextRange[] {
  const all: TextRange[] = [];
  for (const range of ranges.toSorted((one, other) => one.start - other.start)) {
    const last = all.at(-1);
    if (last === undefined || range.start > last.end) all.push(range);
    else if (range.end > last.end) all[all.length - 1] = { start: last.start, end: range.end };
  }
  return all;
}
