/**
 * The sender of direct messages and read receipts to one peer, as a pure state machine: an event and
 * the time go in, effects come out. It does no I/O and holds no text, only the ids of what is
 * unanswered, so 40,000 messages that wait cost it nothing.
 *
 * Guarantees, given a driver that carries out the effects in order:
 * - messages go out in the order of their sequence numbers, and again from the lowest unanswered
 *   one whenever a stream had to be opened anew
 * - at most WINDOW_MESSAGES and WINDOW_BYTES are unanswered
 * - a message is recorded as delivered only on an acknowledgement from a stream that carried it;
 *   also one that was taken back meanwhile: what the recipient says is the truth
 * - a read receipt is repeated until it was answered
 * - what the database could not do is done again, every STORAGE_RETRY_MS, until it could
 * - a peer that never answers costs one reopened stream every ANSWER_TIMEOUT_MS, then back-off
 *
 * It does not dial: it waits until told that there is a connection.
 */
import { textBytes, WINDOW_BYTES, WINDOW_MESSAGES, type WireMessage } from "./wire.ts";

/** A stream on which nothing was answered for this long is given up and opened again. */
export const ANSWER_TIMEOUT_MS = 30_000;
/**
 * A message that is not answered this long after it went out is recorded as sent. Most are answered
 * sooner and go from queued to delivered, which spares a commit for each.
 */
export const SENT_AFTER_MS = 250;
/** Back-off between attempts to open a stream on a connection that lives: full jitter. */
export const RETRY_BASE_MS = 500;
export const RETRY_CAP_MS = 4_000;
/** How long to wait when the database could not read or write (locked, no room). */
export const STORAGE_RETRY_MS = 250;

export type SenderEvent =
  /** A connection to the peer is there, or another one. */
  | { readonly type: "connected" }
  /** The last connection to the peer is gone. */
  | { readonly type: "disconnected" }
  /** Messages were committed to the outbox. */
  | { readonly type: "queued" }
  /** The stream asked for by `open` is there. */
  | { readonly type: "opened" }
  /** It could not be opened, or the open one closed. */
  | { readonly type: "closed"; readonly reason: string }
  /** The answer to `load`: what waits, in order; shorter than the limit when there is no more. */
  | { readonly type: "loaded"; readonly messages: readonly WireMessage[]; readonly limit: number }
  | { readonly type: "acknowledged"; readonly ids: readonly string[] }
  | { readonly type: "refused"; readonly id: string; readonly reason: string }
  /** Messages of the peer were shown here: receipts wait. */
  | { readonly type: "shown" }
  /** The answer to `load-receipts`; shorter than the limit when there are no more. */
  | { readonly type: "receipts-loaded"; readonly ids: readonly string[] }
  | { readonly type: "receipts-acknowledged"; readonly ids: readonly string[] }
  /** The database could not carry out the effect; nothing happened. */
  | { readonly type: "storage-failed"; readonly effect: StorageEffect }
  /** The time asked for by `wake` has come. */
  | { readonly type: "timer" };

/** What the database is asked for; each may fail, and is then asked for again. */
export type StorageEffect =
  /** Read up to `limit` waiting messages with a higher sequence number than `after`. */
  | { readonly type: "load"; readonly after: number; readonly limit: number }
  /** Read up to `limit` ids of shown messages of which the peer does not know yet. */
  | { readonly type: "load-receipts"; readonly limit: number }
  /** Record these, still unanswered, as sent. */
  | { readonly type: "mark-sent"; readonly ids: readonly string[] }
  | { readonly type: "deliver"; readonly ids: readonly string[] }
  | { readonly type: "refuse"; readonly id: string; readonly reason: string }
  /** The peer knows that these were shown here. */
  | { readonly type: "settle-receipts"; readonly ids: readonly string[] };

export type SenderEffect =
  | StorageEffect
  | { readonly type: "open" }
  | { readonly type: "close"; readonly reason: string }
  | { readonly type: "transmit"; readonly messages: readonly WireMessage[] }
  | { readonly type: "transmit-receipts"; readonly ids: readonly string[] }
  /** Send a `timer` event at this time, ms on the driver's clock; replaces the one before. */
  | { readonly type: "wake"; readonly at: number }
  /** The peer did something that makes no sense; for the log. */
  | { readonly type: "protest"; readonly what: string };

/**
 * - `offline`: no connection
 * - `idle`: a connection, nothing known to wait
 * - `opening`, `open`: the stream
 * - `backing-off`: a connection, but the stream failed; waiting to try again
 */
type Phase = "offline" | "idle" | "opening" | "open" | "backing-off";

/** What is of no use once the stream is gone: the next one asks anew. */
const OF_ONE_STREAM: ReadonlySet<StorageEffect["type"]> = new Set([
  "load",
  "load-receipts",
  "mark-sent",
]);

