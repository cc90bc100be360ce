/**
 * What the driver of direct messages does with the streams that others open: one state machine a
 * stream, as in `src/direct/driver.ts`. It checks that what is held stays within the window.
 */
import {
  Receiver,
  type ReceiverEffect,
  type ReceiverEvent,
} from "../../src/direct/receiver_state.ts";
import {
  type DirectFrame,
  encodeAnswers,
  WINDOW_BYTES,
  WINDOW_MESSAGES,
  type WireMessage,
} from "../../src/direct/wire.ts";
import { ChatError } from "../../src/errors.ts";
import type { ReceivedMessage } from "../../src/history/message_record.ts";
import type { StreamEnd } from "./endpoint.ts";
import { FrameReader } from "./frame_reader.ts";
import { Killed } from "./fuse.ts";
import { Violation } from "./ledger.ts";
import type { OutgoingInit } from "./outgoing.ts";
import type { Plan } from "./virtual_time.ts";

export interface IncomingInit extends Omit<OutgoingInit, "endpoints"> {
  /** Messages that were committed, in order. */
  readonly onReceived: (messages: readonly ReceivedMessage[]) => void;
  /** A new id, for a mutant. */
  readonly newId: () => string;
}

/** Reads, stores and answers what comes on the streams of one process. */
export class Incoming {
  readonly #init: IncomingInit;

  constructor(init: IncomingInit) {
    this.#init = init;
  }

  take(stream: StreamEnd): void {
    const { later, monotonic, isHonest, trace } = this.#init;
    const { remote } = stream.endpoint;
    const receiver = new Receiver();
    let timer: Plan | undefined;
    let held = { messages: 0, bytes: 0 };
    const step = (event: ReceiverEvent) => {
      if (!stream.isOpen) return;
      const now = monotonic();
      const effects = receiver.handle(event, now);
      trace(() => `<${remote} ${describeEvent(event)}: ${effects.map(describeEffect).join(", ")}`);
      for (const effect of effects) {
        if (effect.type === "wake") {
          timer?.cancel();
          timer = later(Math.max(0, Math.ceil(effect.at - now)), () => step({ type: "timer" }));
          continue;
        }
        if (effect.type === "answer") held = { messages: 0, bytes: 0 };
        const follow = this.#tryToReceive(stream, effect);
        if (follow !== undefined) step(follow);
      }
      if (stream.isOpen && (held.messages > WINDOW_MESSAGES || held.bytes > 4 * WINDOW_BYTES)) {
        throw new Violation(`${this.#init.name} holds ${held.messages} messages of ${remote}`);
      }
    };
    const reader = new FrameReader({
      later,
      onFrames: (frames) => {
        for (const frame of frames) {
          if (frame.type !== "message") continue;
          held.messages++;
          held.bytes += frame.message.text.length;
        }
        step({ type: "frames", frames });
      },
      onFault: (reason, kind) => {
        if (kind === "fault" && isHonest(remote)) {
          throw new Violation(`${remote}, which is honest, sends ${reason}`);
        }
        stream.abort(reason);
      },
    });
    stream.onData = (bytes) => reader.push(bytes);
    stream.onClosed = () => {
      timer?.cancel();
      reader[Symbol.dispose]();
    };
  }

  #tryToReceive(
    stream: StreamEnd,
    effect: Exclude<ReceiverEffect, { type: "wake" }>,
  ): ReceiverEvent | undefined {
    try {
      return this.#receive(stream, effect);
    } catch (error) {
      if (error instanceof Killed || error instanceof Violation) throw error;
      stream.abort(error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #receive(
    stream: StreamEnd,
    effect: Exclude<ReceiverEffect, { type: "wake" }>,
  ): ReceiverEvent | undefined {
    const { step, isHonest, later, random, mutant } = this.#init;
    const { remote } = stream.endpoint;
    switch (effect.type) {
      case "store": {
        if (mutant === "acknowledge-before-commit") {
          later(100 * random(), () => this.#tryToAccept(remote, effect));
          return { type: "stored" };
        }
        const stored = this.#tryToAccept(remote, effect) || mutant === "acknowledge-failed-commit";
        return { type: stored ? "stored" : "storage-failed" };
      }
      case "answer":
        step(`before: answer ${remote}`);
        // As in the driver: a connection that is over is not written to.
        if (stream.isOpen && stream.endpoint.isOpen) stream.send(encodeAnswers(effect.answers));
        step(`after: answer ${remote}`);
        return undefined;
      case "reset":
        if (isHonest(remote)) {
          throw new Violation(`${remote}, which is honest, sends ${effect.reason}`);
        }
        stream.abort(effect.reason);
        return undefined;
    }
  }

  #tryToAccept(remote: string, effect: Extract<ReceiverEffect, { type: "store" }>): boolean {
    try {
      this.#accept(remote, effect);
      return true;
    } catch (error) {
      if (error instanceof ChatError) return false;
      throw error;
    }
  }

  #accept(remote: string, { messages, read }: Extract<ReceiverEffect, { type: "store" }>): void {
    const { storage, now, readReceipts, onReceived } = this.#init;
    if (messages.length > 0) {
      const { fresh } = storage.accept(remote, this.#mutated(messages), now());
      if (fresh.length > 0) onReceived(fresh);
    }
    if (readReceipts && read.length > 0) storage.record(remote, read, "read", now());
  }

  #mutated(messages: readonly WireMessage[]): readonly WireMessage[] {
    const { name, mutant, ledger, newId } = this.#init;
    if (mutant !== "store-duplicates") return messages;
    return messages.map((message) =>
      ledger.storedAt(name).has(message.id) ? { ...message, id: newId() } : message
    );
  }
}

function describeEvent(event: ReceiverEvent): string {
  if (event.type !== "frames") return event.type;
  return event.frames.map(describeFrame).join(" ");
}

function describeFrame(frame: DirectFrame): string {
  switch (frame.type) {
    case "message":
      return `message ${frame.message.sequence} (${frame.message.id.slice(0, 8)})`;
    case "read":
      return `read ${frame.ids.map((id) => id.slice(0, 8)).join(" ")}`;
    default:
      return frame.type;
  }
}

function describeEffect(effect: ReceiverEffect): string {
  switch (effect.type) {
    case "store":
      return `store ${effect.messages.length} messages, ${effect.read.length} receipts`;
    case "reset":
      return `reset: ${effect.reason}`;
    default:
      return effect.type;
  }
}
