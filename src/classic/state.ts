/**
 * The sender to one classic peer, as a pure state machine: an event and the time go in, effects come
 * out. It holds at most LOAD_MESSAGES texts, and none while the peer is not reached.
 *
 * Guarantees, given a driver that carries out the effects in order:
 * - messages go out one after another, in the order of their sequence numbers; the next one follows
 *   when the one before was written (dialect A) or answered (dialect B)
 * - nothing is dialled without something to say: an empty connection ends some old programs
 * - what failed is tried again with back-off, from the part of the text that failed
 * - while the database cannot record what became of a message, at most one more goes out
 * - a mandatory peer is greeted until it was, and again when it is gone
 *
 * An old program may get a message twice: where its answer is lost on the way.
 */
import {
  ANSWER_WITHIN_MS,
  BACKOFF_BASE_MS,
  BACKOFF_CAP_MS,
  IDLE_CONVERSATION_MS,
  LOAD_MESSAGES,
  RETRY_MS,
} from "./limits.ts";
import type { Dialect } from "./peer.ts";
import type { ClassicDraft } from "./store.ts";
import { linesOf, partAt } from "./words.ts";

/** A conversation that ends sooner counts as a failed attempt. */
const STABLE_CONVERSATION_MS = 10_000;

export type SenderEvent =
  /** Messages were committed to the outbox. */
  | { readonly type: "queued" }
  /** It is to be greeted, now. */
  | { readonly type: "greet" }
  /** A person asks: no reason to wait any longer. */
  | { readonly type: "poke" }
  /** It was heard: it may be reached now, too. */
  | { readonly type: "heard" }
  /** It left, or its own conversation broke. */
  | { readonly type: "gone" }
  /** The answer to `load`, in order; `unsayable` tells why one cannot go out. */
  | { readonly type: "loaded"; readonly drafts: readonly (ClassicDraft & Sayable)[] }
  /** The connection asked for by `open` is there. @prop room bytes for a text in dialect A */
  | { readonly type: "opened"; readonly dialect: Dialect; readonly room: number }
  /** Dialect A: the letter went out, its connection is over. Dialect B: an answer came. */
  | { readonly type: "said" }
  /** It could not be opened, or the open one broke. */
  | { readonly type: "failed"; readonly reason: string }
  /** The database could not carry out the effect; nothing happened. */
  | { readonly type: "storage-failed"; readonly effect: StorageEffect }
  /** The time asked for by `wake` has come. */
  | { readonly type: "timer" };

interface Sayable {
  readonly unsayable: string | undefined;
}

/** What the database is asked for; each may fail. */
export type StorageEffect =
  /** Read up to `limit` waiting messages with a higher sequence number than `after`. */
  | { readonly type: "load"; readonly after: number; readonly limit: number }
  | {
    readonly type: "record";
    readonly id: string;
    readonly state: "sent" | "delivered" | "refused";
    readonly reason: string | undefined;
  };

export type SenderEffect =
  | StorageEffect
  /** Connect; in dialect B begin a conversation, after a check where it is a greeting. */
  | { readonly type: "open"; readonly greeting: boolean }
  /** Dialect A: write a letter and end the connection. Dialect B: write a message. */
  | { readonly type: "say"; readonly text: string }
  /** Dialect B: say `exit` and end the connection. */
  | { readonly type: "finish" }
  /** Give the connection up. */
  | { readonly type: "close" }
  /** An attempt is over. @prop nextAttempt ms on the driver's clock, Infinity: none */
  | {
    readonly type: "tried";
    readonly failure: string | undefined;
    readonly nextAttempt: number;
  }
  /** It was greeted. */
  | { readonly type: "greeted" }
  /** Send a `timer` event at this time, ms on the driver's clock; replaces the one before. */
  | { readonly type: "wake"; readonly at: number };

/**
 * - `idle`: no connection, nothing known to say
 * - `opening`: a connection is asked for
 * - `saying`: what was said last is not written (A), or not answered (B)
 * - `open`: dialect B, a conversation with nothing to say
 * - `backing-off`: waiting to try again
 */
type Phase = "idle" | "opening" | "saying" | "open" | "backing-off";

/** What the sender is given. */
export interface SenderInit {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Whether the peer is mandatory at this moment. */
  readonly isMandatory: () => boolean;
}

/** The state machine for one recipient. */
export class Sender {
  readonly #init: SenderInit;
  #phase: Phase = "idle";
  #greetingWanted = false;
  #somethingWaits = false;
  #loading = false;
  /** Loaded and not said yet, in order. */
  #batch: ClassicDraft[] = [];
  /** Sequence number of the last message that was loaded since the last failure. */
  #cursor = 0;
  /** How far the first of the batch is said: UTF-16 units in dialect A, lines in B. */
  #progress: { id: string; dialect: Dialect; said: number; next: number | undefined } | undefined;
  /** The connection. */
  #dialect: Dialect = "a";
  #room = 0;
  #openedAt = 0;
  #sayingGreeting = false;
  #postponed: StorageEffect[] = [];
  #failures = 0;
  #failedAt = 0;
  /** Infinity but for `backing-off`. */
  #retryAt = Infinity;
  #answerDue = Infinity;
  #idleUntil = Infinity;
  #storageRetryAt = Infinity;

