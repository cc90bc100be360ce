/**
 * One message as rows of a screen: a separator where the day changes, the sender's name where it has
 * a row of its own, the text. Pure, but for remembering what was laid out.
 *
 * The text of a peer comes last on its row, and a name with right-to-left letters has a row of its
 * own: so a terminal that reorders rows has nothing beside them to turn around (see `Grid`).
 */
import type { MessageRecord } from "../history/message_record.ts";
import { formatDay } from "../terminal/local_time.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { wrap } from "../terminal/screen/mod.ts";
import { displayWidth } from "../terminal/width.ts";
import { MARK_COLUMNS } from "./state_looks.ts";
import { localTime } from "./state_words.ts";

/** Whoever wrote a message, as the screen shows it. */
export interface Speaker {
  /** Terminal-safe. */
  readonly name: string;
  /** As `Look.color`; undefined: none, for the person at this screen. */
  readonly color: number | undefined;
}

/** Everybody in a conversation. */
export interface Speakers {
  readonly self: Speaker;
  /** By peer id. */
  readonly others: ReadonlyMap<string, Speaker>;
}

export interface MessageRow {
  readonly kind: "beginning" | "day" | "name" | "text" | "detail";
  /** Terminal-safe. */
  readonly text: string;
  /** Names the row, whatever the width: rows further down have higher ones; text begins at 0. */
  readonly offset: number;
}

/** Where things stand on the rows of messages. */
export interface Columns {
  /** Columns for names; 0: names have rows of their own. */
  readonly name: number;
  /** Where the text begins, and how many columns it has, 1 or more. */
  readonly text: number;
  readonly textWidth: number;
}

/** What stands above the text of a message. */
export interface Heading {
  readonly beginning: boolean;
  readonly day: boolean;
  readonly name: string | undefined;
}

/** The mark of the selected message, the time, the state, each with a space behind it but the first. */
export const TIME_COLUMN = 1;
export const MARK_COLUMN = TIME_COLUMN + 6;
/** For names that do not have rows of their own. */
export const NAME_COLUMN = MARK_COLUMN + MARK_COLUMNS + 1;

const LONGEST_NAME = 16;
/** Narrower screens give names rows of their own, so that more is left for the text. */
const COLUMNS_FOR_NAMES = 60;
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** @param columns of the screen */
export function columnsFor(columns: number, { self, others }: Speakers): Columns {
  const names = [self, ...others.values()].map(({ name }) => name);
  const own = columns < COLUMNS_FOR_NAMES || names.some((name) => RIGHT_TO_LEFT.test(name));
  const name = own ? 0 : Math.min(LONGEST_NAME, Math.max(...names.map(displayWidth)));
  const text = NAME_COLUMN + (own ? 0 : name + 2);
  return { name, text, textWidth: Math.max(1, columns - text) };
}

/** Keeps the rows of texts, which are long to find, for as long as their messages are kept. */
export type RowMemo = WeakMap<MessageRecord, { width: number; rows: readonly MessageRow[] }>;

export function layOutMessage(
  message: MessageRecord,
  heading: Heading,
  { textWidth }: Columns,
  memo: RowMemo,
): MessageRow[] {
  const rows: MessageRow[] = [];
  if (heading.beginning) {
    rows.push({ kind: "beginning", text: "beginning of the conversation", offset: -3 });
  }
  if (heading.day) rows.push({ kind: "day", text: formatDay(localTime(message)), offset: -2 });
  if (heading.name !== undefined) rows.push({ kind: "name", text: heading.name, offset: -1 });
  const known = memo.get(message);
  const text = known?.width === textWidth
    ? known.rows
    : textRows(message.text, textWidth, "text", 0);
  memo.set(message, { width: textWidth, rows: text });
  return [...rows, ...text];
}

/** Rows with `details` for below a message. */
export function layOutDetails(message: MessageRecord, details: string, columns: Columns) {
  // Behind every row of the text: making it harmless turns a unit into at most ten.
  return textRows(details, columns.textWidth, "detail", message.text.length * 10 + 1);
}

/** The lines of a text as they are shown; the offsets of rows count in them joined by line feeds. */
export function shownLines(text: string): string[] {
  return text.trimEnd().replace(/\r\n?/g, "\n").split("\n")
    .map((part) => sanitise(part).trimEnd());
}

function textRows(
  text: string,
  width: number,
  kind: "text" | "detail",
  from: number,
): MessageRow[] {
  const rows: MessageRow[] = [];
  let offset = from;
  for (const line of shownLines(text)) {
    for (const { start, end } of wrap(line, width)) {
      rows.push({ kind, text: line.slice(start, end), offset: offset + start });
    }
    offset += line.length + 1;
  }
  return rows;
}
