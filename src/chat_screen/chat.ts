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
import type { Conversation, MessageRecord, ReceivedMessage } from "../history/message_record.ts";
import type { Size, TerminalEvent } from "../terminal/screen/mod.ts";
import { type Editor, erase, insert, layOutEditor, newEditor } from "../terminal/editor/mod.ts";
import { chatKey } from "./chat_keys.ts";
import type { Facts } from "./facts.ts";
import { type Found, newFound } from "./found.ts";
import type { PageRequest } from "./history_window.ts";
import type { Speakers } from "./message_rows.ts";
import { openPane, type Pane, type PaneEvent, shownMessages, updatePane } from "./pane.ts";
import type { PaneStep } from "./pane.ts";
import type { Question } from "./question.ts";
import type { Completion, Picture, SlashCommand } from "./slash/mod.ts";
import { type Talk, talkKey } from "./talks.ts";

export interface Chat {
  readonly size: Size;
  /** Whether the terminal has the keyboard. */
  readonly focused: boolean;
  readonly open: OpenTalk;
  /** What is being written in the other conversations, by `talkKey()`. */
  readonly drafts: ReadonlyMap<string, Editor>;
  /** Newest first. */
  readonly talks: readonly Talk[];
  readonly over: Over | undefined;
  readonly notice: Notice | undefined;
  readonly end: ChatEnd | undefined;
}

/** The conversation that is shown. */
export interface OpenTalk {
  /** Raised with every other conversation: what was asked for the one before is not for this one. */
  readonly generation: number;
  readonly conversation: Conversation;
  readonly facts: Facts;
  readonly pane: Pane;
  readonly editor: Editor;
  /** What a search in it found, while one looks through that. */
  readonly found: Found | undefined;
  /** The message for which it was opened. */
  readonly goal: Goal | undefined;
}

/** A message that a search has found. */
export interface Goal {
  readonly position: number;
  readonly search: string;
}

/** What stands over the messages. */
export type Over =
  /** The list of conversations; `filter` is what is typed to find one. */
  | { readonly kind: "talks"; readonly filter: Editor; readonly selected: number }
  /** What a command says, line by line, terminal-safe; `top` is the first one that is shown. */
  | {
    readonly kind: "sheet";
    readonly title: string;
    readonly lines: readonly string[];
    /** Beside the lines. */
    readonly picture?: Picture | undefined;
    readonly top: number;
  }
  /** What a search found: `OpenTalk.found`. */
  | { readonly kind: "found" }
  /** A whole answer with Enter, since it may come while somebody types. */
  | ({ readonly kind: "question"; readonly answer: Editor } & Question);

/** One line that is gone with the next key, or after a while. */
export interface Notice {
  readonly id: number;
  /** Terminal-safe. */
  readonly text: string;
  readonly tone: "news" | "bad";
}

/** `back`: to where the screen was opened from; `quit`: out of the program. */
export type ChatEnd = "back" | "quit" | "interrupted";

export type ChatEvent =
  | { readonly kind: "page"; readonly generation: number } & Omit<PageAnswer, "kind">
  | { readonly kind: "page-failed"; readonly generation: number; readonly id: number }
  /** Come in, written here, or in another state; `name` is who it is from or for. */
  | { readonly kind: "message"; readonly message: MessageRecord; readonly name: string }
  | { readonly kind: "facts"; readonly generation: number; readonly facts: Facts }
  | { readonly kind: "speakers"; readonly generation: number; readonly speakers: Speakers }
  /** Somebody has answered at the address: from now on the conversation is with that peer. */
  | ({ readonly kind: "answered"; readonly generation: number } & Opening)
  /** Nothing else is to be done before it is answered. */
  | { readonly kind: "question"; readonly generation: number; readonly question: Question }
  | { readonly kind: "talks"; readonly talks: readonly Talk[] }
  | ({ readonly kind: "opened" } & Opening)
  /** `text` could not be saved. */
  | { readonly kind: "not-sent"; readonly key: string; readonly text: string }
  | {
    readonly kind: "sheet";
    readonly title: string;
    readonly lines: readonly string[];
    readonly picture?: Picture | undefined;
  }
  /** At least one message of the conversation, oldest first. */
  | {
    readonly kind: "found";
    readonly generation: number;
    readonly search: string;
    readonly messages: readonly MessageRecord[];
  }
  /** What Tab makes of `text`, if that is still what is written. */
  | {
    readonly kind: "completed";
    readonly text: string;
    readonly cursor: number;
    readonly completion: Completion;
  }
  | { readonly kind: "notice"; readonly text: string; readonly tone: Notice["tone"] }
  | { readonly kind: "notice-over"; readonly id: number }
  | { readonly kind: "clear" }
  | { readonly kind: "end"; readonly end: ChatEnd };

type PageAnswer = Extract<PaneEvent, { kind: "page" }>;

export type ChatEffect =
  /** To be answered with `page` or `page-failed`. */
  | {
    readonly kind: "read";
    readonly generation: number;
    readonly conversation: Conversation;
    readonly request: PageRequest;
  }
  | { readonly kind: "send"; readonly conversation: Conversation; readonly text: string }
  | {
    readonly kind: "command";
    readonly generation: number;
    readonly conversation: Conversation;
    readonly command: SlashCommand;
    /** As it was typed, for the title of what comes of it. */
    readonly line: string;
    /** Room for what it says. */
    readonly columns: number;
    readonly rows: number;
  }
  /** To be answered with `completed`. */
  | { readonly kind: "complete"; readonly text: string; readonly cursor: number }
  /** These are on the screen now. */
  | { readonly kind: "shown"; readonly messages: readonly ReceivedMessage[] }
  /** Whoever `text` means is to be opened. */
  | { readonly kind: "find"; readonly text: string }
  | { readonly kind: "open"; readonly conversation: Conversation }
  /** The person knows now that this is another peer. */
  | { readonly kind: "accepted"; readonly peerId: string }
  | { readonly kind: "list" }
  /** Something came in that is not in sight; `name` is who it is from. */
  | { readonly kind: "ring"; readonly message: MessageRecord; readonly name: string }
  /** To be answered with `notice-over` after a while. */
  | { readonly kind: "expire"; readonly id: number };

export interface ChatStep {
  readonly model: Chat;
  readonly effects: readonly ChatEffect[];
}

/** A conversation to be shown. */
export interface Opening {
  readonly conversation: Conversation;
  readonly facts: Facts;
  readonly speakers: Speakers;
  /** To be answered first. */
  readonly question?: Question | undefined;
  /** The message to show; without one the newest. */
  readonly goal?: Goal | undefined;
}

/** The largest message in UTF-8. */
const MOST_BYTES = 32 * 1024;
/** Rows of the field at most, and what has to stay for the messages and the line between. */
const MOST_EDITOR_ROWS = 6;
const OTHER_ROWS = 3;
/** What stands before what is written. */
export const PROMPT = "> ";

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

function fitted(chat: Chat): ChatStep {
  const { columns, rows } = paneSize(chat);
  const { pane } = chat.open;
  if (pane.columns === columns && pane.rows === rows) return unchanged(chat);
  return withPane(chat, updatePane(pane, { kind: "resize", columns, rows }));
}

function paneSize(chat: Chat): Size {
  const { columns, rows } = chat.size;
  return { columns, rows: Math.max(1, rows - 1 - editorRows(chat)) };
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
  return { model: { ...model, drafts: kept, over: overOf(opening) ?? chat.over }, effects };
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
    const unseen = message.direction === "in" && !chat.focused;
    const ring: ChatEffect[] = unseen ? [{ kind: "ring", message, name }] : [];
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
