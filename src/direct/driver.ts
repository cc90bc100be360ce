/**
 * Direct messages on real streams: carries out what the state machine asks for (`state.ts`), answers
 * what arrives, and keeps one sender a peer. All database work is synchronous, so a batch is stored
 * and answered before the next one is looked at: that is the back-pressure of the receiving side.
 */
import type { Connection, Libp2p, PeerId, Stream } from "@libp2p/interface";
import { ChatError } from "../errors.ts";
import { FrameDecoder, FramingError } from "../framing/mod.ts";
import { DraftQueue } from "./draft_queue.ts";
import { Receiver, type ReceiverEffect, type ReceiverEvent } from "./receiver_state.ts";
import { Sender, type SenderEffect, type SenderEvent, type StorageEffect } from "./state.ts";
import type { DirectStore } from "./store.ts";
import {
  decodeFrame,
  DIRECT_PROTOCOL,
  type DirectFrame,
  encodeAnswers,
  encodeMessages,
  encodeRead,
  MAX_FRAME_BYTES,
  WireError,
} from "./wire.ts";

/** How long opening a stream on a living connection may take. */
const OPEN_TIMEOUT_MS = 10_000;
/** A frame that was begun has to be complete within this time. */
const FRAME_TIMEOUT_MS = 20_000;
/** Answers that a peer does not read pile up to this, then the stream is reset. */
const MAX_UNREAD_ANSWER_BYTES = 256 * 1024;
/** One stream a direction is the protocol; one more may overlap while it is being replaced. */
const MAX_STREAMS_PER_CONNECTION = 4;

/** What the driver is given. Times are ms. */
export interface DirectDriverInit<Draft, Own, Received> {
  readonly libp2p: Libp2p;
  readonly store: DirectStore<Draft, Own, Received>;
  /** Whether, at this moment, to tell senders what was shown here, and to note what they tell. */
  readonly readReceipts: () => boolean;
  /** Wall clock, for what is written down. */
  readonly now: () => number;
  /** Monotonic clock, for time-outs. */
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Messages that were committed, in order. */
  readonly onReceived: (messages: readonly Received[]) => void;
  /** Own messages whose state changed. */
  readonly onState: (messages: readonly Own[]) => void;
  /** A peer is connected, but sending to it was interrupted; it is tried again. For a person. */
  readonly onInterrupted: (peerId: string, reason: string) => void;
  /** Something for the log. `detail` may hold text of a peer. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

interface Channel {
  readonly peerId: string;
  readonly sender: Sender;
  /** Events that came while another one was being handled. */
  readonly events: SenderEvent[];
  busy: boolean;
  stream: Stream | undefined;
  /** The connection of the stream, or the one on which it is being opened. */
  connection: Connection | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

/** Sends and receives direct messages on the streams of a libp2p node. */
export class DirectDriver<Draft, Own, Received> implements AsyncDisposable {
  readonly #init: DirectDriverInit<Draft, Own, Received>;
  readonly #channels = new Map<string, Channel>();
  readonly #inbound = new Set<Stream>();
  readonly #stopped = new AbortController();
  readonly #drafts: DraftQueue<Draft, Own>;
  /** The last thing that the database was asked for failed; it is logged once. */
  #storageFails = false;

  constructor(init: DirectDriverInit<Draft, Own, Received>) {
    this.#init = init;
    this.#drafts = new DraftQueue((drafts) => init.store.enqueue(drafts, init.now()));
  }

  /** Registers the protocol; call it before the node starts. */
  async start(): Promise<void> {
    const { libp2p } = this.#init;
    libp2p.addEventListener("peer:disconnect", this.#onDisconnect);
    await libp2p.handle(DIRECT_PROTOCOL, this.#onInboundStream, {
      maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
      maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
    });
  }

  /**
   * Saves a message; drafts of the same turn of the event loop share one commit. Its delivery
   * begins with `queued()`. While another process holds the lock of the database, it waits.
   * @throws whatever the store throws, or the signal's reason; nothing was saved then
   */
  save(draft: Draft, options: { signal?: AbortSignal } = {}): Promise<Own> {
    return this.#drafts.save(draft, options);
  }