/** The state machine for one recipient. */
export class Sender {
  #phase: Phase = "offline";
  #somethingWaits = false;
  /** Bytes of text by message id, in the order sent. */
  readonly #unanswered = new Map<string, number>();
  #unansweredBytes = 0;
  /** Sequence number of the last message that went out on this stream. */
  #cursor = 0;
  /** A `load` is on its way; `fresh` if messages were queued since it was asked for. */
  #loading: "no" | "asked" | "fresh" = "no";
  #failures = 0;
  #retryAt = Infinity;
  #answerDue = Infinity;
  /** What went out since `mark-sent` was last asked for, and when to ask again. */
  #unmarked: string[] = [];
  #markDue = Infinity;
  /** Receipts: perhaps some wait; they are being read; these went out and are not answered. */
  #receiptsWait = false;
  #receiptsLoading = false;
  #receiptsOut: ReadonlySet<string> = new Set();
  /** What the database could not do, in order, and when to ask again. */
  #postponed: StorageEffect[] = [];
  #storageRetryAt = Infinity;

  /** @param random uniform in [0, 1) */
  constructor(private readonly random: () => number) {}

  get phase(): Phase {
    return this.#phase;
  }

  /** How many messages were transmitted on this stream and not answered yet. */
  get unanswered(): number {
    return this.#unanswered.size;
  }

