/**
 * What the driver of direct messages does for its senders, on virtual streams: one state machine a
 * recipient, whose effects are carried out in order. It follows `src/direct/driver.ts` line by line, so
 * that what the state machine meets here is what it meets there, and checks the window as it goes.
 */
import {
  Sender,
  type SenderEffect,
  type SenderEvent,
  type StorageEffect,
} from "../../src/direct/state.ts";
import {
  encodeMessages,
  encodeRead,
  textBytes,
  WINDOW_BYTES,
  WINDOW_MESSAGES,
} from "../../src/direct/wire.ts";
import { ChatError } from "../../src/errors.ts";
import type { Endpoint, StreamEnd } from "./endpoint.ts";
import { FrameReader } from "./frame_reader.ts";
import { Killed } from "./fuse.ts";
import { type Ledger, Violation } from "./ledger.ts";
import type { Mutant } from "./mutant.ts";
import type { Storage } from "./storage.ts";
import type { Plan } from "./virtual_time.ts";

/** As in the driver. */
const OPEN_TIMEOUT_MS = 10_000;

/** What the senders of a process need of it. */
export interface OutgoingInit {
  readonly name: string;
  readonly storage: Storage;
  readonly ledger: Ledger;
  readonly readReceipts: boolean;
  readonly mutant: Mutant | undefined;
  /** Whether this peer keeps the protocol. */
  readonly isHonest: (name: string) => boolean;
  readonly now: () => number;
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Runs `run` inside the process `delay` ms from now, if it still lives. */
  readonly later: (delay: number, run: () => void) => Plan;
  /** The open connections to a peer. */
  readonly endpoints: (remote: string) => readonly Endpoint[];
  /** Called before and after each transmission; throws where the process dies there. */
  readonly step: (what: string) => void;
  readonly trace: (what: () => string) => void;
}

interface Channel {
  readonly remote: string;
  readonly sender: Sender;
  readonly events: SenderEvent[];
  busy: boolean;
  stream: StreamEnd | undefined;
  endpoint: Endpoint | undefined;
  timer: Plan | undefined;
  /** What is unanswered on the stream: id to bytes of text. */
  readonly flying: Map<string, number>;
  /** Of all streams; for a mutant. */
  highest: number;
}

/** The senders of one process. */
export class Outgoing {
  readonly #init: OutgoingInit;
  readonly #channels = new Map<string, Channel>();

  constructor(init: OutgoingInit) {
    this.#init = init;
  }

  connected(remote: string): void {
    const channel = this.#channel(remote);
    if (channel.stream !== undefined && channel.endpoint !== this.#newest(remote)) {
      this.#drop(channel, "there is a newer connection");
      this.#step(channel, { type: "closed", reason: "there is a newer connection" });
    }
    this.#step(channel, { type: "connected" });
  }

  disconnected(remote: string): void {
    const channel = this.#channels.get(remote);
    if (channel === undefined) return;
    this.#step(channel, { type: "disconnected" });
    channel.timer?.cancel();
    this.#channels.delete(remote);
  }

  queued(remote: string): void {
    this.#step(this.#channel(remote), { type: "queued" });
  }

  shown(remote: string): void {
    if (this.#init.readReceipts) this.#step(this.#channel(remote), { type: "shown" });
  }

  /** For the report of a run that got stuck. */
  describe(): string {
    return [...this.#channels.values()].map(({ remote, sender }) =>
      `${this.#init.name}>${remote} ${sender.phase}, ${sender.unanswered} unanswered`
    ).join("; ");
  }

  #channel(remote: string): Channel {
    const found = this.#channels.get(remote);
    if (found !== undefined) return found;
    const channel: Channel = {
      remote,
      sender: new Sender(this.#init.random),
      events: [],
      busy: false,
      stream: undefined,
      endpoint: undefined,
      timer: undefined,
      flying: new Map(),
      highest: 0,
    };
    this.#channels.set(remote, channel);
    return channel;
  }

  #newest(remote: string): Endpoint | undefined {
    return this.#init.endpoints(remote).toSorted((a, b) => b.openedAt - a.openedAt)[0];
  }

