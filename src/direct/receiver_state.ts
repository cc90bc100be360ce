/**
 * The recipient's side of one stream of direct messages, as a pure state machine: frames go in, what
 * has to be stored and answered comes out.
 *
 * Guarantees, given a driver that carries out the effects in order and says how `store` went:
 * - nothing is acknowledged before it is stored
 * - what cannot be stored now (database locked, no room) is kept and tried again every
 *   STORAGE_RETRY_MS, in order; what arrives meanwhile waits behind it
 * - what is kept stays within the window of the protocol; a sender that goes beyond loses the stream
 */
import { STORAGE_RETRY_MS } from "./state.ts";
import {
  type Answers,
  type DirectFrame,
  WINDOW_BYTES,
  WINDOW_MESSAGES,
  type WireMessage,
} from "./wire.ts";

export type ReceiverEvent =
  /** Frames of the side that opened the stream; more than none. */
  | { readonly type: "frames"; readonly frames: readonly DirectFrame[] }
  /** What `store` asked for is committed. */
  | { readonly type: "stored" }
  /** The database could not; nothing may be answered yet. */
  | { readonly type: "storage-failed" }
  /** The time asked for by `wake` has come. */
  | { readonly type: "timer" };

export type ReceiverEffect =
  /** Commit these messages, and that these own messages were read. Answered before anything else. */
  | {
    readonly type: "store";
    readonly messages: readonly WireMessage[];
    readonly read: readonly string[];
  }
  | { readonly type: "answer"; readonly answers: Answers }
  /** The peer broke the protocol: end the stream. */
  | { readonly type: "reset"; readonly reason: string }
  /** Send a `timer` event at this time, ms on the driver's clock; replaces the one before. */
  | { readonly type: "wake"; readonly at: number };

/** The state machine for one stream. */
export class Receiver {
  #messages: WireMessage[] = [];
  #bytes = 0;
  #refused: { readonly id: string; readonly reason: string }[] = [];
  #read: string[] = [];
  #retryAt = Infinity;

  /** Takes one event at the time `now` (ms, monotonic) and says what has to be done. */
  handle(event: ReceiverEvent, now: number): ReceiverEffect[] {
    switch (event.type) {
      case "frames":
        return this.#frames(event.frames);
      case "stored":
        return this.#answer();
      case "storage-failed":
        this.#retryAt = now + STORAGE_RETRY_MS;
        return [{ type: "wake", at: this.#retryAt }];
      case "timer":
        if (this.#retryAt === Infinity) return [];
        if (now < this.#retryAt) return [{ type: "wake", at: this.#retryAt }];
        this.#retryAt = Infinity;
        return [this.#store()];
    }
  }

  #frames(frames: readonly DirectFrame[]): ReceiverEffect[] {
    for (const frame of frames) {
      switch (frame.type) {
        case "message":
          this.#messages.push(frame.message);
          // UTF-16 units: at most the bytes of UTF-8, so a sender within the window passes.
          this.#bytes += frame.message.text.length;
          break;
        case "unacceptable":
          this.#refused.push({ id: frame.id, reason: frame.reason });
          break;
        case "read":
          this.#read.push(...frame.ids);
          break;
        case "acknowledgement":
        case "refusal":
        case "read-acknowledgement":
          return [{ type: "reset", reason: `a frame of type ${frame.type} from the sending side` }];
      }
    }
    const count = Math.max(this.#messages.length + this.#refused.length, this.#read.length);
    if (count > WINDOW_MESSAGES || this.#bytes > WINDOW_BYTES) {
      return [{ type: "reset", reason: `${count} frames, ${this.#bytes} B: more than the window` }];
    }
    return this.#retryAt === Infinity ? [this.#store()] : [];
  }

  #store(): ReceiverEffect {
    return { type: "store", messages: this.#messages, read: this.#read };
  }

  #answer(): ReceiverEffect[] {
    const answers: Answers = {
      acknowledged: this.#messages.map(({ id }) => id),
      refused: this.#refused,
      read: this.#read,
    };
    this.#messages = [];
    this.#bytes = 0;
    this.#refused = [];
    this.#read = [];
    return [{ type: "answer", answers }];
  }
}