  constructor(init: SenderInit) {
    this.#init = init;
  }

  /** When it is tried again, ms on the driver's clock; Infinity: nothing is planned. */
  get retryAt(): number {
    return this.#retryAt;
  }

  /** Nothing is under way and nothing known to wait: it can be forgotten. */
  get isIdle(): boolean {
    return this.#phase === "idle" && !this.#somethingWaits && !this.#greetingWanted &&
      this.#batch.length === 0 && this.#postponed.length === 0;
  }

  /** Takes one event at the time `now` (ms, monotonic) and says what has to be done. */
  handle(event: SenderEvent, now: number): SenderEffect[] {
    return [...this.#react(event, now), ...this.#wake()];
  }

  #react(event: SenderEvent, now: number): SenderEffect[] {
    switch (event.type) {
      case "queued":
        this.#somethingWaits = true;
        return this.#proceed(now);
      case "greet":
        return this.#greet(now);
      case "poke":
        this.#stopWaiting();
        return this.#proceed(now);
      case "heard":
        // Not at once: it may be heard a thousand times a second.
        this.#retryAt = Math.min(this.#retryAt, this.#failedAt + BACKOFF_BASE_MS);
        return [];
      case "gone":
        this.#gone(now);
        return [];
      case "loaded":
        return this.#loaded(event.drafts, now);
      case "opened":
        return this.#opened(event.dialect, event.room, now);
      case "said":
        return this.#said(now);
      case "failed":
        return this.#failed(event.reason, now);
      case "storage-failed":
        return this.#postpone(event.effect, now);
      case "timer":
        return this.#timer(now);
    }
  }