  #step(channel: Channel, event: SenderEvent): void {
    const { trace, name } = this.#init;
    channel.events.push(event);
    if (channel.busy) return;
    channel.busy = true;
    try {
      for (let next = channel.events.shift(); next !== undefined; next = channel.events.shift()) {
        const { type } = next;
        if (type === "closed") channel.flying.clear();
        const effects = channel.sender.handle(next, this.#init.monotonic());
        trace(() =>
          `>${channel.remote} ${type} -> ${channel.sender.phase}: ${
            effects.map(describeEffect).join(", ") || "nothing"
          }`
        );
        for (const effect of effects) {
          const follow = this.#perform(channel, effect);
          if (follow !== undefined) channel.events.push(follow);
        }
      }
    } finally {
      channel.busy = false;
    }
    this.#checkWindow(channel, name);
  }

  #checkWindow({ sender, flying, remote }: Channel, name: string): void {
    if (sender.unanswered > WINDOW_MESSAGES) {
      throw new Violation(`${name} has ${sender.unanswered} messages unanswered at ${remote}`);
    }
    const bytes = flying.values().reduce((sum, size) => sum + size, 0);
    if (bytes > WINDOW_BYTES) throw new Violation(`${name} has ${bytes} B unanswered at ${remote}`);
  }

  #perform(channel: Channel, effect: SenderEffect): SenderEvent | undefined {
    try {
      return this.#carryOut(channel, effect);
    } catch (error) {
      if (error instanceof Killed || error instanceof Violation) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      this.#init.trace(() => `>${channel.remote} could not go on sending: ${reason}`);
      this.#drop(channel, reason);
      return { type: "closed", reason };
    }
  }

  #carryOut(channel: Channel, effect: SenderEffect): SenderEvent | undefined {
    const { remote } = channel;
    const { step, later, monotonic, mutant, storage, now } = this.#init;
    switch (effect.type) {
      case "open":
        this.#open(channel);
        return undefined;
      case "close":
        this.#drop(channel, effect.reason);
        return undefined;
      case "transmit":
        step(`before: transmit ${effect.messages.length} to ${remote}`);
        for (const { id, text, sequence } of effect.messages) {
          channel.flying.set(id, textBytes(text));
          channel.highest = Math.max(channel.highest, sequence);
        }
        channel.stream?.send(encodeMessages(effect.messages));
        step(`after: transmit ${effect.messages.length} to ${remote}`);
        if (mutant === "delivered-when-sent") {
          storage.record(remote, effect.messages.map(({ id }) => id), "delivered", now());
        }
        return undefined;
      case "transmit-receipts":
        step(`before: transmit receipts to ${remote}`);
        channel.stream?.send(encodeRead(effect.ids));
        step(`after: transmit receipts to ${remote}`);
        if (mutant === "receipt-sent-once") storage.receiptsSent(remote, effect.ids);
        return undefined;
      case "wake": {
        channel.timer?.cancel();
        if (mutant === "forget-timers") return undefined;
        const delay = Math.max(0, Math.ceil(effect.at - monotonic()));
        channel.timer = later(delay, () => this.#step(channel, { type: "timer" }));
        return undefined;
      }
      case "protest":
        if (!this.#init.isHonest(remote)) return undefined;
        throw new Violation(`${remote}, which is honest, ${effect.what}`);
      default:
        return this.#store(channel, effect);
    }
  }

  #store(channel: Channel, effect: StorageEffect): SenderEvent | undefined {
    try {
      return this.#askStorage(channel, effect);
    } catch (error) {
      if (error instanceof ChatError) return { type: "storage-failed", effect };
      throw error;
    }
  }

  #askStorage({ remote, highest }: Channel, effect: StorageEffect): SenderEvent | undefined {
    const { storage, ledger, now, readReceipts, mutant } = this.#init;
    switch (effect.type) {
      case "load": {
        const after = mutant === "go-on-after-reconnect" ? highest : effect.after;
        const limit = mutant === "ignore-window" ? 2 * effect.limit : effect.limit;
        if (mutant === "one-at-a-time" && this.#isWaitingBeside(remote)) {
          throw new ChatError("storage-busy", "another peer has not answered");
        }
        const messages = storage.waiting(remote, after, limit);
        if (mutant === "newest-first") messages.reverse();
        return { type: "loaded", messages, limit };
      }
      case "load-receipts": {
        const ids = readReceipts ? storage.receiptsFor(remote, effect.limit) : [];
        return { type: "receipts-loaded", ids };
      }
      case "mark-sent":
        storage.record(remote, effect.ids, "sent", now());
        return undefined;
      case "deliver": {
        const { ids } = effect;
        const known = mutant === "cancelled-for-good"
          ? ids.filter((id) => !ledger.wasCancelled(id))
          : ids;
        storage.record(remote, known, "delivered", now());
        ledger.acknowledged(ids);
        return undefined;
      }
      case "refuse":
        storage.record(remote, [effect.id], "refused", now(), effect.reason);
        return undefined;
      case "settle-receipts":
        storage.receiptsSent(remote, effect.ids);
        return undefined;
    }
  }

  #isWaitingBeside(remote: string): boolean {
    return this.#channels.values()
      .some((other) => other.remote !== remote && other.sender.unanswered > 0);
  }

  #open(channel: Channel): void {
    const { later, step } = this.#init;
    const endpoint = this.#newest(channel.remote);
    if (endpoint === undefined) {
      later(0, () => this.#step(channel, { type: "closed", reason: "no connection" }));
      return;
    }
    step(`before: open a stream to ${channel.remote}`);
    channel.endpoint = endpoint;
    const stream = endpoint.newStream();
    const deadline = later(OPEN_TIMEOUT_MS, () => stream.abort("not opened in time"));
    stream.onOpened = () => {
      deadline.cancel();
      if (channel.sender.phase !== "opening") {
        stream.onClosed = () => {};
        stream.abort("not needed any more");
        return;
      }
      channel.stream = stream;
      this.#readAnswers(channel, stream);
      this.#step(channel, { type: "opened" });
    };
    stream.onClosed = (reason) => {
      deadline.cancel();
      this.#step(channel, { type: "closed", reason });
    };
  }

  #readAnswers(channel: Channel, stream: StreamEnd): void {
    const { later, isHonest } = this.#init;
    const reader = new FrameReader({
      later,
      onFrames: (frames) => {
        for (const frame of frames) {
          // What one answer led to may have ended the stream.
          if (channel.stream !== stream) return;
          switch (frame.type) {
            case "acknowledgement":
              for (const id of frame.ids) channel.flying.delete(id);
              this.#step(channel, { type: "acknowledged", ids: frame.ids });
              break;
            case "refusal":
              channel.flying.delete(frame.id);
              this.#step(channel, { type: "refused", id: frame.id, reason: frame.reason });
              break;
            case "read-acknowledgement":
              this.#step(channel, { type: "receipts-acknowledged", ids: frame.ids });
              break;
            default:
              reader.fail("a message on the answering side of a stream", "fault");
          }
        }
      },
      onFault: (reason, kind) => {
        if (kind === "fault" && isHonest(channel.remote)) {
          throw new Violation(`${channel.remote}, which is honest, answers with ${reason}`);
        }
        stream.abort(reason);
      },
    });
    stream.onData = (bytes) => reader.push(bytes);
    stream.onClosed = (reason) => {
      reader[Symbol.dispose]();
      if (channel.stream !== stream) return;
      channel.stream = undefined;
      this.#step(channel, { type: "closed", reason });
    };
  }

  #drop(channel: Channel, reason: string): void {
    const { stream } = channel;
    channel.stream = undefined;
    channel.flying.clear();
    stream?.abort(reason);
  }
}

function describeEffect(effect: SenderEffect): string {
  switch (effect.type) {
    case "transmit":
      return `transmit ${effect.messages.map(({ sequence }) => sequence).join(" ")}`;
    case "load":
      return `load ${effect.limit} after ${effect.after}`;
    case "deliver":
    case "mark-sent":
    case "transmit-receipts":
    case "settle-receipts":
      return `${effect.type} ${effect.ids.map((id) => id.slice(0, 8)).join(" ")}`;
    case "protest":
      return `protest: ${effect.what}`;
    case "close":
      return `close: ${effect.reason}`;
    default:
      return effect.type;
  }
}
