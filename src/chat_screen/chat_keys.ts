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
 * | in what a search found: arrows, Enter | choose a message, go to it; Esc behind that leads back |
 * | while a question stands: y and Enter; n and Enter, Enter alone, Esc | yes; no |
 * | Ctrl-C; Ctrl-D in an empty field | leave |
 */
import { afterSending, editKey, newEditor } from "../terminal/editor/mod.ts";
import { type KeyEvent, keyName } from "../terminal/keys/mod.ts";
import type { Chat, ChatEffect, ChatStep, Over } from "./chat_model.ts";
import {
  fieldColumns,
  mostEditorRows,
  unchanged,
  withEditor,
  withNotice,
  withPane,
} from "./chat_steps.ts";
import { updatePane } from "./pane.ts";
import { paneKey } from "./pane_key.ts";
import type { Answer } from "./question.ts";
import { scrollSheet, shownRows } from "./sheet.ts";
import { parseLine, type SlashCommand } from "./slash/mod.ts";
import { findTalks } from "./talks.ts";

/** More is not needed to find somebody. */
const FILTER_BYTES = 256;

export function chatKey(chat: Chat, key: KeyEvent): ChatStep {
  if (keyName(key) === "ctrl-c") return unchanged({ ...chat, end: "interrupted" });
  const { over } = chat;
  if (over?.kind === "talks") return listKey(chat, over, key);
  if (over?.kind === "sheet") return sheetKey(chat, over, key);
  if (over?.kind === "found") return foundKey(chat, key);
  if (over?.kind === "question") return questionKey(chat, over, key);
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
      const newest = withoutSearch(cleared.model);
      const send: ChatEffect = { kind: "send", conversation, text: typed.text };
      return withMore(cleared, { ...newest, effects: [...newest.effects, send] });
    }
  }
}

function commanded(chat: Chat, command: SlashCommand, line: string): ChatStep {
  const columns = Math.max(1, chat.size.columns - 2);
  const { generation, conversation, pane } = chat.open;
  const rows = Math.max(0, pane.rows - 2);
  return {
    model: chat,
    effects: [{ kind: "command", generation, conversation, command, line, columns, rows }],
  };
}

function withMore(first: ChatStep, second: ChatStep): ChatStep {
  return { model: second.model, effects: [...first.effects, ...second.effects] };
}

function back(chat: Chat): ChatStep {
  const { pane, found, goal } = chat.open;
  // Whoever came for one message goes back to where it was chosen.
  const isAtGoal = goal !== undefined && goal.position === pane.selected;
  if (isAtGoal) return unchanged({ ...chat, end: "back" });
  if (found !== undefined) return unchanged({ ...chat, over: { kind: "found" } });
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

function questionKey(
  chat: Chat,
  over: Extract<Over, { kind: "question" }>,
  key: KeyEvent,
): ChatStep {
  const name = keyName(key);
  if (name === "escape") return answered(chat, over.no);
  if (name === "enter") {
    const typed = over.answer.text.trim().toLowerCase();
    if (typed === "y" || typed === "yes") return answered(chat, over.yes);
    if (typed === "" || typed === "n" || typed === "no") return answered(chat, over.no);
  }
  const field = { columns: fieldColumns(chat.size), rows: 1 };
  const answer = name === "enter" ? afterSending(over.answer) : editKey(over.answer, key, field);
  return unchanged(answer === undefined ? chat : { ...chat, over: { ...over, answer } });
}

function answered(chat: Chat, answer: Answer): ChatStep {
  const closed = { ...chat, over: undefined };
  if (answer.kind === "leave") return unchanged({ ...closed, end: "back" });
  const effects: ChatEffect[] = answer.accepted === undefined
    ? []
    : [{ kind: "accepted", peerId: answer.accepted }];
  if (answer.kind === "stay") return { model: closed, effects };
  const { conversation } = answer;
  return { model: closed, effects: [...effects, { kind: "open", conversation }] };
}

function foundKey(chat: Chat, key: KeyEvent): ChatStep {
  const { found, pane } = chat.open;
  if (found === undefined) return unchanged({ ...chat, over: undefined });
  const select = (to: number) => {
    const selected = Math.max(0, Math.min(to, found.messages.length - 1));
    return unchanged({ ...chat, open: { ...chat.open, found: { ...found, selected } } });
  };
  switch (keyName(key)) {
    case "up":
    case "alt-up":
      return select(found.selected - 1);
    case "down":
    case "alt-down":
      return select(found.selected + 1);
    case "page-up":
      return select(found.selected - pane.rows);
    case "page-down":
      return select(found.selected + pane.rows);
    case "home":
    case "ctrl-home":
      return select(0);
    case "end":
    case "ctrl-end":
      return select(found.messages.length - 1);
    case "enter": {
      const message = found.messages[found.selected];
      if (message === undefined) return unchanged(chat);
      const { position } = message;
      const shown = { ...chat, over: undefined };
      return withPane(shown, updatePane(pane, { kind: "find", position, search: found.search }));
    }
    case "escape":
      return withoutFound(chat);
  }
  if (key.kind !== "text") return unchanged(chat);
  const closed = withoutFound(chat);
  return withMore(closed, talkKeys(closed.model, key));
}

/** The list of what was found is closed: to the newest messages, where the search began. */
function withoutFound(chat: Chat): ChatStep {
  const quiet = withoutSearch({ ...chat, over: undefined });
  const { pane } = quiet.model.open;
  if (pane.place.kind === "bottom") return quiet;
  return withMore(quiet, withPane(quiet.model, updatePane(pane, { kind: "jump", to: "last" })));
}

/** Nothing is selected, and nothing stands out. */
function withoutSearch(chat: Chat): ChatStep {
  const { open } = chat;
  return withPane(
    { ...chat, open: { ...open, found: undefined } },
    updatePane(open.pane, { kind: "deselect" }),
  );
}

function sheetKey(chat: Chat, over: Extract<Over, { kind: "sheet" }>, key: KeyEvent): ChatStep {
  const { rows } = chat.open.pane;
  const page = shownRows(rows);
  const scroll = (by: number) => {
    const sheet = scrollSheet(over, by, chat.size.columns, rows);
    return unchanged({ ...chat, over: { kind: "sheet", ...sheet } });
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
