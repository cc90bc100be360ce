/**
 * What a search in a conversation found, and which of that is chosen. Pure, but for remembering what
 * was cut.
 */
import type { MessageRecord } from "../history/message_record.ts";
import { matchRanges, type TextRange } from "../history/search_terms.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { graphemes, truncate } from "../terminal/width.ts";

export interface Found {
  /** As it was asked for: `matchRanges()` says what of a text it means. */
  readonly search: string;
  /** At least one, oldest first. */
  readonly messages: readonly MessageRecord[];
  readonly selected: number;
  /** Keeps excerpts of long texts, which take a while. */
  readonly memo: WeakMap<MessageRecord, { columns: number; excerpt: Excerpt }>;
}

export function newFound(search: string, messages: readonly MessageRecord[]): Found {
  return { search, messages, selected: messages.length - 1, memo: new WeakMap() };
}

/** `excerptOf()` a message that was found. */
export function foundExcerpt(
  { search, memo }: Found,
  message: MessageRecord,
  columns: number,
): Excerpt {
  const known = memo.get(message);
  if (known?.columns === columns) return known.excerpt;
  const excerpt = excerptOf(message.text, search, columns);
  memo.set(message, { columns, excerpt });
  return excerpt;
}

/** A part of a text on one line, terminal-safe, and what in it was searched for. */
export interface Excerpt {
  readonly text: string;
  readonly matches: readonly TextRange[];
}

/** UTF-16 units that are looked at: before what was found, and behind. */
const UNITS_BEFORE = 200;
const UNITS_BEHIND = 1_000;
/** Of the text before what was found, where the beginning does not fit. */
const LEAD_GRAPHEMES = 8;
const CUT = "…";

/**
 * As much of a text as fits, from its beginning where what was searched for is in that, else from
 * shortly before it.
 * @param text as it was sent @param columns 1 or more
 */
export function excerptOf(text: string, search: string, columns: number): Excerpt {
  const first = matchRanges(text, search)[0]?.start ?? 0;
  const from = Math.max(0, first - UNITS_BEFORE);
  const line = sanitise(text.slice(from, first + UNITS_BEHIND).toWellFormed());
  const { start, end } = matchRanges(line, search)[0] ?? { start: 0, end: 0 };
  const beginning = truncate(line, columns);
  const fits = from === 0 && (beginning === line || beginning.length - CUT.length >= end);
  const lead = leadOf(line.slice(0, start));
  const isWhole = fits || from === 0 && lead.length === start;
  const shown = isWhole ? line : CUT + lead + line.slice(start);
  const cut = truncate(shown, columns);
  return { text: cut, matches: matchRanges(shown, search).flatMap((range) => within(range, cut)) };
}

function leadOf(before: string): string {
  return [...graphemes(before)].slice(-LEAD_GRAPHEMES).join("");
}

/** The last character of what was cut is an ellipsis. */
function within({ start, end }: TextRange, cut: string): TextRange[] {
  const last = Math.min(end, cut.endsWith(CUT) ? cut.length - CUT.length : cut.length);
  return start < last ? [{ start, end: last }] : [];
}
