/**
 * The one way of every text of a peer to a terminal, a log or a file: messages, names, room and
 * file names, error texts of the other side.
 *
 * The result is one line of well-formed text in which nothing acts on a terminal and nothing is
 * hidden:
 *
 * | in the text | becomes |
 * |---|---|
 * | line feed, or carriage return and line feed | `⏎` |
 * | tab | one space |
 * | any other control character (ESC, BEL, CR, DEL, C1 such as U+009B), U+2028, U+2029 | its code, e.g. `\u{1B}` |
 * | lone surrogates, noncharacters | U+FFFD |
 * | bidi marks, embeddings, overrides, isolates; zero-width and other invisible characters | dropped |
 * | more than 4 combining marks on one base | the first 4 |
 * | a combining mark at the very beginning | after a dotted circle, so that it cannot sit on our text |
 *
 * So: what would act is shown, what would only hide something is dropped. Text in Hebrew or Arabic
 * stays as it is, and so do joiners and variation selectors where they make an emoji or a letter:
 * in emoji sequences that Unicode recommends (RGI), between letters of scripts that are spelled
 * with joiners (Persian, the Indic scripts), after a Chinese character, in Mongolian.
 *
 * Right-to-left text cannot turn around more than what touches it, since overrides are gone. To
 * keep it from swapping places even with the punctuation beside it, `isolate` wraps it in U+2068 and
 * U+2069. That is off by default: terminals with bidi support honour them, but some of those without
 * draw boxes. Where it is off, put the text of a peer last on the line.
 *
 * Idempotent. Does not judge look-alike letters, and does not make a safe file name by itself.
 *
 * Sources: UAX #9 (bidi), UAX #44 (Default_Ignorable_Code_Point), UTS #51 (emoji sequences),
 * RFC 5892 appendix A (joiners in context).
 */
import { graphemes, truncate } from "./width.ts";

export interface SanitiseOptions {
  /** At most so many columns on a terminal; what is longer ends in an ellipsis. */
  readonly maxColumns?: number;
  /** At most so many code points, ellipsis included; cut between graphemes. */
  readonly maxChars?: number;
  /** Wrap right-to-left text in isolates (not counted by the limits). Default false. */
  readonly isolate?: boolean;
}

/** Marks on one base; pointed Hebrew needs three, Vietnamese two. */
const MAX_MARKS = 4;
const ELLIPSIS = "…";

const HARMLESS_ASCII = /^[\x20-\x7e]*$/;
const LINE_FEEDS = /\r?\n/g;
const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}]/gv;
const NONCHARACTERS = /\p{Noncharacter_Code_Point}/gv;

/** Joiners, variation selectors (also the Mongolian ones) and tags: invisible, but with a use. */
const CONDITIONAL = String
  .raw`\u200c\u200d\ufe00-\ufe0f\u{e0100}-\u{e01ef}\u180b-\u180d\u180f\u{e0020}-\u{e007f}`;
/** Signs of Arabic, Syriac and Kaithi that count as format characters, but are seen. */
const VISIBLE_FORMATS = String.raw`\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}`;
const INVISIBLE = new RegExp(
  String.raw`[[\p{Default_Ignorable_Code_Point}\p{Cf}]--[${CONDITIONAL}${VISIBLE_FORMATS}]]`,
  "gv",
);

/** A whole emoji sequence with what belongs into it, or one character that does not. */
const SEQUENCE_OR_STRAY = new RegExp(String.raw`\p{RGI_Emoji}|(?<stray>[${CONDITIONAL}])`, "gv");

/** A letter of a script that is spelled with joiners. */
const JOINING_LETTER = String.raw`[\p{L}&&[${
  "Arab Syrc Nkoo Mong Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr Mymr"
    .split(" ").map((script) => String.raw`\p{scx=${script}}`).join("")
}]]`;

/** Between what a stray character means something; everywhere else it is dropped. */
const MEANINGFUL = [
  // Two marks at most, so that cutting the marks cannot take the letter away.
  context(String.raw`[\u200c\u200d]`, String.raw`${JOINING_LETTER}\p{M}{0,2}`, JOINING_LETTER),
  context(String.raw`[\ufe0e\ufe0f]`, String.raw`[\p{Emoji}--[0-9#*]]`),
  context(String.raw`[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`, String.raw`\p{Unified_Ideograph}`),
  context(String.raw`[\u180b-\u180d\u180f]`, String.raw`[\p{L}&&\p{scx=Mong}]`),
];
/** UTF-16 units that the longest context needs: a letter and two marks, two units each. */
const CONTEXT_UNITS = 6;

const TOO_MANY_MARKS = new RegExp(String.raw`(\p{M}{${MAX_MARKS}})\p{M}+`, "gv");
const LEADING_MARK = /^\p{M}/v;
const CUT_JOINER = /[\u200c\u200d]+…$/v;
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Makes `text` harmless and one line; see the table above. */
export function sanitise(text: string, options: SanitiseOptions = {}): string {
  const line = limited(HARMLESS_ASCII.test(text) ? text : cleaned(text), options);
  return options.isolate && RIGHT_TO_LEFT.test(line) ? `\u2068${line}\u2069` : line;
}

function cleaned(text: string): string {
  return text.toWellFormed()
    .replace(LINE_FEEDS, "⏎")
    .replaceAll("\t", " ")
    .replace(CONTROLS, code)
    .replace(NONCHARACTERS, "\ufffd")
    .replace(INVISIBLE, "")
    .replace(SEQUENCE_OR_STRAY, keepMeaningful)
    .replace(TOO_MANY_MARKS, "$1")
    .replace(LEADING_MARK, "\u25cc$&");
}

function code(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16).toUpperCase()}}`;
}

function context(stray: string, before: string, after = "") {
  return {
    stray: new RegExp(`^${stray}$`, "v"),
    before: new RegExp(`${before}$`, "v"),
    after: new RegExp(`^${after}`, "v"),
  };
}

function keepMeaningful(
  match: string,
  stray: string | undefined,
  offset: number,
  text: string,
): string {
  if (stray === undefined) return match;
  const before = text.slice(Math.max(0, offset - CONTEXT_UNITS), offset);
  const after = text.slice(offset + match.length, offset + match.length + CONTEXT_UNITS);
  return MEANINGFUL.some((rule) =>
      rule.stray.test(stray) && rule.before.test(before) && rule.after.test(after)
    )
    ? match
    : "";
}

function limited(text: string, { maxChars, maxColumns }: SanitiseOptions): string {
  if (maxChars === undefined && maxColumns === undefined) return text;
  const fewer = maxChars === undefined ? text : takeChars(text, maxChars);
  const narrower = maxColumns === undefined ? fewer : truncate(fewer, maxColumns);
  return narrower.replace(CUT_JOINER, ELLIPSIS);
}

function takeChars(text: string, maxChars: number): string {
  if (text.length <= maxChars || [...text].length <= maxChars) return text;
  if (maxChars < 1) return "";
  let taken = "";
  let used = 1; // the ellipsis
  for (const grapheme of graphemes(text)) {
    used += [...grapheme].length;
    if (used > maxChars) break;
    taken += grapheme;
  }
  return taken + ELLIPSIS;
}
