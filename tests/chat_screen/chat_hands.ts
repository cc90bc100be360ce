/** A conversation screen that is driven by hand: keys in, a grid out, effects kept or answered. */
import { openChat, updateChat } from "../../src/chat_screen/chat.ts";
import type { Chat, ChatEffect, ChatEvent, ChatStep } from "../../src/chat_screen/chat_model.ts";
import { drawChat } from "../../src/chat_screen/chat_view.ts";
import type { Facts } from "../../src/chat_screen/facts.ts";
import type { Talk } from "../../src/chat_screen/talks.ts";
import type { Conversation, MessageRecord } from "../../src/history/message_record.ts";
import { type KeyEvent, keyEvent } from "../../src/terminal/keys/mod.ts";
import type { Grid, TerminalEvent } from "../../src/terminal/screen/mod.ts";
import { ANN, at, conversation, pageOf, SPEAKERS } from "./conversation.ts";

export const WITH_ANN: Conversation = { kind: "peer", peerId: ANN };
export const WITH_BOB: Conversation = { kind: "peer", peerId: "12D3KooWBob" };

export function facts(some: Partial<Facts> = {}): Facts {
  return {
    name: "ann",
    verified: false,
    classic: false,
    blocked: false,
    link: { path: "direct", roundTripMs: 12, since: at(13, 58) },
    lastSeen: undefined,
    waiting: 0,
    nextAttempt: undefined,
    now: at(14),
    ...some,
  };
}

export function talk(some: Partial<Talk> = {}): Talk {
  return {
    conversation: WITH_BOB,
    name: "bob",
    color: 2,
    unread: 0,
    waiting: 0,
    last: { text: "see you", own: false, time: at(13) },
    ...some,
  };
}

export class ChatHands {
  chat: Chat;
  /** Those that were not answered here. */
  readonly effects: ChatEffect[] = [];
  readonly histories: Map<string, readonly MessageRecord[]>;

  constructor(
    size: { columns: number; rows: number } = { columns: 80, rows: 12 },
    history: readonly MessageRecord[] = conversation(30),
  ) {
    this.histories = new Map([[ANN, history]]);
    this.chat = openChat({ conversation: WITH_ANN, facts: facts(), speakers: SPEAKERS });
    this.tell({ kind: "resized", ...size });
  }

  tell(...events: readonly (ChatEvent | TerminalEvent)[]): this {
    for (const event of events) this.#take(updateChat(this.chat, event));
    return this;
  }

  /** Types texts, and presses what stands between angle brackets: `hello<enter>`, `<ctrl-o>`. */
  press(...words: readonly string[]): this {
    for (const word of words) {
      for (const part of word.match(/<[a-z0-9-]+>|[^<]+/g) ?? []) {
        this.tell({ kind: "key", key: key(part) });
      }
    }
    return this;
  }

  get grid(): Grid {
    return drawChat(this.chat, this.chat.size);
  }

  get screen(): string {
    return `\n${this.grid}\n`;
  }

  get rows(): string[] {
    return String(this.grid).split("\n");
  }

  /** Effects of a kind, which are taken out. */
  take<Kind extends ChatEffect["kind"]>(kind: Kind): Extract<ChatEffect, { kind: Kind }>[] {
    const isOne = (effect: ChatEffect): effect is Extract<ChatEffect, { kind: Kind }> =>
      effect.kind === kind;
    const taken = this.effects.filter(isOne);
    const others = this.effects.filter((effect) => !isOne(effect));
    this.effects.splice(0, Infinity, ...others);
    return taken;
  }

  #take({ model, effects }: ChatStep): void {
    this.chat = model;
    for (const effect of effects) {
      if (effect.kind !== "read") {
        this.effects.push(effect);
        continue;
      }
      const { generation, conversation: of, request } = effect;
      const history = this.histories.get(of.kind === "peer" ? of.peerId : "") ?? [];
      const messages = pageOf(history, request);
      this.tell({ kind: "page", generation, id: request.id, messages });
    }
  }
}

function key(part: string): KeyEvent {
  const name = /^<(.+)>$/.exec(part)?.[1];
  if (name === undefined) return { kind: "text", text: part };
  const [, modifiers = "", last = ""] = /^((?:ctrl-|alt-|shift-)*)(.+)$/.exec(name) ?? [];
  return keyEvent(last, {
    ctrl: modifiers.includes("ctrl-"),
    alt: modifiers.includes("alt-"),
    shift: modifiers.includes("shift-"),
  });
}
