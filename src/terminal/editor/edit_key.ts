/**
 * What the keys do to a text: those of readline and of every text field, so that nothing has to be
 * learned. Pure.
 *
 * | keys | |
 * |---|---|
 * | arrows, Home, End, Ctrl-A, Ctrl-E, Ctrl-B, Ctrl-F | move by characters, rows, to the ends of the line |
 * | Ctrl-arrows, Alt-arrows, Alt-B, Alt-F | move by words |
 * | Alt-Enter, Shift-Enter, Ctrl-J | a new line |
 * | Backspace, Delete, Ctrl-D | delete a character |
 * | Ctrl-W, Alt-Backspace, Alt-D, Ctrl-U, Ctrl-K | cut a word, to the beginning, to the end of the line |
 * | Ctrl-Y | put back what was cut |
 * | Ctrl-Z, Ctrl-_; Alt-Z, Ctrl-Shift-Z | undo; redo |
 * | Up in the first row, Down in the last | what was sent before |
 *
 * Ctrl-Z can undo because suspending would need the permission to run programs.
 */
import type { KeyEvent } from "../keys/mod.ts";
import { keyName } from "../keys/mod.ts";
import {
  lineEnd,
  lineStart,
  nextBoundary,
  previousBoundary,
  spacedWordStart,
  wordEnd,
  wordStart,
} from "./boundaries.ts";
import {
  cutOut,
  cutToLineEnd,
  cutToLineStart,
  type Editor,
  erase,
  insert,
  moveTo,
  recallNewer,
  recallOlder,
  redo,
  refused,
  undo,
} from "./editor.ts";
import { layOutEditor, offsetAt, withCursorShown } from "./layout.ts";

/** The size of the field, as for `drawEditor()`. */
export interface FieldSize {
  readonly columns: number;
  readonly rows: number;
}

/** The editor after `event`; undefined for a key that is none of the editor's, such as Enter. */
export function editKey(editor: Editor, event: KeyEvent, size: FieldSize): Editor | undefined {
  const after = edited(editor, event, size);
  return after && withCursorShown(after, layOutEditor(after, size.columns), size.rows);
}

function edited(editor: Editor, event: KeyEvent, size: FieldSize): Editor | undefined {
  if (event.kind === "text") return insert(editor, event.text, "typing");
  if (event.kind === "paste") {
    return event.truncated
      ? refused(editor, "not inserted: the paste is far too long for a message")
      : event.text === ""
      ? editor
      : insert(editor, event.text);
  }
  const { text, cursor } = editor;
  switch (keyName(event)) {
    case "left":
    case "ctrl-b":
      return moveTo(editor, previousBoundary(text, cursor));
    case "right":
    case "ctrl-f":
      return moveTo(editor, nextBoundary(text, cursor));
    case "ctrl-left":
    case "alt-left":
    case "alt-b":
      return moveTo(editor, wordStart(text, cursor));
    case "ctrl-right":
    case "alt-right":
    case "alt-f":
      return moveTo(editor, wordEnd(text, cursor));
    case "home":
    case "ctrl-a":
      return moveTo(editor, lineStart(text, cursor));
    case "end":
    case "ctrl-e":
      return moveTo(editor, lineEnd(text, cursor));
    case "up":
    case "ctrl-p":
      return byRow(editor, size, -1) ?? recallOlder(editor);
    case "down":
    case "ctrl-n":
      return byRow(editor, size, 1) ?? recallNewer(editor);
    case "alt-enter":
    case "shift-enter":
    case "ctrl-j":
      return insert(editor, "\n");
    case "backspace":
    case "shift-backspace":
      return erase(editor, previousBoundary(text, cursor), cursor);
    case "delete":
      return erase(editor, cursor, nextBoundary(text, cursor));
    case "ctrl-d":
      // In an empty field it is somebody else's: the end of the input.
      return text === "" ? undefined : erase(editor, cursor, nextBoundary(text, cursor));
    case "ctrl-w":
      return cutOut(editor, spacedWordStart(text, cursor), cursor);
    case "alt-backspace":
    case "ctrl-backspace":
      return cutOut(editor, wordStart(text, cursor), cursor);
    case "alt-d":
    case "ctrl-delete":
    case "alt-delete":
      return cutOut(editor, cursor, wordEnd(text, cursor));
    case "ctrl-u":
      return cutToLineStart(editor);
    case "ctrl-k":
      return cutToLineEnd(editor);
    case "ctrl-y":
      return editor.cut === "" ? refused(editor, "nothing was cut") : insert(editor, editor.cut);
    case "ctrl-z":
    case "ctrl-_":
      return undo(editor);
    case "alt-z":
    case "ctrl-shift-z":
      return redo(editor);
    default:
      return undefined;
  }
}

/** One row up or down in the same column; undefined where there is none. */
function byRow(editor: Editor, { columns }: FieldSize, by: 1 | -1): Editor | undefined {
  const { rows, cursor } = layOutEditor(editor, columns);
  const row = rows[cursor.row + by];
  if (row === undefined) return undefined;
  const goal = editor.goal ?? cursor.column;
  return moveTo(editor, Math.min(offsetAt(editor, row, goal), lastOffset(editor, rows, row)), goal);
}

/** The last place that is shown in `row`: where it was wrapped, the end belongs to the next one. */
function lastOffset(
  editor: Editor,
  rows: readonly { readonly start: number; readonly end: number }[],
  row: { readonly start: number; readonly end: number },
): number {
  const wrapped = rows.some(({ start }) => start === row.end && start > row.start);
  return wrapped ? previousBoundary(editor.text, row.end) : row.end;
}
