/**
 * Joins the conversation screen with a node: reads pages, sends, tells what happens, marks what was
 * shown. Every failure becomes a line on the screen; what ends it is the person, the terminal, or the
 * node of another process that is gone.
 */
import { v7 } from "uuid";
import { ChatError } from "../errors.ts";
import type { Conversation, MessageRecord, ReceivedMessage } from "../history/message_record.ts";
import type { ChatNode, HistoryQuery, NodeEvent } from "../node/chat_node.ts";
import type { Editor } from "../terminal/editor/mod.ts";
import { startProgress } from "../terminal/progress.ts";
import { sanitise } from "../terminal/sanitise.ts";
import {
  type ColorDepth,
  runScreen,
  type TerminalEvent,
  type View,
} from "../terminal/screen/mod.ts";
import type { ScreenTerminal } from "../terminal/screen_terminal.ts";
import { openChat, updateChat } from "./chat.ts";
import type { Chat, ChatEffect, ChatEvent, Goal, Opening } from "./chat_model.ts";
import { drawChat } from "./chat_view.ts";
import { doubtAbout, rivalDoubt } from "./another_peer.ts";
import type { PageRequest } from "./history_window.ts";
import {
  conversationOf,
  factsOf,
  lastSeenOf,
  recipientOf,
  speakersOf,
  talkName,
  talksOf,
} from "./node_view.ts";
import { aboutRival, beforeWriting } from "./question.ts";
import { completeSlash, knownTo, runSlash } from "./slash/mod.ts";
import { talkKey } from "./talks.ts";

/** How often ages and round-trip times are looked at again. */
const LOOK_MS = 5_000;
/** How long a line about something stays where nobody presses a key. */
const NOTICE_MS = 8_000;
/** Changes that come together are looked at together. */
const GATHER_MS = 50;
/** Messages that are known to be marked; beyond that all are told once more, which does no harm. */
const MOST_MARKED = 10_000;

export interface ChatInit {
  readonly node: ChatNode;
  readonly terminal: ScreenTerminal;
  readonly conversation: Conversation;
  /** A message of it to show first, and what was searched for. */
  readonly goal?: Goal | undefined;
  /** What was being written, from an earlier screen. */
  readonly drafts?: ReadonlyMap<string, Editor>;
  /**
   * Where this goes on with what another screen began: what that one did not know to be saved goes out
   * first, and what was typed in between counts.
   */
  readonly before?: { readonly unsent: readonly UnsentMessage[] } | undefined;
  readonly depth: ColorDepth;
  /** Takes messages that are on the screen now. */
  readonly printed: (messages: readonly ReceivedMessage[]) => void;
  /** Draws the attention of somebody who looks elsewhere; `name` is who the message is from. */
  readonly ring: (message: MessageRecord, name: string) => void;
  readonly now: () => number;
  /** Ends it with its reason. */
  readonly signal: AbortSignal;
}

/** A message of which no node has said yet that it is saved; what has its id is saved but once. */
export interface UnsentMessage {
  readonly id: string;
  readonly conversation: Conversation;
  readonly text: string;
}

/** Where it was left. */
export interface ChatLeft {
  readonly chat: Chat;
  /** Why it could not go on; undefined where the person left. */
  readonly error: unknown;
  /** What was still being saved when the node of another process was gone. */
  readonly unsent: readonly UnsentMessage[];
  /** Texts that could not be saved when the screen was gone already; not yet safe for a terminal. */
  readonly unsaved: readonly string[];
}

/**
 * Shows a conversation until the person leaves, or cannot go on.
 * @throws what the node says of the conversation at the beginning
 */
export async function runChat(init: ChatInit): Promise<ChatLeft> {
  const driver = new ChatDriver(init);
  const opening = await driver.firstOpening();
  const model = openChat({ ...opening, goal: init.goal }, init.drafts);
  return await driver.run(model);
}

