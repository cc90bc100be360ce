/**
 * Direct messages on real streams: carries out what the state machine asks for (`state.ts`), answers
 * what arrives, and keeps one sender a peer. All database work is synchronous, so a batch is stored
 * and answered before the next one is looked at: that is the back-pressure of the receiving side.
 */
import type { Connection, Libp2p, PeerId, Stream } from "@libp2p/interface";
import { FrameDecoder, FramingError } from "../framing/mod.ts";
import { Sender, type SenderEffect, type SenderEvent } from "./state.ts";
import type { DirectStore } from "./store.ts";
import {
  decodeFrame,
  DIRECT_PROTOCOL,
  type DirectFrame,
  encodeAnswers,
  encodeMessages,
  MAX_FRAME_BYTES,
  WINDOW_BYTES,
  WINDOW_MESSAGES,
  WireError,
  type WireMessage,
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
  /** Something for the log. `detail` may hold text of a peer. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

interface Channel {
  readonly peerId: string;
  readonly sender: Sender;
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
  #drafts: { draft: Draft; resolve: (own: Own) => void; reject: (reason: unknown) => void }[] = [];

  constructor(init: DirectDriverInit<Draft, Own, Received>) {
    this.#init = init;
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
   * begins with `queued()`.
   * @throws whatever the store throws; nothing was saved then
   */
  save(draft: Draft): Promise<Own> {
    return new Promise((resolve, reject) => {
      this.#drafts.push({ draft, resolve, reject });
      if (this.#drafts.length === 1) queueMicrotask(() => this.#saveDrafts());
    });
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

  /**
   * Takes a message back that is not delivered yet.
   * @returns whether it still could be
   */
  cancel(peerId: string, id: string): boolean {
    const changed = this.#init.store
      .record(peerId, [id], "cancelled", this.#init.now());
    this.#init.onState(changed);
    this.#step(this.#channel(peerId), { type: "cancelled", id });
    return changed.length > 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { libp2p } = this.#init;
    this.#stopped.abort();
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

  #saveDrafts(): void {
    const batch = this.#drafts;
    this.#drafts = [];
    try {
      const saved = this.#init.store.enqueue(batch.map(({ draft }) => draft), this.#init.now());
      batch.forEach(({ resolve, reject }, index) => {
        const own = saved[index];
        if (own === undefined) {
          reject(new Error("the store saved fewer messages than it was given"));
        } else resolve(own);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #channel(peerId: string): Channel {
    const found = this.#channels.get(peerId);
    if (found !== undefined) return found;
    const sender = new Sender(this.#init.random);
    const channel: Channel = {
      peerId,
      sender,
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

  /** Feeds one event and everything that follows from it. */
  #step(channel: Channel, event: SenderEvent): void {
    if (this.#stopped.signal.aborted) return;
    const events: SenderEvent[] = [event];
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      for (const effect of channel.sender.handle(next, this.#init.monotonic())) {
        const follow = this.#perform(channel, effect);
        if (follow !== undefined) events.push(follow);
      }
    }
  }

  #perform(channel: Channel, effect: SenderEffect): SenderEvent | undefined {
    const { store, now, onTrouble } = this.#init;
    const peer = channel.peerId;
    try {
      switch (effect.type) {
        case "open":
          this.#open(channel);
          return undefined;
        case "close":
          this.#drop(channel, effect.reason);
          return undefined;
        case "load": {
          const messages = store.waiting(peer, effect.after, effect.limit);
          return { type: "loaded", messages, limit: effect.limit };
        }
        case "transmit":
          channel.stream?.send(encodeMessages(effect.messages));
          return undefined;
        case "mark-sent":
          this.#record(channel, effect.ids, "sent");
          return undefined;
        case "deliver":
          this.#record(channel, effect.ids, "delivered");
          return undefined;
        case "refuse":
          this.#init.onState(store.record(peer, [effect.id], "refused", now(), effect.reason));
          return undefined;
        case "wake":
          this.#wakeAt(channel, effect.at);
          return undefined;
        case "protest":
          onTrouble("a peer answered strangely", { peer, what: effect.what });
          return undefined;
      }
    } catch (error) {
      // The database said no, or the stream is gone: what was not recorded is sent again later.
      onTrouble("could not go on sending", { peer, error });
      this.#drop(channel, "an error on this side");
      return { type: "closed", reason: String(error) };
    }
  }

  #record(channel: Channel, ids: readonly string[], state: "sent" | "delivered"): void {
    const { store, now, onState } = this.#init;
    onState(store.record(channel.peerId, ids, state, now()));
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
    }, (error) => this.#step(channel, { type: "closed", reason: String(error) }));
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
        switch (frame.type) {
          case "acknowledgement":
            this.#step(channel, { type: "acknowledged", ids: frame.ids });
            break;
          case "refusal":
            this.#step(channel, { type: "refused", id: frame.id, reason: frame.reason });
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
    this.#readFrames(stream, peer, (frames) => {
      this.#answer(stream, peer, frames);
    });
    stream.addEventListener("remoteCloseWrite", () => {
      stream.close({ signal: AbortSignal.timeout(OPEN_TIMEOUT_MS) })
        .catch((error) => stream.abort(error));
    });
  };

  #answer(stream: Stream, peer: string, frames: readonly DirectFrame[]): void {
    const messages: WireMessage[] = [];
    const refused: { id: string; reason: string }[] = [];
    let bytes = 0;
    for (const frame of frames) {
      if (frame.type === "message") {
        messages.push(frame.message);
        // UTF-16 units: at most the bytes of UTF-8, so a sender within the window passes.
        bytes += frame.message.text.length;
      } else if (frame.type === "unacceptable") refused.push(frame);
      else throw new WireError(`a frame of type ${frame.type} from the sending side`);
    }
    if (messages.length > WINDOW_MESSAGES || bytes > WINDOW_BYTES) {
      throw new WireError(`${messages.length} messages, ${bytes} B: more than the window`);
    }
    const { store, now, onTrouble, onReceived } = this.#init;
    const { fresh, conflicts } = messages.length > 0
      ? store.accept(peer, messages, now())
      : { fresh: [], conflicts: [] };
    if (stream.writeStatus === "writable") {
      stream.send(encodeAnswers(messages.map(({ id }) => id), refused));
    }
    for (const id of conflicts) {
      onTrouble("a peer sent another text under a known id; the first one stays", { peer, id });
    }
    if (fresh.length > 0) onReceived(fresh);
    if (stream.writeBufferLength > MAX_UNREAD_ANSWER_BYTES) {
      throw new WireError("it does not read the answers");
    }
  }

  /** Cuts what arrives into frames; any error resets the stream, never the process. */
  #readFrames(
    stream: Stream,
    peer: string,
    take: (frames: readonly DirectFrame[]) => void,
  ): void {
    const decoder = new FrameDecoder(MAX_FRAME_BYTES);
    let deadline: ReturnType<typeof setTimeout> | undefined;
    const fail = (error: unknown) => {
      const fault = error instanceof WireError || error instanceof FramingError;
      this.#init.onTrouble(
        fault ? "a peer broke the protocol" : "could not store what a peer sent",
        { peer, error },
      );
      stream.abort(error instanceof Error ? error : new Error(String(error)));
    };
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
}