  /**
   * The peer is connected and one of ours: send what waits for it. Nothing is sent before, so that
   * a stranger gets no messages and the recipient knows the sender's name by then. Called again for
   * a further connection, which is then the one to use: the older one may be half open.
   */
  connected(peerId: string): void {
    const channel = this.#channel(peerId);
    if (channel.stream !== undefined && channel.connection !== this.#openConnection(peerId)) {
      this.#drop(channel, "there is a newer connection");
      this.#step(channel, { type: "closed", reason: "there is a newer connection" });
    }
    this.#step(channel, { type: "connected" });
  }

  /** Messages to this peer were committed: send them as soon as it is connected. */
  queued(peerId: string): void {
    this.#step(this.#channel(peerId), { type: "queued" });
  }

  /** Messages of this peer were shown, and it is to be told: as soon as it is connected. */
  shown(peerId: string): void {
    if (this.#init.readReceipts()) this.#step(this.#channel(peerId), { type: "shown" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { libp2p } = this.#init;
    this.#stopped.abort();
    this.#drafts[Symbol.dispose]();
    libp2p.removeEventListener("peer:disconnect", this.#onDisconnect);
    await libp2p.unhandle(DIRECT_PROTOCOL);
    const streams = [...this.#inbound];
    for (const channel of this.#channels.values()) {
      clearTimeout(channel.timer);
      if (channel.stream !== undefined) streams.push(channel.stream);
    }
    // Answers that are still being written get a moment; the close of the connections ends the rest.
    const signal = AbortSignal.timeout(500);
    await Promise.allSettled(streams.map((stream) => stream.close({ signal })));
  }

  #channel(peerId: string): Channel {
    const found = this.#channels.get(peerId);
    if (found !== undefined) return found;
    const sender = new Sender(this.#init.random);
    const channel: Channel = {
      peerId,
      sender,
      events: [],
      busy: false,
      stream: undefined,
      connection: undefined,
      timer: undefined,
    };
    this.#channels.set(peerId, channel);
    return channel;
  }

  #openConnection(peerId: string): Connection | undefined {
    // The newest: an older one may be half open, and is noticed only when its ping fails.
    return this.#init.libp2p.getConnections()
      .filter(({ remotePeer, status }) => status === "open" && remotePeer.toString() === peerId)
      .sort((a, b) => b.timeline.open - a.timeline.open)[0];
  }

  readonly #onDisconnect = ({ detail }: CustomEvent<PeerId>): void => {
    const peerId = detail.toString();
    const channel = this.#channels.get(peerId);
    if (channel === undefined) return;
    this.#step(channel, { type: "disconnected" });
    clearTimeout(channel.timer);
    // A sender that is offline knows nothing that the outbox does not.
    this.#channels.delete(peerId);
  };

  /** Feeds one event and everything that follows from it; what comes meanwhile waits its turn. */
  #step(channel: Channel, event: SenderEvent): void {
    channel.events.push(event);
    if (channel.busy) return;
    channel.busy = true;
    try {
      for (let next = channel.events.shift(); next !== undefined; next = channel.events.shift()) {
        if (this.#stopped.signal.aborted) return;
        for (const effect of channel.sender.handle(next, this.#init.monotonic())) {
          const follow = this.#perform(channel, effect);
          if (follow !== undefined) channel.events.push(follow);
        }
      }
    } finally {
      channel.busy = false;
    }
  }

  #perform(channel: Channel, effect: SenderEffect): SenderEvent | undefined {
    try {
      return this.#carryOut(channel, effect);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#init.onTrouble("could not go on sending", { peer: channel.peerId, error });
      this.#drop(channel, reason);
      return { type: "closed", reason };
    }
  }

  #carryOut(channel: Channel, effect: SenderEffect): SenderEvent | undefined {
    const { peerId } = channel;
    switch (effect.type) {
      case "open":
        this.#open(channel);
        return undefined;
      case "close":
        this.#drop(channel, effect.reason);
        this.#init.onInterrupted(peerId, effect.reason);
        return undefined;
      case "transmit":
        channel.stream?.send(encodeMessages(effect.messages));
        return undefined;
      case "transmit-receipts":
        channel.stream?.send(encodeRead(effect.ids));
        return undefined;
      case "wake":
        this.#wakeAt(channel, effect.at);
        return undefined;
      case "protest":
        this.#init.onTrouble("a peer answered strangely", { peer: peerId, what: effect.what });
        return undefined;
      default: {
        const outcome = this.#withStorage(() => this.#store(peerId, effect));
        return outcome === "failed" ? { type: "storage-failed", effect } : outcome.event;
      }
    }
  }

