/**
 * Carries out what the senders ask for (`state.ts`): dials, letters, conversations, the outbox. One
 * sender a peer, kept as long as something is under way.
 */
import { parseClassicId } from "../config/classic_id.ts";
import { Deadline, unlessAborted } from "../deadline.ts";
import { ChatError } from "../errors.ts";
import { ANSWER_WITHIN_MS, LINGER_MS, MAX_PARALLEL_DIALS, NOT_LISTENING_PORT } from "./limits.ts";
import type { Dialect } from "./peer.ts";
import { Slots } from "./slots.ts";
import { close, dial, endGently, failureWords, writeAll } from "./socket.ts";
import { Sender, type SenderEffect, type SenderEvent, type StorageEffect } from "./state.ts";
import type { ClassicStore } from "./store.ts";
import {
  CHECK,
  encodeFarewell,
  encodeGreeting,
  encodeLetter,
  encodeMessage,
  type Letterhead,
  roomFor,
  unsayable,
} from "./words.ts";

/** What it is given. */
export interface OutgoingInit<Own> {
  readonly store: ClassicStore<Own, unknown>;
  /** Where this program listens; undefined: nowhere. */
  readonly ownPort: () => number | undefined;
  readonly team: () => string;
  readonly longTexts: "split" | "refuse";
  readonly dialectFor: (peerId: string) => Dialect;
  readonly isMandatory: (peerId: string) => boolean;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  /** Monotonic clock, ms. */
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onState: (messages: readonly Own[]) => void;
  /** Somebody took a connection. */
  readonly onReached: (peerId: string, dialect: Dialect) => void;
  /** Nobody did, or the connection broke. */
  readonly onUnreached: (peerId: string) => void;
  readonly onTried: (
    peerId: string,
    failure: string | undefined,
    nextAttempt: number | undefined,
  ) => void;
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

const LONGEST_IPV4 = "255.255.255.255";
const LONGEST_IPV6 = Array(8).fill("ffff").join(":");

interface Channel {
  readonly peerId: string;
  readonly sender: Sender;
  /** Events that came while another one was being handled. */
  readonly events: SenderEvent[];
  busy: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** The connection, or the attempt at one; aborted when it is over. */
  attempt: AbortController;
  socket: Deno.TcpConn | undefined;
  /** Of the attempt; decided when it begins. */
  dialect: Dialect;
  /** Dialect B: reads answers until the connection is over. */
  reading: Promise<void>;
  /** Dialect A: the end of the letter before, which the next one must not overtake. */
  lingering: Promise<void> | undefined;
  readonly greetings: PromiseWithResolvers<void>[];
}

/** Writes to classic peers. */
export class Outgoing<Own> implements AsyncDisposable {
  readonly #init: OutgoingInit<Own>;
  readonly #channels = new Map<string, Channel>();
  readonly #dials = new Slots(MAX_PARALLEL_DIALS);
  #isStopped = false;
  readonly #tasks = new Set<Promise<void>>();
  /** The last thing that the database was asked for failed; it is logged once. */
  #storageFails = false;

  constructor(init: OutgoingInit<Own>) {
    this.#init = init;
  }

  /** Messages for the peer were committed. */
  queued(peerId: string): void {
    this.#step(this.#channel(peerId), { type: "queued" });
  }

  /** Greets a peer once, or for ever if it is mandatory. */
  greet(peerId: string): void {
    this.#step(this.#channel(peerId), { type: "greet" });
  }

