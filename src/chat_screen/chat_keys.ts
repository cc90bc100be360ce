/**
 * What the keys do on the conversation screen, beside those of the messages (`pane_key.ts`) and of the
 * field (`terminal/editor/edit_key.ts`). Pure.
 *
 * | keys | |
 * |---|---|
 * | Enter | send; a line that begins with `/` is a command |
 * | Tab behind a slash | completes a command, a name, an address |
 * | Tab in an empty field, Ctrl-O | the list of conversations: type to find one, Enter opens it |
 * | Alt-1 to Alt-9 | the conversation at that place of the list |
 * | F1 | help |
 * | Esc | one step back: from the list, from a selected message, to the newest, out |
 * | Ctrl-C; Ctrl-D in an empty field | leave |
 */
import { afterSending, editKey, newEditor } from "../terminal/editor/mod.ts";
import { type KeyEvent, keyName } from "../terminal/keys/mod.ts";
import {
  type Chat,
  type ChatEffect,
  type ChatStep,
  fieldColumns,
  mostEditorRows,
  type Over,
  unchanged,
  withEditor,
  withNotice,
  withPane,
} from "./chat.ts";
import { updatePane } from "./pane.ts";
import { paneKey } from "./pane_key.ts";
import { parseLine, type SlashCommand } from "./slash/mod.ts";
import { findTalks } from "./talks.ts";

/** More is not needed to find somebody. */
const FILTER_BYTES = 256;

export function chatKey(chat: Chat, key: KeyEvent): ChatStep {
  if (keyName(key) === "ctrl-c") return unchanged({ ...chat, end: "interrupted" });
  const { over } = chat;
  if (over?.kind === "talks") return listKey(chat, over, key);
  if (over?.kind === "sheet") return sheetKey(chat, over, key);
  return talkKeys(chat, key);
}

function talkKeys(chat: Chat, key: KeyEvent): ChatStep {
  const { editor } = chat.open;
  const name = keyName(key);
  const place = /^alt-([1-9])$/.exec(name ?? "")?.[1];
  if (place !== undefined) return openAt(chat, Number(place) - 1);
  switch (name) {
    case "enter":
      return entered(chat);
    case "ctrl-o":
      return opensList(chat);
    case "f1":
      return commanded(chat, { name: "help", about: undefined }, "/help");
    case "escape":
      return back(chat);
    case "tab":
      if (editor.text === "") return opensList(chat);
      if (!editor.text.startsWith("/")) return unchanged(chat);
      return {
        model: chat,
        effects: [{ kind: "complete", text: editor.text, cursor: editor.cursor }],
      };
    case "ctrl-d":
      if (editor.text === "") return unchanged({ ...chat, end: "quit" });
  }
  const event = paneKey(key);
  if (event !== undefined) return withPane(chat, updatePane(chat.open.pane, event));
  const field = { columns: fieldColumns(chat.size), rows: mostEditorRows(chat.size) };
  const edited = editKey(editor, key, field);
  return edited === undefined ? unchanged(chat) : withEditor(chat, edited);
}

function entered(chat: Chat): ChatStep {
  const { editor, conversation } = chat.open;
  const typed = parseLine(editor.text);
  switch (typed.kind) {
    case "nothing":
      return unchanged(chat);
    case "wrong":
      // It stays, to be put right.
      return withNotice(chat, `${typed.message}: ${typed.hint}`, "bad");
    case "command": {
      const cleared = withEditor(chat, afterSending(editor));
      return withMore(cleared, commanded(cleared.model, typed.command, editor.text));
    }
    case "message": {
      const cleared = withEditor(chat, afterSending(editor));
      const { pane } = cleared.model.open;
      const newest = withPane(cleared.model, updatePane(pane, { kind: "deselect" }));
      const send: ChatEffect = { kind: "send", conversation, text: typed.text };
      return withMore(cleared, { ...newest, effects: [...newest.effects, send] });
    }
  }
}

function commanded(chat: Chat, command: SlashCommand, line: string): ChatStep {
  const columns = Math.max(1, chat.size.columns - 2);
  const { conversation, pane } = chat.open;
  const rows = Math.max(0, pane.rows - 2);
  return {
    model: chat,
    effects: [{ kind: "command", conversation, command, line, columns, rows }],
  };
}

function withMore(first: ChatStep, second: ChatStep): ChatStep {
  return { model: second.model, effects: [...first.effects, ...second.effects] };
}

function back(chat: Chat): ChatStep {
  const { pane } = chat.open;
  if (pane.selected !== undefined) return withPane(chat, updatePane(pane, { kind: "deselect" }));
  if (pane.place.kind === "top") {
    return withPane(chat, updatePane(pane, { kind: "jump", to: "last" }));
  }
  return unchanged({ ...chat, end: "back" });
}

function opensList(chat: Chat): ChatStep {
  const over: Over = {
    kind: "talks",
    filter: newEditor({ limitBytes: FILTER_BYTES }),
    selected: 0,
  };
  return { model: { ...chat, over }, effects: [{ kind: "list" }] };
}

function openAt(chat: Chat, index: number): ChatStep {
  const talk = chat.talks[index];
  if (talk === undefined) return unchanged(chat);
  return { model: chat, effects: [{ kind: "open", conversation: talk.conversation }] };
}

function listKey(chat: Chat, over: Extract<Over, { kind: "talks" }>, key: KeyEvent): ChatStep {
  const found = findTalks(chat.talks, over.filter.text);
  const select = (to: number) => {
    const selected = Math.max(0, Math.min(to, found.length - 1));
    return unchanged({ ...chat, over: { ...over, selected } });
  };
  switch (keyName(key)) {
    case "escape":
    case "ctrl-o":
      return unchanged({ ...chat, over: undefined });
    case "up":
    case "shift-tab":
      return select(over.selected - 1);
    case "down":
    case "tab":
      return select(over.selected + 1);
    case "page-up":
      return select(over.selected - chat.size.rows);
    case "page-down":
      return select(over.selected + chat.size.rows);
    case "enter": {
      const talk = found[over.selected];
      const text = over.filter.text.trim();
      if (talk !== undefined) {
        return { model: chat, effects: [{ kind: "open", conversation: talk.conversation }] };
      }
      return text === "" ? unchanged(chat) : { model: chat, effects: [{ kind: "find", text }] };
    }
  }
  const filter = editKey(over.filter, key, { columns: fieldColumns(chat.size), rows: 1 });
  return unchanged(
    filter === undefined ? chat : { ...chat, over: { ...over, filter, selected: 0 } },
  );
}

function sheetKey(chat: Chat, over: Extract<Over, { kind: "sheet" }>, key: KeyEvent): ChatStep {
  const page = Math.max(1, chat.open.pane.rows - 2);
  const scroll = (by: number) => {
    const last = Math.max(0, over.lines.length - page);
    const top = Math.max(0, Math.min(over.top + by, last));
    return unchanged({ ...chat, over: { ...over, top } });
  };
  switch (keyName(key)) {
    case "up":
      return scroll(-1);
    case "down":
      return scroll(1);
    case "page-up":
      return scroll(-page);
    case "page-down":
      return scroll(page);
    case "escape":
    case "enter":
    case "f1":
      return unchanged({ ...chat, over: undefined });
  }
  // Whoever goes on typing has read it.
  return key.kind === "text" ? talkKeys({ ...chat, over: undefined }, key) : unchanged(chat);
}