  /** Takes one event at the time `now` (ms, monotonic) and says what has to be done. */
  handle(event: SenderEvent, now: number): SenderEffect[] {
    switch (event.type) {
      case "connected":
        if (this.#phase !== "offline") return [];
        this.#phase = "idle";
        // What waits may be from before this connection: look at once.
        this.#somethingWaits = true;
        this.#receiptsWait = true;
        return this.#open();
      case "disconnected":
        this.#forgetStream();
        this.#phase = "offline";
        this.#failures = 0;
        return [];
      case "queued":
        this.#somethingWaits = true;
        if (this.#loading === "asked") this.#loading = "fresh";
        return this.#phase === "open" ? this.#load() : this.#open();
      case "opened":
        if (this.#phase !== "opening") return [];
        this.#phase = "open";
        return [...this.#load(), ...this.#loadReceipts()];
      case "closed":
        return this.#streamClosed(now);
      case "loaded":
        return this.#loaded(event.messages, event.limit, now);
      case "acknowledged":
        return this.#acknowledged(event.ids, now);
      case "refused":
        if (!this.#settle(event.id)) {
          return [{ type: "protest", what: `refused ${event.id}, which it was not sent` }];
        }
        return [
          { type: "refuse", id: event.id, reason: event.reason },
          ...this.#progress(now),
        ];
      case "shown":
        this.#receiptsWait = true;
        return this.#phase === "open" ? this.#loadReceipts() : this.#open();
      case "receipts-loaded":
        return this.#receiptsLoaded(event.ids, now);
      case "receipts-acknowledged":
        return this.#receiptsAcknowledged(event.ids, now);
      case "storage-failed":
        return this.#postpone(event.effect, now);
      case "timer":
        return this.#timer(now);
    }
  }

  #open(): SenderEffect[] {
    if (this.#phase !== "idle" || !(this.#somethingWaits || this.#receiptsWait)) return [];
    this.#phase = "opening";
    return [{ type: "open" }];
  }

  #load(): SenderEffect[] {
    if (this.#phase !== "open" || this.#loading !== "no" || !this.#somethingWaits) return [];
    const limit = WINDOW_MESSAGES - this.#unanswered.size;
    if (limit <= 0 || this.#unansweredBytes >= WINDOW_BYTES) return [];
    this.#loading = "asked";
    return [{ type: "load", after: this.#cursor, limit }];
  }

  #loaded(messages: readonly WireMessage[], limit: number, now: number): SenderEffect[] {
    if (this.#phase !== "open" || this.#loading === "no") return [];
    const fresh = this.#loading === "fresh";
    this.#loading = "no";
    const fitting: WireMessage[] = [];
    for (const message of messages) {
      const bytes = textBytes(message.text);
      const fits = this.#unansweredBytes + bytes <= WINDOW_BYTES || this.#unanswered.size === 0;
      if (!fits) break;
      this.#unanswered.set(message.id, bytes);
      this.#unansweredBytes += bytes;
      this.#cursor = message.sequence;
      fitting.push(message);
    }
    this.#somethingWaits = fresh || messages.length === limit || fitting.length < messages.length;
    if (fitting.length === 0) return this.#somethingWaits && fresh ? this.#load() : [];
    this.#unmarked.push(...fitting.map(({ id }) => id));
    const wake = this.#answerDue === Infinity || this.#markDue === Infinity;
    if (this.#answerDue === Infinity) this.#answerDue = now + ANSWER_TIMEOUT_MS;
    if (this.#markDue === Infinity) this.#markDue = now + SENT_AFTER_MS;
    return [
      { type: "transmit", messages: fitting },
      ...(wake ? this.#wake() : []),
      ...this.#load(),
    ];
  }

  #loadReceipts(): SenderEffect[] {
    if (this.#phase !== "open" || !this.#receiptsWait || this.#receiptsLoading) return [];
    if (this.#receiptsOut.size > 0) return [];
    this.#receiptsLoading = true;
    this.#receiptsWait = false;
    return [{ type: "load-receipts", limit: WINDOW_MESSAGES }];
  }

  #receiptsLoaded(ids: readonly string[], now: number): SenderEffect[] {
    if (this.#phase !== "open" || !this.#receiptsLoading) return [];
    this.#receiptsLoading = false;
    if (ids.length === 0) return this.#loadReceipts();
    this.#receiptsOut = new Set(ids);
    if (ids.length === WINDOW_MESSAGES) this.#receiptsWait = true;
    if (this.#answerDue === Infinity) this.#answerDue = now + ANSWER_TIMEOUT_MS;
    return [{ type: "transmit-receipts", ids }, ...this.#wake()];
  }

  #receiptsAcknowledged(ids: readonly string[], now: number): SenderEffect[] {
    const known = ids.filter((id) => this.#receiptsOut.has(id));
    if (known.length < ids.length) {
      return [{ type: "protest", what: "acknowledged receipts it was not sent" }];
    }
    this.#receiptsOut = this.#receiptsOut.difference(new Set(known));
    this.#failures = 0;
    return [{ type: "settle-receipts", ids: known }, ...this.#progress(now)];
  }

  /** The effect keeps its place: those that failed are tried again in their order. */
  #postpone(effect: StorageEffect, now: number): SenderEffect[] {
    // Asked for a stream that broke before this could be told.
    if (this.#phase !== "open" && OF_ONE_STREAM.has(effect.type)) return [];
    this.#postponed.push(effect);
    if (this.#storageRetryAt === Infinity) this.#storageRetryAt = now + STORAGE_RETRY_MS;
    return this.#wake();
  }

  #acknowledged(ids: readonly string[], now: number): SenderEffect[] {
    const known = ids.filter((id) => this.#settle(id));
    const effects: SenderEffect[] = [];
    if (known.length < ids.length) {
      const count = ids.length - known.length;
      effects.push({ type: "protest", what: `acknowledged ${count} messages it was not sent` });
    }
    if (known.length === 0) return effects;
    this.#failures = 0;
    effects.push({ type: "deliver", ids: known }, ...this.#progress(now));
    return effects;
  }

  /** An answer came: the deadline moves and there is room in the window. */
  #progress(now: number): SenderEffect[] {
    const unanswered = this.#unanswered.size + this.#receiptsOut.size;
    this.#answerDue = unanswered === 0 ? Infinity : now + ANSWER_TIMEOUT_MS;
    return [...this.#load(), ...this.#loadReceipts()];
  }

  #settle(id: string): boolean {
    const bytes = this.#unanswered.get(id);
    if (bytes === undefined) return false;
    this.#unanswered.delete(id);
    this.#unansweredBytes -= bytes;
    return true;
  }

  #streamClosed(now: number): SenderEffect[] {
    if (this.#phase !== "opening" && this.#phase !== "open") return [];
    this.#forgetStream();
    const ceiling = Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** this.#failures);
    this.#failures++;
    this.#phase = "backing-off";
    this.#retryAt = now + ceiling * this.random();
    return this.#wake();
  }

  #forgetStream(): void {
    this.#unanswered.clear();
    this.#unansweredBytes = 0;
    this.#cursor = 0;
    this.#loading = "no";
    this.#somethingWaits = true;
    this.#answerDue = Infinity;
    this.#retryAt = Infinity;
    this.#unmarked = [];
    this.#markDue = Infinity;
    this.#receiptsWait = true;
    this.#receiptsLoading = false;
    this.#receiptsOut = new Set();
    // What the peer answered stays true.
    this.#postponed = this.#postponed.filter(({ type }) => !OF_ONE_STREAM.has(type));
    if (this.#postponed.length === 0) this.#storageRetryAt = Infinity;
  }

  #wake(): SenderEffect[] {
    const at = Math.min(this.#answerDue, this.#markDue, this.#retryAt, this.#storageRetryAt);
    return at === Infinity ? [] : [{ type: "wake", at }];
  }

  #timer(now: number): SenderEffect[] {
    const effects: SenderEffect[] = [];
    if (now >= this.#storageRetryAt) {
      this.#storageRetryAt = Infinity;
      effects.push(...this.#postponed.splice(0));
    }
    if (now >= this.#retryAt) {
      this.#phase = "idle";
      this.#retryAt = Infinity;
      effects.push(...this.#open());
    }
    if (now >= this.#markDue) {
      const ids = this.#unmarked.filter((id) => this.#unanswered.has(id));
      this.#unmarked = [];
      this.#markDue = Infinity;
      if (ids.length > 0) effects.push({ type: "mark-sent", ids });
    }
    if (now >= this.#answerDue) {
      const reason = `no answer for ${ANSWER_TIMEOUT_MS / 1000} s`;
      return [...effects, { type: "close", reason }, ...this.#streamClosed(now)];
    }
    return [...effects, ...this.#wake()];
  }
}
