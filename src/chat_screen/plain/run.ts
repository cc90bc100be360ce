/**
 * The plain form of the conversation: line by line, for screen readers, pipes and terminals that cannot
 * be drawn on. Each line that is typed is a message, or a slash command; what arrives is printed as it
 * comes. Nothing is ever painted over: no cursor moves, no colours, no signs that are not words.
 *
 * What belongs to the conversation goes to standard output, remarks beside it to standard error. The
 * terminal keeps its own line input, so on a screen what arrives may stand in the middle of the line
 * that is being typed; what was typed is not lost.
 */
import { CLASSIC_WORDS, isClassicId } from "../../config/classic_id.ts";
import { either } from "../../deadline.ts";
import { ChatError } from "../../errors.ts";
import type { OwnMessage } from "../../history/message_record.ts";
import type { NodeEvent, Recipient } from "../../node/chat_node.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { DOUBT_HINT, doubtAbout, rivalDoubt } from "../another_peer.ts";
import { keepContact } from "../keep_contact.ts";
import { MessageLines, stateLine } from "../message_lines.ts";
import { shortPeerId } from "../../node/recipient.ts";
import { departureText, otherName, recipientText } from "../peer_text.ts";
import {
  errorLines,
  parseLine,
  runSlash,
  type SlashCommand,
  type SlashOutcome,
} from "../slash/mod.ts";
import type { TalkEnding, TalkInit } from "../talk.ts";
import { OwnLines } from "./own_lines.ts";
import { Reader } from "./reader.ts";

/**
 * How long the end of the input waits for acknowledgements of what was just written: as the menu does,
 * answered by a script.
 */
const LAST_WORDS_MS = 5_000;
/** A person who leaves does not want to wait; one who answers at once is still waited for. */
const QUIT_MS = 1_000;
/** Of a message in another conversation: enough to know whether to look. */
const EXCERPT_COLUMNS = 60;
const ENDED = "the conversation has ended";
/** Lines are read one by one. */
const COLUMNS = Infinity;

/** How a conversation was left; `open`: for another one. */
type Left = "open" | "quit" | "input-over";

/**
 * Has conversations until the person leaves, the input ends, or the program is to end.
 * @throws ChatError where the history cannot be read, or a line of the input is too long
 */
export async function runPlain(init: TalkInit): Promise<TalkEnding> {
  const finished = new AbortController();
  const ended = either(either(init.signal, init.terminal.closed), init.session.ended);
  const stop = either(ended, finished.signal);
  try {
    return await new PlainTalk(init, stop).run();
  } finally {
    finished.abort(new DOMException(ENDED, "AbortError"));
  }
}

class PlainTalk {
  readonly #init: TalkInit;
  readonly #stop: AbortSignal;
  #recipient: Recipient;
  /** The conversation before this one. */
  #before: Recipient | undefined;
  /** Peers that look like others, about whom the person has decided. */
  readonly #accepted = new Set<string>();
  #reader: Reader | undefined;
  #own: OwnLines | undefined;
  #unsaved = 0;

  constructor(init: TalkInit, stop: AbortSignal) {
    this.#init = init;
    this.#stop = stop;
    this.#recipient = init.recipient;
  }

