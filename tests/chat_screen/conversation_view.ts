/**
 * Messages above, a status line, a field to write in: the parts together as a view, over a history in
 * memory. For the bench and for the test under a pseudo-terminal.
 */
import {
  drawPane,
  openPane,
  type PageRequest,
  type PaneEvent,
  paneKey,
  type PaneStep,
  updatePane,
} from "../../src/chat_screen/mod.ts";
import type { MessageRecord } from "../../src/history/message_record.ts";
import {
  afterSending,
  drawEditor,
  editKey,
  type Editor,
  layOutEditor,
  newEditor,
} from "../../src/terminal/editor/mod.ts";
import { type KeyEvent, keyName } from "../../src/terminal/keys/mod.ts";
import { Grid, type Size, type TerminalEvent, type View } from "../../src/terminal/screen/mod.ts";
import { own, pageOf, SPEAKERS } from "./conversation.ts";

const MOST_EDITOR_ROWS = 5;
const MOST_BYTES = 32 * 1024;
const PROMPT = "> ";

interface Model {
  readonly pane: PaneStep["pane"];
  readonly editor: Editor;
  readonly size: Size;
  readonly ended: boolean;
}

type Effect =
  | { readonly kind: "read"; readonly request: PageRequest }
  | { readonly kind: "send"; readonly text: string };

export class ConversationView implements View<Model, PaneEvent, Effect> {
  readonly model: Model;
  history: MessageRecord[];
  readonly #first: readonly PageRequest[];
  readonly #status: string;

  constructor(history: readonly MessageRecord[], status = "ann · connected since 14:02 · direct") {
    this.history = [...history];
    this.#status = status;
    const { pane, requests } = openPane({ columns: 1, rows: 1, speakers: SPEAKERS });
    this.#first = requests;
    const editor = newEditor({ limitBytes: MOST_BYTES });
    this.model = { pane, editor, size: { columns: 1, rows: 1 }, ended: false };
  }

  update(model: Model, event: PaneEvent | TerminalEvent) {
    switch (event.kind) {
      case "key":
        return this.#typed(model, event.key);
      case "resized": {
        const { columns, rows } = event;
        const first = model.size.columns === 1 ? this.#first : [];
        return this.#fitted({ ...model, size: { columns, rows } }, first);
      }
      case "printed":
      case "focus":
        return { model, effects: [] };
      case "input-ended":
        return { model: { ...model, ended: true }, effects: [] };
      default:
        return withPane(model, updatePane(model.pane, event));
    }
  }

  draw({ pane, editor, size }: Model, { columns, rows }: Size): Grid {
    const grid = new Grid(columns, rows);
    drawPane(pane, grid, 0, 0);
    const status = pane.rows;
    grid.fill(status, 0, columns, { inverse: true });
    grid.put(status, 1, editor.remark ?? this.#status, { inverse: true }, columns);
    grid.put(status + 1, 0, PROMPT, { color: "accent" });
    const area = {
      row: status + 1,
      column: PROMPT.length,
      columns: columns - PROMPT.length,
      rows: editorRows(editor, size),
    };
    grid.cursor = drawEditor(editor, grid, area);
    return grid;
  }

  ended({ ended }: Model): boolean {
    return ended;
  }

  perform(effect: Effect, tell: (event: PaneEvent) => void): void {
    if (effect.kind === "read") {
      const { request } = effect;
      tell({ kind: "page", id: request.id, messages: pageOf(this.history, request) });
    } else {
      const message = own(this.history.length + 1, effect.text, "delivered");
      this.history.push(message);
      tell({ kind: "message", message });
    }
  }

  #typed(model: Model, key: KeyEvent): { model: Model; effects: Effect[] } {
    const { editor, size } = model;
    if (keyName(key) === "ctrl-c") return { model: { ...model, ended: true }, effects: [] };
    const event = paneKey(key);
    if (event !== undefined) return withPane(model, updatePane(model.pane, event));
    if (keyName(key) === "enter" && editor.text.trim() !== "") {
      const { model: next, effects } = this.#fitted({ ...model, editor: afterSending(editor) });
      return { model: next, effects: [...effects, { kind: "send", text: editor.text }] };
    }
    const field = { columns: size.columns - PROMPT.length, rows: mostRows(size) };
    const edited = editKey(editor, key, field);
    return edited === undefined
      ? { model, effects: [] }
      : this.#fitted({ ...model, editor: edited });
  }

  /** The messages take the room that the field leaves them. */
  #fitted(model: Model, first: readonly PageRequest[] = []): { model: Model; effects: Effect[] } {
    const { columns, rows } = model.size;
    const left = Math.max(1, rows - 1 - editorRows(model.editor, model.size));
    const read = first.map((request): Effect => ({ kind: "read", request }));
    if (model.pane.columns === columns && model.pane.rows === left) return { model, effects: read };
    const step = updatePane(model.pane, { kind: "resize", columns, rows: left });
    const fitted = withPane(model, step);
    return { model: fitted.model, effects: [...read, ...fitted.effects] };
  }
}

function withPane(model: Model, { pane, requests }: PaneStep): { model: Model; effects: Effect[] } {
  return {
    model: { ...model, pane },
    effects: requests.map((request) => ({ kind: "read", request })),
  };
}

function mostRows({ rows }: Size): number {
  return Math.max(1, Math.min(MOST_EDITOR_ROWS, rows - 3));
}

function editorRows(editor: Editor, size: Size): number {
  const { rows } = layOutEditor(editor, Math.max(2, size.columns - PROMPT.length));
  return Math.min(rows.length, mostRows(size));
}