  /**
   * Resolves when the peer was greeted.
   * @throws ChatError `unreachable`; the signal's reason
   */
  async greeted(peerId: string, { signal }: { signal: AbortSignal }): Promise<void> {
    signal.throwIfAborted();
    if (this.#isStopped) throw stopped();
    const greeting = Promise.withResolvers<void>();
    const channel = this.#channel(peerId);
    channel.greetings.push(greeting);
    this.#step(channel, { type: "greet" });
    await unlessAborted(greeting.promise, signal);
    signal.throwIfAborted();
  }

  /** The peer was heard. */
  heard(peerId: string): void {
    const channel = this.#channels.get(peerId);
    if (channel !== undefined) this.#step(channel, { type: "heard" });
  }

  /** The peer left, or its conversation broke. */
  gone(peerId: string): void {
    if (!this.#channels.has(peerId) && !this.#init.isMandatory(peerId)) return;
    this.#step(this.#channel(peerId), { type: "gone" });
  }

  /** Tries everybody at once. */
  retry(): void {
    for (const channel of [...this.#channels.values()]) this.#step(channel, { type: "poke" });
  }

  /** Forgets a peer and whatever is under way to it. */
  drop(peerId: string): void {
    const channel = this.#channels.get(peerId);
    if (channel !== undefined) {
      this.#discard(channel, new ChatError("refused", `${peerId} is blocked`));
    }
  }

  /** When a peer is tried again, ms since the epoch; undefined: nothing is planned. */
  nextAttempt(peerId: string): number | undefined {
    return this.#toWall(this.#channels.get(peerId)?.sender.retryAt ?? Infinity);
  }

  /** Says `exit` to peers; what is not said when the signal aborts stays unsaid. */
  async farewell(peerIds: readonly string[], signal: AbortSignal): Promise<void> {
    await Promise.all(peerIds.map(async (peerId) => {
      try {
        await this.#sayExit(peerId, signal);
      } catch {
        // It is gone already, or takes too long: there is nothing to be done about it.
      }
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    for (const channel of [...this.#channels.values()]) this.#discard(channel, stopped());
    await Promise.all(this.#tasks);
  }

  #channel(peerId: string): Channel {
    const found = this.#channels.get(peerId);
    if (found !== undefined) return found;
    const { random, isMandatory, dialectFor } = this.#init;
    const channel: Channel = {
      peerId,
      sender: new Sender({ random, isMandatory: () => isMandatory(peerId) }),
      events: [],
      busy: false,
      timer: undefined,
      attempt: new AbortController(),
      socket: undefined,
      dialect: dialectFor(peerId),
      reading: Promise.resolve(),
      lingering: undefined,
      greetings: [],
    };
    this.#channels.set(peerId, channel);
    return channel;
  }

  #discard(channel: Channel, error: ChatError): void {
    this.#channels.delete(channel.peerId);
    clearTimeout(channel.timer);
    this.#hangUp(channel);
    for (const { reject } of channel.greetings.splice(0)) reject(error);
  }

  /** Feeds one event and everything that follows from it; what comes meanwhile waits its turn. */
  #step(channel: Channel, event: SenderEvent): void {
    if (this.#isStopped) return;
    channel.events.push(event);
    if (channel.busy) return;
    channel.busy = true;
    try {
      for (let next = channel.events.shift(); next !== undefined; next = channel.events.shift()) {
        for (const effect of channel.sender.handle(next, this.#init.monotonic())) {
          if (this.#channels.get(channel.peerId) !== channel) return;
          this.#carryOut(channel, effect);
        }
      }
    } finally {
      channel.busy = false;
    }
    this.#forgetIfIdle(channel);
  }

  #forgetIfIdle(channel: Channel): void {
    if (!channel.sender.isIdle || channel.lingering !== undefined) return;
    if (this.#channels.get(channel.peerId) !== channel) return;
    clearTimeout(channel.timer);
    this.#channels.delete(channel.peerId);
  }

  #carryOut(channel: Channel, effect: SenderEffect): void {
    const { peerId } = channel;
    switch (effect.type) {
      case "open":
        this.#own(this.#open(channel, effect.greeting));
        break;
      case "say":
        this.#own(this.#say(channel, effect.text));
        break;
      case "finish":
        this.#own(this.#finish(channel));
        break;
      case "close":
        this.#hangUp(channel);
        this.#init.onUnreached(peerId);
        break;
      case "greeted":
        for (const { resolve } of channel.greetings.splice(0)) resolve();
        break;
      case "tried":
        this.#tried(channel, effect.failure, effect.nextAttempt);
        break;
      case "wake": {
        clearTimeout(channel.timer);
        const delay = Math.max(0, Math.ceil(effect.at - this.#init.monotonic()));
        channel.timer = setTimeout(() => this.#step(channel, { type: "timer" }), delay);
        break;
      }
      default:
        this.#store(channel, effect);
    }
  }

  #tried(channel: Channel, failure: string | undefined, nextAttempt: number): void {
    const { peerId } = channel;
    if (failure === undefined) this.#init.onReached(peerId, channel.dialect);
    else {
      const error = new ChatError("unreachable", `${peerId}: ${failure}`);
      for (const { reject } of channel.greetings.splice(0)) reject(error);
    }
    this.#init.onTried(peerId, failure, this.#toWall(nextAttempt));
  }

  #store(channel: Channel, effect: StorageEffect): void {
    const { store, now, onState, onTrouble } = this.#init;
    const { peerId } = channel;
    try {
      if (effect.type === "load") {
        if (channel.socket === undefined) channel.dialect = this.#init.dialectFor(peerId);
        const drafts = store.waiting(peerId, effect.after, effect.limit)
          .map((draft) => ({ ...draft, unsayable: this.#unsayable(channel, draft.text) }));
        channel.events.push({ type: "loaded", drafts });
      } else {
        onState(store.record(peerId, [effect.id], effect.state, now(), effect.reason));
      }
      this.#storageFails = false;
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (!this.#storageFails) onTrouble("the database failed; trying again", { error });
      this.#storageFails = true;
      channel.events.push({ type: "storage-failed", effect });
    }
  }

  #unsayable(channel: Channel, text: string): string | undefined {
    const fault = unsayable(text, channel.dialect);
    if (fault !== undefined || channel.dialect === "b" || this.#init.longTexts === "split") {
      return fault;
    }
    const { host } = parseClassicId(channel.peerId);
    // What the own address will be is not known before there is a connection.
    const ownHost = /^[\d.]+$/.test(host) ? LONGEST_IPV4 : LONGEST_IPV6;
    const room = roomFor({ host: ownHost, port: 65_535, team: this.#init.team() });
    const bytes = new TextEncoder().encode(text).length;
    return bytes <= room
      ? undefined
      : `the text has ${bytes} bytes, the old programs read at most ${room}`;
  }

  #ownPort(): number {
    return this.#init.ownPort() ?? NOT_LISTENING_PORT;
  }

  async #open(channel: Channel, greeting: boolean): Promise<void> {
    const { peerId } = channel;
    const attempt = new AbortController();
    channel.attempt = attempt;
    channel.dialect = this.#init.dialectFor(peerId);
    try {
      await channel.lingering;
      if (channel.dialect === "b" && greeting) await this.#check(peerId, attempt.signal);
      const socket = await this.#dial(peerId, attempt.signal);
      if (attempt.signal.aborted) {
        close(socket);
        return;
      }
      channel.socket = socket;
      if (channel.dialect === "b") {
        socket.setKeepAlive(true);
        await writeAll(socket, encodeGreeting(this.#ownPort()));
        if (attempt.signal.aborted) return;
        channel.reading = this.#readAnswers(channel, socket, attempt.signal);
        this.#own(channel.reading);
      }
      const room = roomFor(this.#letterhead(socket));
      this.#step(channel, { type: "opened", dialect: channel.dialect, room });
    } catch (error) {
      this.#failed(channel, attempt.signal, failureWords(error));
    }
  }

  async #dial(peerId: string, signal: AbortSignal): Promise<Deno.TcpConn> {
    const { host, port } = parseClassicId(peerId);
    using _slot = await this.#dials.take(signal);
    return await dial(host, port, signal);
  }

  /** Whether somebody answers there, on a connection of its own. */
  async #check(peerId: string, signal: AbortSignal): Promise<void> {
    const socket = await this.#dial(peerId, signal);
    using deadline = new Deadline(ANSWER_WITHIN_MS, signal);
    deadline.signal.addEventListener("abort", () => close(socket));
    try {
      await writeAll(socket, CHECK);
      const answer = await socket.read(new Uint8Array(1_024));
      if (answer === null) throw new Error("it took the connection, but did not answer");
    } catch (error) {
      throw deadline.expired ? deadline.signal.reason : error;
    } finally {
      close(socket);
    }
  }

  async #readAnswers(channel: Channel, socket: Deno.TcpConn, signal: AbortSignal): Promise<void> {
    const buffer = new Uint8Array(1_024);
    try {
      while (await socket.read(buffer) !== null) {
        // Any bytes are an answer. Nobody can tell two that come together from one.
        if (!signal.aborted) this.#step(channel, { type: "said" });
      }
      this.#failed(channel, signal, "it ended the conversation");
    } catch (error) {
      this.#failed(channel, signal, failureWords(error));
    } finally {
      close(socket);
    }
  }

  async #say(channel: Channel, text: string): Promise<void> {
    const { socket, attempt: { signal } } = channel;
    if (socket === undefined) return;
    try {
      if (channel.dialect === "b") {
        await writeAll(socket, encodeMessage(this.#ownPort(), text));
        return;
      }
      await writeAll(socket, encodeLetter(this.#letterhead(socket), text));
    } catch (error) {
      this.#failed(channel, signal, failureWords(error));
      return;
    }
    if (signal.aborted) return;
    channel.socket = undefined;
    channel.lingering = endGently(socket, LINGER_MS).then(() => {
      channel.lingering = undefined;
      this.#forgetIfIdle(channel);
    });
    this.#own(channel.lingering);
    this.#step(channel, { type: "said" });
  }

  #letterhead(socket: Deno.TcpConn): Letterhead {
    const host = socket.localAddr.hostname.replace(/^::ffff:(?=\d+\.)/i, "");
    return { host, port: this.#ownPort(), team: this.#init.team() };
  }

  /** Dialect B: ends the conversation as one does. */
  async #finish(channel: Channel): Promise<void> {
    const { socket, reading } = channel;
    channel.socket = undefined;
    channel.attempt.abort();
    if (socket === undefined) return;
    const timer = setTimeout(() => close(socket), LINGER_MS);
    try {
      await writeAll(socket, encodeMessage(this.#ownPort(), "exit"));
      await socket.closeWrite();
    } catch {
      // The other side was faster.
    }
    await reading;
    clearTimeout(timer);
  }

  async #sayExit(peerId: string, signal: AbortSignal): Promise<void> {
    const channel = this.#channels.get(peerId);
    if (channel?.dialect === "b" && channel.socket !== undefined) {
      await this.#finish(channel);
      return;
    }
    const socket = await this.#dial(peerId, signal);
    signal.addEventListener("abort", () => close(socket));
    const words = this.#init.dialectFor(peerId) === "a"
      ? encodeLetter(this.#letterhead(socket), "exit")
      : encodeFarewell(this.#ownPort());
    try {
      await writeAll(socket, words);
    } finally {
      await endGently(socket, LINGER_MS);
    }
  }

  /** The connection of an attempt could not be had, or broke. */
  #failed(channel: Channel, signal: AbortSignal, reason: string): void {
    if (signal.aborted) return;
    this.#hangUp(channel);
    this.#init.onUnreached(channel.peerId);
    this.#step(channel, { type: "failed", reason });
  }

  #hangUp(channel: Channel): void {
    channel.attempt.abort(new Error("given up"));
    if (channel.socket !== undefined) close(channel.socket);
    channel.socket = undefined;
  }

  #own(task: Promise<void>): void {
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }

  #toWall(time: number): number | undefined {
    const { now, monotonic } = this.#init;
    return time === Infinity ? undefined : Math.round(now() - monotonic() + time);
  }
}

function stopped(): ChatError {
  return new ChatError("node-stopped", "the classic protocols have stopped");
}