class ChatDriver {
  readonly #init: ChatInit;
  readonly #marked = new Set<number>();
  #tell: (event: ChatEvent) => void = () => {};
  /** The chat as it is now. */
  #chat: Chat | undefined;
  readonly #unsent = new Map<string, UnsentMessage>();
  readonly #unsaved: string[] = [];
  #listening = false;
  #lastSeen: number | undefined;
  /** Who has answered at an address, by `talkKey()`. */
  readonly #answeredAt = new Map<string, string>();
  /** Peers that look like others, about whom the person has decided. */
  readonly #accepted = new Set<string>();
  readonly #due = new Map<"look" | "list", ReturnType<typeof setTimeout>>();

  constructor(init: ChatInit) {
    this.#init = init;
  }

  /** The conversation to begin with; whoever is at an address now may take a while to answer. */
  async firstOpening(): Promise<Opening> {
    const { terminal, conversation, signal } = this.#init;
    using _progress = startProgress(terminal, "looking who is there", { signal });
    return await this.opening(conversation, undefined);
  }

  /** @param before where no leads, if the person is asked; undefined: out */
  async opening(
    conversation: Conversation,
    before: Conversation | undefined,
  ): Promise<Opening> {
    const { node, now, signal } = this.#init;
    const doubt = await doubtAbout(recipientOf(conversation), node, signal);
    const isOpen = doubt === undefined || this.#accepted.has(doubt.peerId);
    this.#lastSeen = await lastSeenOf(node, conversation);
    const { facts } = await factsOf(node, conversation, this.#lastSeen, now());
    return {
      conversation,
      facts,
      speakers: speakersOf(node, conversation, facts.verified === true),
      question: isOpen ? undefined : beforeWriting(doubt, before),
    };
  }

  async run(model: Chat): Promise<ChatLeft> {
    const { terminal, depth, signal } = this.#init;
    this.#chat = model;
    for (const message of this.#init.before?.unsent ?? []) await this.#send(message, this.#tell);
    const view: View<Chat, ChatEvent, ChatEffect> = {
      model,
      update: (chat, event: ChatEvent | TerminalEvent) => {
        const step = updateChat(chat, event);
        this.#chat = step.model;
        return step;
      },
      draw: drawChat,
      ended: ({ end }) => end !== undefined,
      perform: (effect, tell, over) => this.#perform(effect, tell, over),
    };
    try {
      const chat = await runScreen(terminal, view, {
        depth,
        signal,
        earlyKeys: this.#init.before === undefined ? "drop" : "keep",
        listen: (tell) => this.#listen(tell),
      });
      return { chat, error: undefined, ...this.#left() };
    } catch (error) {
      return { chat: this.#chat ?? model, error, ...this.#left() };
    }
  }

  #left(): Pick<ChatLeft, "unsent" | "unsaved"> {
    return { unsent: [...this.#unsent.values()], unsaved: this.#unsaved };
  }

  #listen(tell: (event: ChatEvent) => void): Disposable {
    this.#tell = tell;
    this.#listening = true;
    const events = this.#init.node.subscribe((event) => this.#take(event));
    const looking = setInterval(() => this.#soon("look"), LOOK_MS);
    return {
      [Symbol.dispose]: () => {
        clearInterval(looking);
        for (const timer of this.#due.values()) clearTimeout(timer);
        this.#due.clear();
        events[Symbol.dispose]();
        this.#tell = () => {};
        this.#listening = false;
      },
    };
  }

  #take(event: NodeEvent): void {
    const { node } = this.#init;
    const here = this.#open?.conversation;
    if (event.event === "message" || event.event === "state") {
      const { message } = event;
      this.#tell({ kind: "message", message, name: talkName(node, message.conversation) });
      this.#soon("look");
    } else if (event.event === "notice") {
      this.#tell({ kind: "notice", text: event.text, tone: "news" });
    } else {
      const { peer } = event;
      if (here?.kind === "peer" && here.peerId === peer.peerId) this.#lastSeen = peer.lastSeen;
      else if (here?.kind === "peer" && event.event === "peer-up") {
        this.#compare(peer.peerId, here.peerId).catch((error) => this.#say(error, this.#tell));
      }
      this.#soon("look");
    }
  }

  async #perform(
    effect: ChatEffect,
    tell: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    switch (effect.kind) {
      case "read":
        return await this.#read(effect, tell);
      case "send": {
        const { conversation, text } = effect;
        return await this.#send({ id: v7(), conversation, text }, tell);
      }
      case "command":
        return await this.#trying(tell, () => this.#command(effect, tell, signal));
      case "complete":
        return await this.#trying(tell, async () => {
          const { text, cursor } = effect;
          const completion = completeSlash(text, cursor, await knownTo(this.#init.node));
          if (completion !== undefined) tell({ kind: "completed", text, cursor, completion });
        });
      case "shown":
        return await this.#shown(effect.messages);
      case "find":
        return await this.#trying(tell, async () => {
          const recipient = await this.#init.node.resolve(effect.text);
          tell({
            kind: "opened",
            ...await this.opening(conversationOf(recipient), this.#open?.conversation),
          });
        });
      case "open":
        return await this.#trying(tell, async () => {
          tell({
            kind: "opened",
            ...await this.opening(effect.conversation, this.#open?.conversation),
          });
        });
      case "accepted":
        this.#accepted.add(effect.peerId);
        return;
      case "list":
        return this.#soon("list");
      case "ring":
        return this.#init.ring(effect.message, effect.name);
      case "expire":
        setTimeout(() => this.#tell({ kind: "notice-over", id: effect.id }), NOTICE_MS);
    }
  }

  async #read(
    { generation, conversation, request }: Extract<ChatEffect, { kind: "read" }>,
    tell: (event: ChatEvent) => void,
  ): Promise<void> {
    const { id } = request;
    try {
      const messages = await readPage(this.#init.node, conversation, request);
      tell({ kind: "page", generation, id, messages });
    } catch (error) {
      tell({ kind: "page-failed", generation, id });
      this.#say(error, tell);
    }
  }

  async #send(message: UnsentMessage, tell: (event: ChatEvent) => void): Promise<void> {
    const { id, conversation, text } = message;
    this.#unsent.set(id, message);
    try {
      await this.#init.node.send(recipientOf(conversation), text, { id });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      // Whether it is saved only the next node knows.
      if (error.code === "node-stopped") return;
      if (!this.#isShown) this.#unsaved.push(text);
      else {
        tell({ kind: "not-sent", key: talkKey(conversation), text });
        this.#say(error, tell, "not sent: ");
      }
    }
    this.#unsent.delete(id);
  }

  async #command(
    { command, generation, conversation, line, columns, rows }: Extract<
      ChatEffect,
      { kind: "command" }
    >,
    tell: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { node, now, depth } = this.#init;
    const recipient = recipientOf(conversation);
    const pictures = { rows, colors: depth !== "none" };
    const outcome = await runSlash(command, { node, recipient, now, signal, columns, pictures });
    switch (outcome.kind) {
      case "lines":
        tell({
          kind: "sheet",
          title: sanitise(line),
          lines: outcome.lines,
          picture: outcome.picture,
        });
        break;
      case "found":
        tell({
          kind: "found",
          generation: this.#generationNow(generation, conversation),
          search: outcome.query,
          messages: outcome.messages,
        });
        break;
      case "open":
        tell({
          kind: "opened",
          ...await this.opening(conversationOf(outcome.recipient), conversation),
        });
        break;
      case "clear":
        tell({ kind: "clear" });
        break;
      case "quit":
        tell({ kind: "end", end: "quit" });
    }
    this.#soon("look");
    this.#soon("list");
  }

  /** Only what the terminal has taken was shown. */
  async #shown(messages: readonly ReceivedMessage[]): Promise<void> {
    const fresh = messages.filter(({ position }) => !this.#marked.has(position));
    if (fresh.length === 0) return;
    if (this.#marked.size > MOST_MARKED) this.#marked.clear();
    for (const { position } of fresh) this.#marked.add(position);
    await this.#init.terminal.flush();
    this.#init.printed(fresh);
    this.#soon("list");
  }

  /** Does `work`; what goes wrong becomes a line. */
  async #trying(tell: (event: ChatEvent) => void, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#say(error, tell);
    }
  }

  /** @throws `error` where it is none for people; the end of the node ends the screen by itself */
  #say(error: unknown, tell: (event: ChatEvent) => void, before = ""): void {
    if (!(error instanceof ChatError)) throw error;
    const hint = error.hint === undefined ? "" : ` (${error.hint})`;
    tell({ kind: "notice", text: sanitise(`${before}${error.message}${hint}`), tone: "bad" });
  }

