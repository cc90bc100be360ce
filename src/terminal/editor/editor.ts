/**
 * A text that is being written: several lines, a cursor, what was cut, what can be undone, what was
 * sent before. Values do not change; every step gives a new one.
 *
 * Guarantees: the cursor stands between graphemes; the text never takes more than `limitBytes` of
 * UTF-8, and what does not fit is refused whole, with a remark, never cut; undoing goes back to the
 * beginning, or through the last 500 steps.
 *
 * Lines end in `\n`. The text is as it was typed: who shows it makes it harmless (`layout.ts`).
 */
import { boundaryAtOrAfter, lineEnd, lineStart } from "./boundaries.ts";
import { RowMemo } from "./layout.ts";

export interface Editor {
  readonly text: string;
  /** UTF-16 offset between two graphemes. */
  readonly cursor: number;
  /** The column that moving up and down tries to keep; undefined after anything else. */
  readonly goal: number | undefined;
  /** The first row of the text that is shown, where there are more than fit. */
  readonly top: number;
  /** What was cut last. */
  readonly cut: string;
  readonly undo: readonly Snapshot[];
  readonly redo: readonly Snapshot[];
  /** What the last step was, so that several in a row are undone, or pasted back, as one. */
  readonly last: "typing" | "deleting" | "cutting" | undefined;
  /** Texts that were sent, oldest first. */
  readonly sent: readonly string[];
  /** Which of `sent` is shown, and what was being written before. */
  readonly recalled: { readonly index: number; readonly draft: string } | undefined;
  readonly limitBytes: number;
  /** Why the last step did nothing, for the person; undefined if there is nothing to say. */
  readonly remark: string | undefined;
  readonly memo: RowMemo;
}

interface Snapshot {
  readonly text: string;
  readonly cursor: number;
}

export interface EditorOptions {
  /** What a text may take in UTF-8. */
  readonly limitBytes: number;
  /** Texts that were sent before, oldest first. */
  readonly sent?: readonly string[];
  /** What was being written before. */
  readonly draft?: string;
}

const MOST_UNDO_STEPS = 500;
const MOST_SENT = 200;

/** An editor with the cursor at the end of the draft. */
export function newEditor({ limitBytes, sent = [], draft = "" }: EditorOptions): Editor {
  return {
    text: draft,
    cursor: draft.length,
    goal: undefined,
    top: 0,
    cut: "",
    undo: [],
    redo: [],
    last: undefined,
    sent: sent.slice(-MOST_SENT),
    recalled: undefined,
    limitBytes,
    remark: undefined,
    memo: new RowMemo(),
  };
}

/** Bytes that `text` takes in UTF-8. */
export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The editor after its text was sent: empty, and the text can be had back with the Up key. */
export function afterSending(editor: Editor): Editor {
  const { text, sent } = editor;
  const kept = text === "" || sent.at(-1) === text ? sent : [...sent, text].slice(-MOST_SENT);
  return { ...newEditor({ limitBytes: editor.limitBytes, sent: kept }), cut: editor.cut };
}

/** Moves the cursor. @param offset is moved to the next place between graphemes */
export function moveTo(editor: Editor, offset: number, goal?: number): Editor {
  const cursor = boundaryAtOrAfter(editor.text, offset);
  return { ...editor, cursor, goal, last: undefined, remark: undefined };
}

/** Puts `text` in at the cursor. @param step single characters that were typed are undone together */
export function insert(editor: Editor, text: string, step?: "typing"): Editor {
  const { cursor } = editor;
  const whole = editor.text.slice(0, cursor) + text + editor.text.slice(cursor);
  const remark = tooLong(editor, whole, text);
  if (remark !== undefined) return refused(editor, remark);
  // A new word is a new step.
  const joins = step === "typing" && editor.last === "typing" && !/^\s/.test(text);
  return changed(editor, whole, cursor + text.length, step, joins);
}

/** Takes the text from `start` to `end` away, for good. */
export function erase(editor: Editor, start: number, end: number): Editor {
  if (start >= end) return moveTo(editor, editor.cursor);
  const whole = editor.text.slice(0, start) + editor.text.slice(end);
  return changed(editor, whole, start, "deleting", editor.last === "deleting");
}

