/**
 * Draws the conversation screen: the messages, or what stands over them; a line about the other side;
 * the field. Pure.
 */
import { drawEditor } from "../terminal/editor/mod.ts";
import { formatClock, formatDay } from "../terminal/local_time.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { Grid, type Look, type Size, wrap } from "../terminal/screen/mod.ts";
import { displayWidth, truncate } from "../terminal/width.ts";
import { type Chat, editorRows, fieldColumns, type Over, PROMPT } from "./chat.ts";
import { factsLine } from "./facts.ts";
import { drawPane } from "./pane_view.ts";
import { inlineHelp, type Picture } from "./slash/mod.ts";
import { findTalks, type Talk } from "./talks.ts";

const DIM: Look = { dim: true };
const BOLD: Look = { bold: true };
const ACCENT: Look = { color: "accent" };
const BAR: Look = { inverse: true };
const BAD_BAR: Look = { inverse: true, color: "bad", bold: true };
const FIND = "Open: ";
const HINT = "Tab other conversations · F1 help ";
/** The list says this much of the newest message, or nothing where there is less room. */
const LEAST_PREVIEW = 8;
/** Columns between a picture and lines, and those that lines need at least. */
const PICTURE_GAP = 2;
const LEAST_BESIDE = 20;
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
  else drawSheet(chat.over, grid, status);
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
  grid.cursor = drawEditor(text, grid, field);
  return grid;
}

function drawStatus({ open, notice, over }: Chat, grid: Grid, row: number): void {
  const { columns } = grid;
  const { remark } = open.editor;
  const isBad = notice?.tone === "bad" || notice === undefined && remark !== undefined;
  const look = isBad ? BAD_BAR : BAR;
  grid.fill(row, 0, columns, look);
  const room = Math.max(1, columns - 2);
  // Of a command that is being typed, what it takes.
  const help = over === undefined ? inlineHelp(open.editor.text) : undefined;
  const said = notice?.text ?? remark ?? help;
  const text = said === undefined ? factsLine(open.facts, room) : oneLine(said);
  const end = grid.put(row, 1, truncate(text, room), look, columns);
  const hint = over === undefined ? HINT : over.kind === "talks" ? "Esc back " : "Esc closes ";
  if (end + 2 + displayWidth(hint) <= columns) {
    grid.put(row, columns - displayWidth(hint), hint, look, columns);
  }
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
  const base: Look = isSelected ? BAR : {};
  if (isSelected) grid.fill(row, 0, columns, base);
  const color = talk.color === undefined ? {} : { color: talk.color };
  const name: Look = { ...base, ...(isSelected ? {} : color), ...(talk.unread > 0 ? BOLD : {}) };
  grid.put(row, 1, truncate(talk.name, names), name, columns);

  const counts = [
    ...(talk.unread > 0 ? [`${talk.unread} new`] : []),
    ...(talk.waiting > 0 ? [`${talk.waiting} waiting`] : []),
  ].join(", ");
  const right = [counts, momentText(talk.last.time, now)].filter((text) => text !== "").join("  ");
  const from = columns - 1 - displayWidth(right);
  const preview = names + 3;
  if (from <= preview) return;
  grid.put(
    row,
    from,
    right,
    talk.unread > 0 ? { ...base, ...BOLD } : { ...base, dim: true },
    columns,
  );
  const room = from - 2 - preview;
  if (room < LEAST_PREVIEW) return;
  const text = (talk.last.own ? "you: " : "") + oneLine(talk.last.text);
  grid.put(row, preview, truncate(text, room), { ...base, dim: true }, preview + room);
}

/** As much of a text as fits on any line, harmless. */
function oneLine(text: string): string {
  return sanitise(text.slice(0, LONGEST_LINE));
}

/** `14:02` today, the day otherwise. */
function momentText(time: number, now: number): string {
  const day = formatDay(time);
  return day === formatDay(now) ? formatClock(time) : day;
}

function drawSheet(
  { title, lines, picture, top }: Extract<Over, { kind: "sheet" }>,
  grid: Grid,
  height: number,
): void {
  const { columns } = grid;
  grid.put(0, 1, truncate(title, columns - 1), BOLD, columns);
  const left = picture === undefined ? 1 : drawPicture(picture, top, grid, height);
  const width = Math.max(1, columns - 1 - left);
  const rows = lines.slice(top).flatMap((line) =>
    wrap(line, width).map(({ start, end }) => line.slice(start, end))
  );
  for (const [at, text] of rows.slice(0, Math.max(0, height - 2)).entries()) {
    grid.put(2 + at, left, text, {}, columns);
  }
  const rest = lines.length - top - Math.max(0, height - 2);
  if (rest > 0 && height > 2) {
    const more = `${rest} more: Page-Down `;
    grid.put(0, Math.max(1, columns - displayWidth(more)), more, DIM, columns);
  }
}

/** @returns the first column beside it; where the screen has become too small it is left out */
function drawPicture(
  { lines, columns, onPaper }: Picture,
  top: number,
  grid: Grid,
  height: number,
): number {
  const beside = 1 + columns + PICTURE_GAP;
  if (beside + LEAST_BESIDE > grid.columns) return 1;
  for (const [at, line] of lines.slice(top, top + Math.max(0, height - 2)).entries()) {
    grid.put(2 + at, 1, line, onPaper ? { paper: true } : {}, grid.columns);
  }
  return beside;
}