  #soon(what: "look" | "list"): void {
    if (this.#due.has(what)) return;
    const look = () => {
      this.#due.delete(what);
      const looking = what === "look" ? this.#look() : this.#list();
      // What cannot be read now is read again soon enough.
      looking.catch((error) => this.#say(error, this.#tell));
    };
    this.#due.set(what, setTimeout(look, GATHER_MS));
  }

  async #look(): Promise<void> {
    const open = this.#open;
    if (open === undefined) return;
    const { node, now } = this.#init;
    const { generation, conversation } = open;
    const { facts, answered } = await factsOf(node, conversation, this.#lastSeen, now());
    if (answered !== undefined) return await this.#answered(generation, answered);
    this.#tell({ kind: "facts", generation, facts });
    const { speakers } = open.pane;
    const next = speakersOf(node, conversation, facts.verified === true);
    const [before] = speakers.others.values();
    const [after] = next.others.values();
    if (before?.name !== after?.name) this.#tell({ kind: "speakers", generation, speakers: next });
  }

  /** Whether somebody who has come could be taken for the peer of the conversation. */
  async #compare(newcomer: string, peerId: string): Promise<void> {
    if (this.#accepted.has(newcomer)) return;
    const generation = this.#open?.generation;
    const doubt = await rivalDoubt(newcomer, peerId, this.#init.node);
    if (doubt === undefined || generation === undefined) return;
    this.#tell({ kind: "question", generation, question: aboutRival(doubt) });
  }

  /** That of the conversation as it is now, where somebody has answered at its address meanwhile. */
  #generationNow(generation: number, asked: Conversation): number {
    const open = this.#open;
    if (open === undefined || asked.kind === "peer") return generation;
    const isSame = this.#answeredAt.get(talkKey(asked)) === talkKey(open.conversation);
    return isSame ? open.generation : generation;
  }

  /** Messages for the address are for this peer from now on. */
  async #answered(generation: number, peerId: string): Promise<void> {
    const before = this.#open?.conversation;
    if (before?.kind === "address") this.#answeredAt.set(talkKey(before), peerId);
    const opening = await this.opening({ kind: "peer", peerId }, undefined);
    this.#tell({ kind: "answered", generation, ...opening });
  }

  async #list(): Promise<void> {
    this.#tell({ kind: "talks", talks: await talksOf(this.#init.node) });
  }

  /** Whether what is told now still comes to the screen. */
  get #isShown(): boolean {
    return this.#listening && this.#chat?.end === undefined;
  }

  get #open(): Chat["open"] | undefined {
    return this.#chat?.open;
  }
}

async function readPage(
  node: ChatNode,
  conversation: Conversation,
  { range, limit }: PageRequest,
): Promise<MessageRecord[]> {
  const query: HistoryQuery = { conversation: recipientOf(conversation), limit };
  switch (range.from) {
    case "first":
      return await node.history({ ...query, after: 0 });
    case "last":
      return await node.history(query);
    case "before":
      return await node.history({ ...query, before: range.position });
    case "after":
      return await node.history({ ...query, after: range.position });
    case "around": {
      const half = limit / 2;
      const [before, behind] = await Promise.all([
        node.history({ ...query, limit: half, before: range.position }),
        node.history({ ...query, limit: half, after: range.position - 1 }),
      ]);
      return [...before, ...behind];
    }
  }
}