/** Takes the text from `start` to `end` away, to be put back with `insert(editor, editor.cut)`. */
export function cutOut(editor: Editor, start: number, end: number): Editor {
  if (start >= end) return moveTo(editor, editor.cursor);
  const piece = editor.text.slice(start, end);
  const joins = editor.last === "cutting";
  const before = start < editor.cursor; // what is cut before the cursor stood before the last piece
  const cut = joins ? (before ? piece + editor.cut : editor.cut + piece) : piece;
  const whole = editor.text.slice(0, start) + editor.text.slice(end);
  return { ...changed(editor, whole, start, "cutting", joins), cut };
}

/** Cuts from the cursor to the end of its line; there, the line feed. */
export function cutToLineEnd(editor: Editor): Editor {
  const { text, cursor } = editor;
  const end = lineEnd(text, cursor);
  return cutOut(editor, cursor, end === cursor ? Math.min(end + 1, text.length) : end);
}

/** Cuts from the beginning of the line to the cursor; there, the line feed before it. */
export function cutToLineStart(editor: Editor): Editor {
  const { text, cursor } = editor;
  const start = lineStart(text, cursor);
  return cutOut(editor, start === cursor ? Math.max(0, start - 1) : start, cursor);
}

/** Takes the last step back. */
export function undo(editor: Editor): Editor {
  const before = editor.undo.at(-1);
  if (before === undefined) return refused(editor, "nothing to undo");
  return {
    ...moveTo({ ...editor, ...before }, before.cursor),
    undo: editor.undo.slice(0, -1),
    redo: [...editor.redo, { text: editor.text, cursor: editor.cursor }],
    recalled: undefined,
  };
}

/** Does again what was undone last. */
export function redo(editor: Editor): Editor {
  const after = editor.redo.at(-1);
  if (after === undefined) return refused(editor, "nothing to redo");
  return {
    ...moveTo({ ...editor, ...after }, after.cursor),
    undo: [...editor.undo, { text: editor.text, cursor: editor.cursor }],
    redo: editor.redo.slice(0, -1),
    recalled: undefined,
  };
}

/** The text that was sent before the one that is shown; the same editor if there is none. */
export function recallOlder(editor: Editor): Editor {
  const index = (editor.recalled?.index ?? editor.sent.length) - 1;
  const text = editor.sent[index];
  if (text === undefined) return editor;
  const draft = editor.recalled?.draft ?? editor.text;
  return { ...changed(editor, text, text.length, undefined, false), recalled: { index, draft } };
}

/** The text that was sent after the one that is shown, or what was being written before. */
export function recallNewer(editor: Editor): Editor {
  if (editor.recalled === undefined) return editor;
  const { draft } = editor.recalled;
  const index = editor.recalled.index + 1;
  const text = editor.sent[index];
  const next = text ?? draft;
  return {
    ...changed(editor, next, next.length, undefined, false),
    recalled: text === undefined ? undefined : { index, draft },
  };
}

/** The same text, and something to say about the last step. */
export function refused(editor: Editor, remark: string): Editor {
  return { ...editor, last: undefined, remark };
}

function changed(
  editor: Editor,
  text: string,
  cursor: number,
  last: Editor["last"],
  joins: boolean,
): Editor {
  const steps = joins
    ? editor.undo
    : [...editor.undo, { text: editor.text, cursor: editor.cursor }];
  return {
    ...editor,
    text,
    cursor: boundaryAtOrAfter(text, cursor),
    goal: undefined,
    undo: steps.slice(-MOST_UNDO_STEPS),
    redo: [],
    last,
    remark: undefined,
  };
}

/** Why `whole` cannot be; undefined if it can. */
function tooLong(editor: Editor, whole: string, added: string): string | undefined {
  const { limitBytes } = editor;
  if (whole.length * 3 <= limitBytes || utf8Bytes(whole) <= limitBytes) return undefined;
  const most = `a message has at most ${kibibytes(limitBytes)}`;
  return added.length === 1
    ? most
    : `not inserted: that is ${kibibytes(utf8Bytes(added))} more, and ${most}`;
}

function kibibytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${Number((bytes / 1024).toFixed(1))} KiB`;
}
