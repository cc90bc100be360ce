/**
 * Draws the conversation screen: the messages, or what stands over them; a line about the other side;
 * the field. Pure.
 */
import { drawEditor } from "../terminal/editor/mod.ts";
import { formatClock, formatDay, formatDayNear } from "../terminal/local_time.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { Grid, type Look, type Size, wrap } from "../terminal/screen/mod.ts";
import { displayWidth, truncate } from "../terminal/width.ts";
import type { Chat, Over } from "./chat_model.ts";
import { editorRows, fieldColumns, PROMPT } from "./chat_steps.ts";
import { factsLine } from "./facts.ts";
import { foundExcerpt } from "./found.ts";
import { speakerOf } from "./pane_rows.ts";
import { drawPane, drawText } from "./pane_view.ts";
import { drawSheet } from "./sheet.ts";
import { inlineHelp } from "./slash/mod.ts";
import { localTime } from "./state_words.ts";
import { findTalks, type Talk } from "./talks.ts";

const DIM: Look = { dim: true };
const BOLD: Look = { bold: true };
const ACCENT: Look = { color: "accent" };
const SELECTED: Look = { color: "accent", bold: true };
const BAR: Look = { inverse: true };
const ASKED: Look = { color: "warn", bold: true };
const BAD_BAR: Look = { inverse: true, color: "bad", bold: true };
/** As in front of a selected message. */
const SELECTION_MARK = "▌";
const FIND = "Open: ";
/** What leads on from here, or out of what stands over the messages: the longest that fits. */
const HINTS = {
  messages: ["Tab other conversations · F1 help ", "Tab others · F1 help ", "F1 help "],
  talks: ["Esc back "],
  sheet: ["Esc closes "],
  found: ["Enter shows it · Esc back "],
  question: ["y or n, Enter "],
} as const;
/** The list says this much of the newest message, or nothing where there is less room. */
const LEAST_PREVIEW = 8;
/** Columns for the answer to a question: a cluster, and the cursor behind it. */
const LEAST_ANSWER = 3;
/** Of the list, for names. */
const LONGEST_NAME = 24;
/** UTF-16 units of a text that is shown on one line; screens are narrower. */
const LONGEST_LINE = 1_000;

/** @returns a new grid, with the cursor where one writes */
export function drawChat(chat: Chat, { columns, rows }: Size): Grid {
  const grid = new Grid(columns, rows);
  const { pane, editor } = chat.open;
  const status = Math.min(pane.rows, Math.max(0, rows - 2));
  if (chat.over === undefined) drawPane(pane, grid, 0, 0);
  else if (chat.over.kind === "talks") drawTalks(chat, chat.over, grid, status);
  else if (chat.over.kind === "sheet") drawSheet(chat.over, grid, status);
  else if (chat.over.kind === "found") drawFound(chat.open, grid, status);
  else drawQuestion(chat.over, grid, status);
  drawStatus(chat, grid, status);

  const isFinding = chat.over?.kind === "talks";
  const prompt = isFinding ? FIND : PROMPT;
  grid.put(status + 1, 0, prompt, ACCENT, columns);
  const field = {
    row: status + 1,
    column: prompt.length,
    columns: isFinding ? Math.max(2, columns - prompt.length) : fieldColumns({ columns, rows }),
    rows: isFinding ? 1 : editorRows(chat),
  };
  const text = chat.over?.kind === "talks" ? chat.over.filter : editor;
  const cursor = drawEditor(text, grid, field);
  // While a question stands nothing else is written.
  if (chat.over?.kind !== "question") grid.cursor = cursor;
  return grid;
}

function drawStatus({ open, notice, over }: Chat, grid: Grid, row: number): void {
  const { columns } = grid;
  const { remark } = open.editor;
  const isBad = notice?.tone === "bad" || notice === undefined && remark !== undefined;
  const look = isBad ? BAD_BAR : BAR;
  grid.fill(row, 0, columns, look);
  const hints = HINTS[over?.kind ?? "messages"];
  // What leads out of what stands over the messages has to be said.
  const kept = over === undefined ? 0 : displayWidth(hints[0]) + 2;
  const room = Math.max(1, columns - 2 - kept);
  // Of a command that is being typed, what it takes.
  const help = over === undefined ? inlineHelp(open.editor.text) : undefined;
  const said = notice?.text ?? remark ?? help;
  const text = said === undefined ? factsLine(open.facts, room) : oneLine(said);
  const end = grid.put(row, 1, truncate(text, room), look, columns);
  const hint = hints.find((each) => end + 2 + displayWidth(each) <= columns);
  if (hint !== undefined) grid.put(row, columns - displayWidth(hint), hint, look, columns);
}