  async run(): Promise<TalkEnding> {
    const { session, terminal, now } = this.#init;
    using own = new OwnLines({
      session,
      print: (line) => terminal.print(line),
      line: (message) => this.#stateLine(message),
      now,
      signal: this.#stop,
    });
    this.#own = own;
    using _events = session.follow({ onEvent: (event) => this.#take(event) });
    const input = terminal.lines({ signal: this.#stop })[Symbol.asyncIterator]();
    let kind: TalkEnding["kind"] = "stopped";
    try {
      let left = await this.#converse(own, input);
      while (left === "open") left = await this.#converse(own, input);
      if (own.mayBeSoon) await own.settled(left === "quit" ? QUIT_MS : LAST_WORDS_MS);
      kind = left;
    } catch (error) {
      if (!this.#stop.aborted) throw error;
      kind = "stopped";
    }
    this.#lastWords(own.pending.length);
    return { kind, unsaved: this.#unsaved };
  }

  /** One conversation. */
  async #converse(own: OwnLines, input: AsyncIterator<string>): Promise<Left> {
    const leaving = new AbortController();
    const signal = either(this.#stop, leaving.signal);
    const { session, terminal, history, now } = this.#init;
    const reader = new Reader({
      session,
      terminal,
      recipient: () => this.#recipient,
      history,
      isTyped: (id) => own.isTyped(id),
      now,
    });
    this.#reader = reader;
    await this.#introduce();
    const aside = [
      reader.run(signal),
      keepContact(session, this.#recipient, signal, (peerId) => this.#answered(peerId)),
    ];
    const main = reader.opened.then(() => this.#listen(own, input));
    try {
      // The others end with the signal, or by an error.
      return await Promise.race([main, Promise.all(aside).then(() => main)]);
    } finally {
      leaving.abort(new DOMException(ENDED, "AbortError"));
      // Reading the input ends only with the program: who failed beside it must not wait for a line.
      main.catch(() => {});
      await Promise.allSettled(aside);
    }
  }

  /** Who it is, in a line, and how to begin. */
  async #introduce(): Promise<void> {
    const { session, terminal } = this.#init;
    const recipient = this.#recipient;
    const peerId = recipient.kind === "peer" ? recipient.peerId : undefined;
    const [active, contacts] = await session.ask((node) =>
      Promise.all([node.peers(), node.contacts()])
    );
    const contact = contacts.find((each) => each.peerId === peerId);
    const words = [
      recipientText(recipient, this.#displayName),
      ...(peerId === undefined ? [] : [
        isClassicId(peerId)
          ? CLASSIC_WORDS
          : contact?.verifiedAt === undefined
          ? "not verified"
          : "verified",
      ]),
      ...(contact?.blockedAt === undefined ? [] : ["blocked"]),
      active.some((each) => each.peerId === peerId) ? "connected" : "not connected",
    ];
    terminal.remark(`conversation with ${words.join(", ")}`);
    terminal.remark("each line is a message; /help shows the commands, /quit leaves");
  }

  /**
   * Where the peer is not the one that the person knows by this address or name: asks.
   * @returns undefined: go on
   */
  async #decide(input: AsyncIterator<string>): Promise<Left | undefined> {
    const recipient = this.#recipient;
    const doubt = await this.#init.session.ask((node) => doubtAbout(recipient, node, this.#stop));
    if (doubt === undefined || this.#accepted.has(doubt.peerId)) return undefined;
    this.#remark([doubt.text, `${DOUBT_HINT}: p2p-chat contact verify.`]);
    for (;;) {
      this.#remark(["Write to it all the same? Answer yes or no."]);
      const next = await input.next();
      this.#stop.throwIfAborted();
      if (next.done === true) return "input-over";
      const answer = next.value.trim().toLowerCase();
      if (answer === "yes" || answer === "y") {
        this.#accepted.add(doubt.peerId);
        return undefined;
      }
      if (answer !== "no" && answer !== "n") continue;
      if (this.#before === undefined) return "quit";
      this.#recipient = this.#before;
      this.#before = undefined;
      return "open";
    }
  }

  /** Takes what is typed. */
  async #listen(own: OwnLines, input: AsyncIterator<string>): Promise<Left> {
    const decided = await this.#decide(input);
    if (decided !== undefined) return decided;
    for (;;) {
      this.#stop.throwIfAborted();
      const next = await input.next();
      if (next.done === true) return "input-over";
      const typed = parseLine(next.value);
      if (typed.kind === "message") await this.#send(typed.text, own);
      else if (typed.kind === "wrong") this.#remark(errorLines(typed, COLUMNS));
      else if (typed.kind === "command") {
        const outcome = await this.#run(typed.command);
        if (outcome.kind === "quit") return "quit";
        if (outcome.kind === "open") {
          this.#before = this.#recipient;
          this.#recipient = outcome.recipient;
          return "open";
        }
        this.#show(outcome);
      }
    }
  }

  async #send(text: string, own: OwnLines): Promise<void> {
    try {
      await own.send(this.#recipient, text);
    } catch (error) {
      this.#stop.throwIfAborted();
      if (!(error instanceof ChatError)) throw error;
      this.#unsaved++;
      this.#remark(errorLines(error, COLUMNS));
    }
  }

  async #run(command: SlashCommand): Promise<SlashOutcome> {
    const { session, now } = this.#init;
    if (command.name === "why" || command.name === "connect") this.#remark(["trying"]);
    return await session.ask((node) =>
      runSlash(command, {
        node,
        recipient: this.#recipient,
        now,
        signal: this.#stop,
        columns: COLUMNS,
      })
    );
  }

  #show(outcome: Exclude<SlashOutcome, { kind: "quit" | "open" }>): void {
    const { terminal, now } = this.#init;
    if (outcome.kind === "clear") return this.#remark(["nothing to clear: lines stay as they are"]);
    const lines = outcome.kind === "lines"
      ? outcome.lines
      : new MessageLines(this.#displayName, now()).next(outcome.messages);
    for (const line of lines) terminal.print(line);
  }

  #take(event: NodeEvent): void {
    switch (event.event) {
      case "message":
        return this.#isHere(event.message.conversation) ? undefined : this.#remark([
          `(${otherName(event.message.conversation, this.#displayName)}: ${
            sanitise(event.message.text, { maxColumns: EXCERPT_COLUMNS })
          })`,
        ]);
      case "state":
        if (!this.#isHere(event.message.conversation)) return;
        if (this.#own?.isTyped(event.message.id) === true) return;
        // Another process writes here, too.
        this.#reader?.tell();
        return this.#own?.tell(event.message);
      case "peer-up": {
        const { peerId } = event.peer;
        if (this.#isPeer(peerId)) return this.#remark([`${this.#displayName(peerId)} is here`]);
        this.#compare(peerId).catch((error) => this.#failed(error));
        return;
      }
      case "peer-down":
        return this.#isPeer(event.peer.peerId)
          ? this.#remark([
            `${this.#displayName(event.peer.peerId)} ${departureText(event.departure)}`,
          ])
          : undefined;
      case "notice":
        return this.#remark([event.text]);
    }
  }

  /** Somebody has come who could be taken for the peer of the conversation. */
  async #compare(newcomer: string): Promise<void> {
    const recipient = this.#recipient;
    if (recipient.kind === "address") return;
    const { node } = this.#init.session;
    const doubt = await rivalDoubt(newcomer, recipient.peerId, node);
    if (doubt === undefined || this.#stop.aborted) return;
    this.#remark([doubt.text, `${DOUBT_HINT}; /open ${shortPeerId(newcomer)} turns to it.`]);
  }

  /** @throws `error` where it is none for people */
  #failed(error: unknown): void {
    if (this.#stop.aborted) return;
    if (!(error instanceof ChatError)) throw error;
    this.#remark(errorLines(error, COLUMNS));
  }

  /** The first peer that answers at an address is whom the conversation is with. */
  #answered(peerId: string): void {
    if (this.#recipient.kind === "peer") return;
    this.#recipient = { kind: "peer", peerId, address: this.#recipient.address };
    this.#remark([`conversation with ${recipientText(this.#recipient, this.#displayName)}`]);
    this.#reader?.lookBack();
  }

  #isHere(conversation: OwnMessage["conversation"]): boolean {
    return conversation.kind === "peer"
      ? this.#isPeer(conversation.peerId)
      : this.#recipient.kind === "address" && conversation.address === this.#recipient.address;
  }

  #isPeer(peerId: string): boolean {
    return this.#recipient.kind === "peer" && this.#recipient.peerId === peerId;
  }

  #stateLine(message: OwnMessage): string {
    const line = stateLine(message);
    // At an address whoever answers first is meant, before that is known here.
    if (this.#recipient.kind === "address" || this.#isHere(message.conversation)) return line;
    return `to ${otherName(message.conversation, this.#displayName)}, ${line}`;
  }

  #lastWords(waiting: number): void {
    if (waiting === 0) return;
    const what = waiting === 1 ? "1 message is" : `${waiting} messages are`;
    const next = this.#init.session.goesOn
      ? "the node that runs keeps trying"
      : "it goes out the next time this profile runs a node, such as: p2p-chat listen";
    this.#remark([`${what} not delivered yet: ${next}`]);
  }

  #remark(lines: readonly string[]): void {
    for (const line of lines) this.#init.terminal.remark(line);
  }

  readonly #displayName = (peerId: string): string => this.#init.session.node.displayName(peerId);
}
