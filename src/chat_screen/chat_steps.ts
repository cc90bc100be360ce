/** The steps that what happens and what is pressed have in common, and where things stand. Pure. */
import { type Editor, layOutEditor } from "../terminal/editor/mod.ts";
import type { Size } from "../terminal/screen/mod.ts";
import type { Chat, ChatEffect, ChatStep, Notice } from "./chat_model.ts";
import { type PaneStep, updatePane } from "./pane.ts";

/** Rows of the field at most, and what has to stay for the messages and the line between. */
const MOST_EDITOR_ROWS = 6;
const OTHER_ROWS = 3;
/** What stands before what is written. */
export const PROMPT = "> ";

export function unchanged(model: Chat): ChatStep {
  return { model, effects: [] };
}

/** The chat with the next pane, and its pages asked for. */
export function withPane(chat: Chat, { pane, requests }: PaneStep): ChatStep {
  const { generation, conversation } = chat.open;
  const effects = requests.map((request): ChatEffect => ({
    kind: "read",
    generation,
    conversation,
    request,
  }));
  return { model: { ...chat, open: { ...chat.open, pane } }, effects };
}

/** The chat with another text in the field, which may need more or fewer rows. */
export function withEditor(chat: Chat, editor: Editor): ChatStep {
  return fitted({ ...chat, open: { ...chat.open, editor } });
}

/** Rows of the field, as many as the text needs. */
export function editorRows({ open, size }: Pick<Chat, "open" | "size">): number {
  return Math.min(layOutEditor(open.editor, fieldColumns(size)).rows.length, mostEditorRows(size));
}

export function fieldColumns({ columns }: Size): number {
  return Math.max(2, columns - PROMPT.length);
}

export function mostEditorRows({ rows }: Size): number {
  return Math.max(1, Math.min(MOST_EDITOR_ROWS, rows - OTHER_ROWS));
}

export function withNotice(chat: Chat, text: string, tone: Notice["tone"]): ChatStep {
  const id = (chat.notice?.id ?? 0) + 1;
  return { model: { ...chat, notice: { id, text, tone } }, effects: [{ kind: "expire", id }] };
}

export function fitted(chat: Chat): ChatStep {
  const { columns, rows } = paneSize(chat);
  const { pane } = chat.open;
  if (pane.columns === columns && pane.rows === rows) return unchanged(chat);
  return withPane(chat, updatePane(pane, { kind: "resize", columns, rows }));
}

export function paneSize(chat: Chat): Size {
  const { columns, rows } = chat.size;
  return { columns, rows: Math.max(1, rows - 1 - editorRows(chat)) };
}