  #greet(now: number): SenderEffect[] {
    // A conversation is a greeting.
    const conversing = this.#phase === "open" || this.#phase === "saying" && this.#dialect === "b";
    if (conversing) return [{ type: "greeted" }];
    this.#greetingWanted = true;
    this.#stopWaiting();
    return this.#proceed(now);
  }

  #gone(now: number): void {
    if (!this.#init.isMandatory() || this.#phase === "open" || this.#phase === "saying") return;
    this.#greetingWanted = true;
    if (this.#phase === "idle") this.#backOff(now);
  }

  #stopWaiting(): void {
    if (this.#phase !== "backing-off") return;
    this.#phase = "idle";
    this.#retryAt = Infinity;
  }

  /** Does what comes next, if nothing is under way. */
  #proceed(now: number): SenderEffect[] {
    if (this.#phase !== "idle" && this.#phase !== "open") return [];
    if (this.#storageRetryAt !== Infinity || this.#loading) return [];
    if (this.#batch.length === 0 && this.#somethingWaits) {
      this.#loading = true;
      this.#somethingWaits = false;
      return [{ type: "load", after: this.#cursor, limit: LOAD_MESSAGES }];
    }
    if (this.#phase === "open") {
      if (this.#batch.length > 0) return this.#say(now);
      if (this.#idleUntil === Infinity && !this.#init.isMandatory()) {
        this.#idleUntil = now + IDLE_CONVERSATION_MS;
      }
      return [];
    }
    if (this.#batch.length === 0 && !this.#greetingWanted) return [];
    this.#phase = "opening";
    return [{ type: "open", greeting: this.#greetingWanted }];
  }

  #loaded(drafts: readonly (ClassicDraft & Sayable)[], now: number): SenderEffect[] {
    this.#loading = false;
    const last = drafts.at(-1);
    if (last !== undefined) this.#cursor = last.sequence;
    if (drafts.length === LOAD_MESSAGES) this.#somethingWaits = true;
    const refusals: SenderEffect[] = [];
    for (const { id, unsayable, ...draft } of drafts) {
      if (unsayable === undefined) this.#batch.push({ id, ...draft });
      else refusals.push({ type: "record", id, state: "refused", reason: unsayable });
    }
    return [...refusals, ...this.#proceed(now)];
  }

  #opened(dialect: Dialect, room: number, now: number): SenderEffect[] {
    if (this.#phase !== "opening") return [];
    this.#dialect = dialect;
    this.#room = room;
    this.#openedAt = now;
    const effects: SenderEffect[] = [{ type: "tried", failure: undefined, nextAttempt: Infinity }];
    if (dialect === "b") {
      if (this.#greetingWanted) effects.push({ type: "greeted" });
      this.#greetingWanted = false;
      this.#phase = "open";
      return [...effects, ...this.#proceed(now)];
    }
    return [...effects, ...this.#say(now)];
  }

  #say(now: number): SenderEffect[] {
    this.#phase = "saying";
    this.#idleUntil = Infinity;
    this.#answerDue = now + ANSWER_WITHIN_MS;
    this.#sayingGreeting = this.#greetingWanted;
    if (this.#sayingGreeting) return [{ type: "say", text: "connect" }];
    const [draft] = this.#batch;
    // It has something to say: a connection is not opened for nothing.
    return draft === undefined ? [] : [{ type: "say", text: this.#nextPart(draft) }];
  }

  #nextPart({ id, text }: ClassicDraft): string {
    const dialect = this.#dialect;
    const before = this.#progress;
    const said = before?.id === id && before.dialect === dialect ? before.said : 0;
    if (dialect === "a") {
      const part = partAt(text, said, this.#room);
      this.#progress = { id, dialect, said, next: part.next };
      return part.text;
    }
    const lines = linesOf(text);
    this.#progress = { id, dialect, said, next: said + 1 < lines.length ? said + 1 : undefined };
    return lines[said] ?? "";
  }

  #said(now: number): SenderEffect[] {
    if (this.#phase !== "saying") return [];
    this.#failures = 0;
    this.#answerDue = Infinity;
    this.#phase = this.#dialect === "a" ? "idle" : "open";
    if (this.#sayingGreeting) {
      this.#sayingGreeting = false;
      this.#greetingWanted = false;
      return [{ type: "greeted" }, ...this.#proceed(now)];
    }
    const progress = this.#progress;
    if (progress?.next !== undefined) {
      progress.said = progress.next;
      return this.#proceed(now);
    }
    this.#progress = undefined;
    const draft = this.#batch.shift();
    if (draft === undefined) return this.#proceed(now);
    const state = this.#dialect === "a" ? "sent" : "delivered";
    return [
      { type: "record", id: draft.id, state, reason: undefined },
      ...this.#proceed(now),
    ];
  }

  #failed(reason: string, now: number): SenderEffect[] {
    if (this.#phase === "idle" || this.#phase === "backing-off") return [];
    const conversed = this.#phase !== "opening" && this.#dialect === "b";
    if (conversed && now - this.#openedAt >= STABLE_CONVERSATION_MS) this.#failures = 0;
    const mandatory = this.#init.isMandatory();
    const wanted = mandatory || this.#batch.length > 0 || this.#somethingWaits;
    const tried = wanted || this.#phase !== "open";
    this.#greetingWanted = mandatory;
    this.#forgetConnection();
    if (wanted) this.#backOff(now);
    return tried ? [{ type: "tried", failure: reason, nextAttempt: this.#retryAt }] : [];
  }

  #forgetConnection(): void {
    // What waits is read again: until then it may be taken back.
    if (this.#batch.length > 0) this.#somethingWaits = true;
    this.#batch = [];
    this.#cursor = 0;
    this.#phase = "idle";
    this.#sayingGreeting = false;
    this.#answerDue = Infinity;
    this.#idleUntil = Infinity;
  }

  /** Exponential, full jitter. */
  #backOff(now: number): void {
    const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** this.#failures);
    this.#failures++;
    this.#failedAt = now;
    this.#phase = "backing-off";
    this.#retryAt = now + ceiling * this.#init.random();
  }

  #postpone(effect: StorageEffect, now: number): SenderEffect[] {
    if (effect.type === "load") {
      this.#loading = false;
      this.#somethingWaits = true;
    } else this.#postponed.push(effect);
    this.#storageRetryAt = now + RETRY_MS;
    return [];
  }

  #timer(now: number): SenderEffect[] {
    if (now >= this.#answerDue) {
      const reason = `no answer for ${ANSWER_WITHIN_MS / 1_000} s`;
      return [{ type: "close" }, ...this.#failed(reason, now)];
    }
    if (now >= this.#idleUntil) {
      this.#forgetConnection();
      return [{ type: "finish" }, ...this.#proceed(now)];
    }
    if (now >= this.#storageRetryAt) return this.#tryStorage(now);
    if (now < this.#retryAt) return [];
    this.#stopWaiting();
    return this.#proceed(now);
  }

  #tryStorage(now: number): SenderEffect[] {
    const effects = this.#postponed.splice(0);
    this.#storageRetryAt = Infinity;
    if (effects.length === 0) return this.#proceed(now);
    // Goes on at the next timer, unless one of them fails again.
    this.#storageRetryAt = now;
    return effects;
  }

  #wake(): SenderEffect[] {
    const at = Math.min(this.#answerDue, this.#idleUntil, this.#retryAt, this.#storageRetryAt);
    return at === Infinity ? [] : [{ type: "wake", at }];
  }
}