  #store(peerId: string, effect: StorageEffect): { readonly event?: SenderEvent } {
    const { store, now, onState, readReceipts } = this.#init;
    switch (effect.type) {
      case "load": {
        const messages = store.waiting(peerId, effect.after, effect.limit);
        return { event: { type: "loaded", messages, limit: effect.limit } };
      }
      case "load-receipts": {
        const ids = readReceipts() ? store.receiptsFor(peerId, effect.limit) : [];
        return { event: { type: "receipts-loaded", ids } };
      }
      case "mark-sent":
        onState(store.record(peerId, effect.ids, "sent", now()));
        return {};
      case "deliver":
        onState(store.record(peerId, effect.ids, "delivered", now()));
        return {};
      case "refuse":
        onState(store.record(peerId, [effect.id], "refused", now(), effect.reason));
        return {};
      case "settle-receipts":
        store.receiptsSent(peerId, effect.ids);
        return {};
    }
  }

  /** Asks the database for something that may be asked for again. */
  #withStorage<T>(work: () => T): T | "failed" {
    try {
      const result = work();
      this.#storageFails = false;
      return result;
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (!this.#storageFails) this.#init.onTrouble("the database failed; trying again", { error });
      this.#storageFails = true;
      return "failed";
    }
  }

  #wakeAt(channel: Channel, at: number): void {
    clearTimeout(channel.timer);
    const delay = Math.max(0, Math.ceil(at - this.#init.monotonic()));
    channel.timer = setTimeout(() => this.#step(channel, { type: "timer" }), delay);
  }

  #open(channel: Channel): void {
    const connection = this.#openConnection(channel.peerId);
    if (connection === undefined) {
      // The connection is about to be reported as gone, or as replaced.
      queueMicrotask(() => this.#step(channel, { type: "closed", reason: "no connection" }));
      return;
    }
    channel.connection = connection;
    const signal = AbortSignal.any([
      this.#stopped.signal,
      AbortSignal.timeout(OPEN_TIMEOUT_MS),
    ]);
    connection.newStream(DIRECT_PROTOCOL, { signal }).then((stream) => {
      if (this.#stopped.signal.aborted || channel.sender.phase !== "opening") {
        stream.abort(new Error("not needed any more"));
        return;
      }
      channel.stream = stream;
      this.#readAnswers(channel, stream);
      this.#step(channel, { type: "opened" });
    }, (error) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.#init.onInterrupted(channel.peerId, reason);
      this.#step(channel, { type: "closed", reason });
    });
  }

  #readAnswers(channel: Channel, stream: Stream): void {
    const closed = (reason: string) => {
      if (channel.stream !== stream) return;
      channel.stream = undefined;
      this.#step(channel, { type: "closed", reason });
    };
    stream.addEventListener("close", (event) => closed(event.error?.message ?? "closed"));
    stream.addEventListener("remoteCloseWrite", () => {
      closed("the peer ended the stream");
      stream.abort(new Error("the peer ended the stream"));
    });
    this.#readFrames(stream, channel.peerId, (frames) => {
      for (const frame of frames) {
        // An answer may end the stream, and the sender has forgotten then what went out on it.
        if (channel.stream !== stream) return;
        switch (frame.type) {
          case "acknowledgement":
            this.#step(channel, { type: "acknowledged", ids: frame.ids });
            break;
          case "refusal":
            this.#step(channel, { type: "refused", id: frame.id, reason: frame.reason });
            break;
          case "read-acknowledgement":
            this.#step(channel, { type: "receipts-acknowledged", ids: frame.ids });
            break;
          default:
            throw new WireError("a message on the answering side of a stream");
        }
      }
    });
  }

  #drop(channel: Channel, reason: string): void {
    const { stream } = channel;
    channel.stream = undefined;
    stream?.abort(new Error(reason));
  }

  readonly #onInboundStream = (stream: Stream, connection: Connection): void => {
    this.#inbound.add(stream);
    stream.addEventListener("close", () => this.#inbound.delete(stream));
    const peer = connection.remotePeer.toString();
    const receiver = new Receiver();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const step = (event: ReceiverEvent) => {
      if (this.#stopped.signal.aborted || stream.status !== "open") return;
      try {
        const now = this.#init.monotonic();
        for (const effect of receiver.handle(event, now)) {
          if (effect.type === "wake") {
            const delay = Math.max(0, Math.ceil(effect.at - now));
            clearTimeout(timer);
            timer = setTimeout(() => step({ type: "timer" }), delay);
          } else {
            const follow = this.#receive(stream, peer, effect);
            if (follow !== undefined) step(follow);
          }
        }
      } catch (error) {
        this.#failed(stream, peer, error);
      }
    };
    stream.addEventListener("close", () => clearTimeout(timer));
    this.#readFrames(stream, peer, (frames) => step({ type: "frames", frames }));
    stream.addEventListener("remoteCloseWrite", () => {
      stream.close({ signal: AbortSignal.timeout(OPEN_TIMEOUT_MS) })
        .catch((error) => stream.abort(error));
    });
  };

  #receive(
    stream: Stream,
    peer: string,
    effect: Exclude<ReceiverEffect, { type: "wake" }>,
  ): ReceiverEvent | undefined {
    switch (effect.type) {
      case "store": {
        const failed = this.#withStorage(() => this.#accept(peer, effect)) === "failed";
        return failed ? { type: "storage-failed" } : { type: "stored" };
      }
      case "answer":
        if (stream.writeStatus === "writable") stream.send(encodeAnswers(effect.answers));
        if (stream.writeBufferLength > MAX_UNREAD_ANSWER_BYTES) {
          throw new WireError("it does not read the answers");
        }
        return undefined;
      case "reset":
        throw new WireError(effect.reason);
    }
  }

  #accept(peer: string, { messages, read }: Extract<ReceiverEffect, { type: "store" }>): void {
    const { store, now, onTrouble, onReceived, onState, readReceipts } = this.#init;
    if (messages.length > 0) {
      const { fresh, conflicts } = store.accept(peer, messages, now());
      for (const id of conflicts) {
        onTrouble("a peer sent another text under a known id; the first one stays", { peer, id });
      }
      if (fresh.length > 0) onReceived(fresh);
    }
    if (readReceipts() && read.length > 0) onState(store.record(peer, read, "read", now()));
  }

  /** Cuts what arrives into frames; any error resets the stream, never the process. */
  #readFrames(
    stream: Stream,
    peer: string,
    take: (frames: readonly DirectFrame[]) => void,
  ): void {
    const decoder = new FrameDecoder(MAX_FRAME_BYTES);
    let deadline: ReturnType<typeof setTimeout> | undefined;
    const fail = (error: unknown) => this.#failed(stream, peer, error);
    stream.addEventListener("close", () => clearTimeout(deadline));
    stream.addEventListener("message", (event) => {
      if (this.#stopped.signal.aborted) return;
      try {
        const frames = decoder.push(event.data.subarray()).map(decodeFrame);
        if (frames.length > 0 || decoder.pendingBytes === 0) {
          clearTimeout(deadline);
          deadline = undefined;
        }
        if (decoder.pendingBytes > 0) {
          deadline ??= setTimeout(
            () => fail(new WireError(`a frame unfinished after ${FRAME_TIMEOUT_MS / 1000} s`)),
            FRAME_TIMEOUT_MS,
          );
        }
        if (frames.length > 0) take(frames);
      } catch (error) {
        clearTimeout(deadline);
        fail(error);
      }
    });
  }

  #failed(stream: Stream, peer: string, error: unknown): void {
    const fault = error instanceof WireError || error instanceof FramingError;
    const what = fault ? "a peer broke the protocol" : "could not go on receiving";
    this.#init.onTrouble(what, { peer, error });
    stream.abort(error instanceof Error ? error : new Error(String(error)));
  }
}
