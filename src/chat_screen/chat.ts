/**
 * The conversation screen: messages, a line about the other side, a field to write in; over the
 * messages the list of conversations, or what a command says. Pure: an event goes in; the next chat,
 * and what is to be done, come out.
 *
 * Guarantees: what is being written is touched by nothing but keys; each conversation keeps its own
 * draft; a text that could not be saved comes back.
 *
 * Does not know the node (`driver.ts`) and does not draw (`chat_view.ts`).
 */
import type { ReceivedMessage } from "../history/message_record.ts";
import { type Editor, erase, insert, newEditor } from "../terminal/editor/mod.ts";
import type { Size, TerminalEvent } from "../terminal/screen/mod.ts";
import { chatKey } from "./chat_keys.ts";
import type {
  Chat,
  ChatEffect,
  ChatEvent,
  ChatStep,
  Opening,
  OpenTalk,
  Over,
} from "./chat_model.ts";
import { fitted, paneSize, unchanged, withEditor, withNotice, withPane } from "./chat_steps.ts";
import { newFound } from "./found.ts";
import type { PageRequest } from "./history_window.ts";
import { openPane, shownMessages, updatePane } from "./pane.ts";
import type { Question } from "./question.ts";
import { talkKey } from "./talks.ts";

/** The largest message in UTF-8. */
const MOST_BYTES = 32 * 1024;

/** A chat that has not got a size yet. */
export function openChat(
  opening: Opening,
  drafts: ReadonlyMap<string, Editor> = new Map(),
): Chat {
  return {
    size: { columns: 1, rows: 1 },
    focused: true,
    open: newTalk(opening, 0, drafts).talk,
    drafts,
    talks: [],
    over: overOf(opening),
    notice: undefined,
    end: undefined,
  };
}

export function updateChat(chat: Chat, event: ChatEvent | TerminalEvent): ChatStep {
  const { model, effects } = step(chat, event);
  return withShown(chat, model, effects);
}

function step(chat: Chat, event: ChatEvent | TerminalEvent): ChatStep {
  const { open } = chat;
  if ("generation" in event && event.generation !== open.generation) return unchanged(chat);
  switch (event.kind) {
    case "key":
      return chatKey({ ...chat, notice: undefined }, event.key);
    case "resized":
      return resized(chat, event);
    case "focus":
      return unchanged({ ...chat, focused: event.focused });
    case "printed":
      return withNotice(chat, event.line, "bad");
    case "input-ended":
      return unchanged({ ...chat, end: "back" });
    case "page":
    case "page-failed":
      return withPane(chat, updatePane(open.pane, event));
    case "message":
      return withMessage(chat, event);
    case "facts":
      return unchanged({ ...chat, open: { ...open, facts: event.facts } });
    case "speakers":
      return withPane(chat, updatePane(open.pane, event));
    case "answered":
      return answered(chat, event);
    case "talks":
      return unchanged({ ...chat, talks: event.talks });
    case "opened":
      return opened(chat, event);
    case "not-sent":
      return unchanged(withTextBack(chat, event.key, event.text));
    case "question":
      if (chat.over?.kind === "question") return unchanged(chat);
      return unchanged({ ...chat, over: asked(event.question) });
    case "sheet": {
      if (chat.over?.kind === "question") return unchanged(chat);
      const { title, lines, picture } = event;
      return unchanged({ ...chat, over: { kind: "sheet", title, lines, picture, top: 0 } });
    }
    case "found": {
      if (chat.over?.kind === "question") return unchanged(chat);
      const found = newFound(event.search, event.messages);
      return unchanged({ ...chat, open: { ...open, found }, over: { kind: "found" } });
    }
    case "completed":
      return completed(chat, event);
    case "notice":
      return withNotice(chat, event.text, event.tone);
    case "notice-over":
      return unchanged(chat.notice?.id === event.id ? { ...chat, notice: undefined } : chat);
    case "clear":
      return withPane(chat, updatePane(open.pane, { kind: "jump", to: "last" }));
    case "end":
      return unchanged({ ...chat, end: event.end });
  }
}

function completed(
  chat: Chat,
  { text, cursor, completion }: Extract<ChatEvent, { kind: "completed" }>,
): ChatStep {
  const { editor } = chat.open;
  if (editor.text !== text || editor.cursor !== cursor) return unchanged(chat);
  const { from, to, insert: inserted, candidates } = completion;
  const { model, effects } = withEditor(chat, insert(erase(editor, from, to), inserted));
  if (candidates.length < 2) return { model, effects };
  const names = candidates.map((candidate) => candidate.text).join("  ");
  const noticed = withNotice(model, names, "news");
  return { model: noticed.model, effects: [...effects, ...noticed.effects] };
}

