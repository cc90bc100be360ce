/**
 * The conversation screen in words: what it knows, what happens to it, what it asks for. Types only;
 * `chat.ts` says what follows from what.
 */
import type { Conversation, MessageRecord, ReceivedMessage } from "../history/message_record.ts";
import type { Editor } from "../terminal/editor/mod.ts";
import type { Size } from "../terminal/screen/mod.ts";
import type { Facts } from "./facts.ts";
import type { Found } from "./found.ts";
import type { PageRequest } from "./history_window.ts";
import type { Speakers } from "./message_rows.ts";
import type { Pane, PaneEvent } from "./pane.ts";
import type { Question } from "./question.ts";
import type { Sheet } from "./sheet.ts";
import type { Completion, Picture, SlashCommand } from "./slash/mod.ts";
import type { Talk } from "./talks.ts";
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
  /** What a command says. */
  | ({ readonly kind: "sheet" } & Sheet)
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