/** The list stands at the bottom, beside what is typed to find somebody. */
function drawTalks(
  { talks, open }: Chat,
  { filter, selected }: Extract<Over, { kind: "talks" }>,
  grid: Grid,
  height: number,
): void {
  const found = findTalks(talks, filter.text);
  if (found.length === 0) {
    const text = filter.text.trim() === ""
      ? "no conversations yet: type a name, or host:port"
      : "none fits: Enter looks for a peer of that name, id or address";
    grid.put(Math.max(0, height - 1), 1, truncate(text, grid.columns - 1), DIM, grid.columns);
    return;
  }
  const first = Math.max(0, Math.min(selected - height + 1, found.length - height));
  const shown = found.slice(first, first + height);
  const names = Math.min(
    LONGEST_NAME,
    Math.max(...shown.map(({ name }) => displayWidth(name))),
    Math.max(1, grid.columns - 2),
  );
  for (const [at, talk] of shown.entries()) {
    const row = height - shown.length + at;
    drawTalk(talk, { grid, row, names, isSelected: first + at === selected, now: open.facts.now });
  }
}

interface TalkRow {
  readonly grid: Grid;
  readonly row: number;
  /** Columns for the name. */
  readonly names: number;
  readonly isSelected: boolean;
  readonly now: number;
}

function drawTalk(talk: Talk, { grid, row, names, isSelected, now }: TalkRow): void {
  const { columns } = grid;
  // Not inverse: the line below is that, and beside it the last row would not be told from it.
  if (isSelected) grid.put(row, 0, SELECTION_MARK, SELECTED, columns);
  const beside: Look = isSelected ? {} : DIM;
  const color = talk.color === undefined ? {} : { color: talk.color };
  const name: Look = { ...color, ...(isSelected || talk.unread > 0 ? BOLD : {}) };
  grid.put(row, 1, truncate(talk.name, names), name, columns);

  const counts = [
    ...(talk.unread > 0 ? [`${talk.unread} new`] : []),
    ...(talk.waiting > 0 ? [`${talk.waiting} waiting`] : []),
  ].join(", ");
  const right = [counts, momentText(talk.last.time, now)].filter((text) => text !== "").join("  ");
  const from = columns - 1 - displayWidth(right);
  const preview = names + 3;
  if (from <= preview) return;
  grid.put(row, from, right, talk.unread > 0 ? BOLD : beside, columns);
  const room = from - 2 - preview;
  if (room < LEAST_PREVIEW) return;
  const text = (talk.last.own ? "you: " : "") + oneLine(talk.last.text);
  grid.put(row, preview, truncate(text, room), beside, preview + room);
}

/** Beside what one writes, as that is what it is about. */
function drawQuestion(
  { lines, ask, answer }: Extract<Over, { kind: "question" }>,
  grid: Grid,
  height: number,
): void {
  const { columns } = grid;
  const width = Math.max(1, columns - 2);
  const rows = (text: string, look: Look) =>
    wrap(text, width).map(({ start, end }) => ({ text: text.slice(start, end), look }));
  const shown = [
    ...lines.flatMap((line) => rows(line, {})),
    ...rows("", {}),
    ...rows(`${ask} (y/N)`, ASKED),
  ].slice(-Math.max(1, height));
  for (const [at, { text, look }] of shown.entries()) {
    const row = height - shown.length + at;
    const end = grid.put(row, 1, text, look, columns);
    if (at < shown.length - 1) continue;
    const column = Math.min(end + 1, columns - LEAST_ANSWER);
    grid.cursor = drawEditor(answer, grid, { row, column, columns: columns - column, rows: 1 });
  }
}

/** What was found, the newest at the bottom. */
function drawFound({ found, pane, facts }: Chat["open"], grid: Grid, height: number): void {
  if (found === undefined) return;
  const { messages, selected, search } = found;
  const { columns } = grid;
  const title = `${messages.length} with ${oneLine(search)}`;
  grid.put(0, 1, truncate(title, columns - 1), BOLD, columns);
  const rows = Math.max(1, height - 2);
  const first = Math.max(0, Math.min(selected, messages.length - rows));
  const shown = messages.slice(first, first + rows);
  const times = shown.map((message) => momentText(localTime(message), facts.now));
  const speakers = shown.map((message) => speakerOf(pane, message));
  const timeColumns = Math.max(...times.map(displayWidth));
  const nameColumns = Math.min(
    LONGEST_NAME / 2,
    Math.max(...speakers.map(({ name }) => displayWidth(name))),
  );
  for (const [at, message] of shown.entries()) {
    const row = height - shown.length + at;
    const isSelected = first + at === selected;
    if (isSelected) grid.put(row, 0, SELECTION_MARK, SELECTED, columns);
    grid.put(row, 1, times[at] ?? "", isSelected ? {} : DIM, columns);
    const column = 1 + timeColumns + 2;
    const { name = "", color } = speakers[at] ?? {};
    const nameLook: Look = color === undefined ? BOLD : { color, bold: true };
    grid.put(row, column, truncate(name, nameColumns), nameLook, columns);
    const text = column + nameColumns + 2;
    const excerpt = foundExcerpt(found, message, Math.max(1, columns - text));
    drawText(excerpt.text, excerpt.matches, {}, { grid, row, column: text, end: columns });
  }
}

/** As much of a text as fits on any line, harmless. */
function oneLine(text: string): string {
  return sanitise(text.slice(0, LONGEST_LINE));
}

/** `14:02` today, the day otherwise. */
function momentText(time: number, now: number): string {
  return formatDay(time) === formatDay(now) ? formatClock(time) : formatDayNear(time, now);
}
