/** A field to type into in tests: keys as a terminal sends them, the screen as text. */
import { drawEditor, editKey, type Editor, newEditor } from "../../../src/terminal/editor/mod.ts";
import { decodeKeys, type KeyEvent, KEYS_AT_REST } from "../../../src/terminal/keys/mod.ts";
import { Grid } from "../../../src/terminal/screen/mod.ts";

export const KEY = {
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  home: "\x1b[H",
  end: "\x1b[F",
  delete: "\x1b[3~",
  backspace: "\x7f",
  altEnter: "\x1b\r",
  altB: "\x1bb",
  altF: "\x1bf",
  altD: "\x1bd",
  altZ: "\x1bz",
  ctrlLeft: "\x1b[1;5D",
  ctrlRight: "\x1b[1;5C",
} as const;

export function ctrl(letter: string): string {
  return String.fromCharCode(letter.toUpperCase().charCodeAt(0) - 0x40);
}

export function keyEvents(keys: string): readonly KeyEvent[] {
  return decodeKeys(KEYS_AT_REST, new TextEncoder().encode(keys)).events;
}

export class Field {
  editor: Editor;
  readonly columns: number;
  readonly rows: number;

  constructor(
    options: { columns?: number; rows?: number; limitBytes?: number; sent?: string[] } = {},
  ) {
    const { columns = 20, rows = 4, limitBytes = 32 * 1024, sent = [] } = options;
    this.editor = newEditor({ limitBytes, sent });
    this.columns = columns;
    this.rows = rows;
  }

  /** Whether the field knew each key. */
  press(...keys: string[]): boolean[] {
    return keys.flatMap((key) => key.length > 1 && !key.startsWith("\x1b") ? [...key] : [key])
      .flatMap((key) => keyEvents(key)).map((event) => this.event(event));
  }

  event(event: KeyEvent): boolean {
    const after = editKey(this.editor, event, this);
    this.editor = after ?? this.editor;
    return after !== undefined;
  }

  paste(text: string): void {
    this.press(`\x1b[200~${text}\x1b[201~`);
  }

  /** The text with the cursor as `|`. */
  get shown(): string {
    const { text, cursor } = this.editor;
    return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
  }

  /** The field as it is drawn, and its cursor. */
  get screen(): string {
    const grid = new Grid(this.columns, this.rows);
    const area = { row: 0, column: 0, columns: this.columns, rows: this.rows };
    const { row, column } = drawEditor(this.editor, grid, area);
    return `${grid}\n@${row},${column}`;
  }
}