function newTalk(
  { conversation, facts, speakers, goal }: Opening,
  generation: number,
  drafts: ReadonlyMap<string, Editor>,
  size: { columns: number; rows: number } = { columns: 1, rows: 1 },
): { talk: OpenTalk; requests: readonly PageRequest[] } {
  const { pane, requests } = openPane({ ...size, speakers });
  const editor = drafts.get(talkKey(conversation)) ?? newEditor({ limitBytes: MOST_BYTES });
  return {
    talk: { generation, conversation, facts, pane, editor, found: undefined, goal },
    requests,
  };
}

/** The first size begins everything; the messages get the room that the rest leaves them. */
function resized(chat: Chat, { columns, rows }: Size): ChatStep {
  const isFirst = chat.size.columns === 1 && chat.size.rows === 1;
  const next = { ...chat, size: { columns, rows } };
  if (!isFirst) return fitted(next);
  const { conversation, facts, pane: { speakers }, goal } = chat.open;
  const { model, effects } = opened(next, { conversation, facts, speakers, goal });
  return { model: { ...model, over: chat.over }, effects: [...effects, { kind: "list" }] };
}

/** Another conversation, with what was being written there before. */
function opened(chat: Chat, opening: Opening): ChatStep {
  const { open, drafts } = chat;
  const kept = new Map(drafts).set(talkKey(open.conversation), open.editor);
  const { talk } = newTalk(opening, open.generation + 1, kept);
  const next = { ...chat, open: talk, drafts: kept, over: overOf(opening) };
  const begun = openPane({ ...paneSize(next), speakers: opening.speakers });
  const { goal } = opening;
  return withPane(
    next,
    goal === undefined ? begun : updatePane(begun.pane, { kind: "find", ...goal }),
  );
}

function overOf({ question }: Opening): Over | undefined {
  return question === undefined ? undefined : asked(question);
}

function asked(question: Question): Over {
  return { kind: "question", answer: newEditor({ limitBytes: MOST_BYTES }), ...question };
}

/** The conversation with the peer takes the place of that with the address, and what is written in it. */
function answered(chat: Chat, opening: Opening): ChatStep {
  const { editor, conversation } = chat.open;
  const drafts = new Map(chat.drafts);
  const key = talkKey(opening.conversation);
  if (editor.text !== "" || !drafts.has(key)) drafts.set(key, editor);
  const { model, effects } = opened({ ...chat, drafts }, opening);
  const kept = new Map(model.drafts);
  kept.delete(talkKey(conversation));
  // A question that stands already is about the same peer, and may be half answered.
  const over = chat.over?.kind === "question" ? chat.over : overOf(opening) ?? chat.over;
  // What was written there is written to this peer: it stays in sight until the page is there.
  const { messages } = chat.open.pane.window;
  const { pane } = model.open;
  const open = {
    ...model.open,
    found: chat.open.found,
    pane: { ...pane, window: { ...pane.window, messages } },
  };
  return { model: { ...model, open, drafts: kept, over }, effects };
}

function withMessage(
  chat: Chat,
  { message, name }: Extract<ChatEvent, { kind: "message" }>,
): ChatStep {
  if (talkKey(message.conversation) === talkKey(chat.open.conversation)) {
    const { model, effects } = withPane(
      chat,
      updatePane(chat.open.pane, { kind: "message", message }),
    );
    const inSight = chat.focused && chat.over === undefined &&
      shownMessages(model.open.pane).some(({ position }) => position === message.position);
    const ring: ChatEffect[] = message.direction === "out" || inSight
      ? []
      : [{ kind: "ring", message, name }];
    return { model, effects: [...effects, ...ring, { kind: "list" }] };
  }
  if (message.direction === "out") return { model: chat, effects: [{ kind: "list" }] };
  const text = `${name}: ${message.text}`;
  const { model, effects } = withNotice(chat, text, "news");
  return { model, effects: [...effects, { kind: "ring", message, name }, { kind: "list" }] };
}

/** A field that is in use keeps what is in it: the text can be had with the Up key. */
function withTextBack(chat: Chat, key: string, text: string): Chat {
  const isOpen = key === talkKey(chat.open.conversation);
  const editor = isOpen ? chat.open.editor : chat.drafts.get(key);
  if (editor === undefined || editor.text !== "") return chat;
  const sent = editor.sent.at(-1) === text ? editor.sent.slice(0, -1) : editor.sent;
  const back = newEditor({ limitBytes: MOST_BYTES, sent, draft: text });
  if (isOpen) return { ...chat, open: { ...chat.open, editor: back } };
  return { ...chat, drafts: new Map(chat.drafts).set(key, back) };
}

/** Tells which incoming messages have come onto the screen. */
function withShown(before: Chat, chat: Chat, effects: readonly ChatEffect[]): ChatStep {
  const isNews = before.open.pane !== chat.open.pane || before.over !== undefined;
  if (!isNews || chat.over !== undefined) return { model: chat, effects };
  const messages = shownMessages(chat.open.pane)
    .filter((message): message is ReceivedMessage => message.direction === "in");
  if (messages.length === 0) return { model: chat, effects };
  return { model: chat, effects: [...effects, { kind: "shown", messages }] };
}
