/**
 * Peer exchange on real streams: asks connected peers when the schedule says so (`state.ts`),
 * answers them, and hands on what can be believed (`records.ts`).
 *
 * Every stream is over within 10 s, whatever the other side does. It dials nobody: what is learned
 * goes to the node, which decides.
 */
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { FrameDecoder } from "../../framing/mod.ts";
import { believe, type ConnectedPeer, type Partner, peersToTell, recordFor } from "./records.ts";
import { type AskEffect, type ExchangeEvent, ExchangeSchedule } from "./state.ts";
import {
  decodeFrame,
  encodeAnswer,
  encodeQuestion,
  EXCHANGE_PROTOCOL,
  type ExchangeFrame,
  MAX_FRAME_BYTES,
  MAX_QUESTION_BYTES,
  type PeerRecord,
} from "./wire.ts";

/** How long one question and its answer may take. */
const EXCHANGE_TIMEOUT_MS = 10_000;
/** A peer asks one question at a time; one more may overlap while the first one closes. */
const MAX_STREAMS_PER_CONNECTION = 2;

/** What the driver is given. Peer ids are texts, times ms. */
export interface ExchangeDriverInit {
  readonly libp2p: Libp2p;
  /** The peers that are connected and answering, to tell others about. */
  readonly connectedPeers: () => readonly ConnectedPeer[];
  /** The multiaddrs at which a peer says that it listens, such as identify brought them. */
  readonly addressesOf: (
    peerId: string,
    options: { signal: AbortSignal },
  ) => Promise<readonly string[]>;
  /** Another peer told of this one. Its name is not safe for a terminal. */
  readonly onLearned: (peer: PeerRecord, from: string) => void;
  /** Wall clock, for how long ago a peer was heard from. */
  readonly now: () => number;
  /** Monotonic clock, for the schedule. */
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Something for the log. `detail` may hold text of a peer. */
  readonly onTrouble: (what: string, detail: { [key: string]: unknown }) => void;
}

/** Exchanges what is known of other peers with all connected ones. */
export class ExchangeDriver implements AsyncDisposable {
  readonly #init: ExchangeDriverInit;
  readonly #schedule: ExchangeSchedule;
  readonly #stopped = new AbortController();
  readonly #tasks = new Set<Promise<void>>();
  #wake: ReturnType<typeof setTimeout> | undefined;

  constructor(init: ExchangeDriverInit) {
    this.#init = init;
    this.#schedule = new ExchangeSchedule(init.random);
  }

  /** Registers the protocol; call it before the node listens or dials. */
  async start(): Promise<void> {
    await this.#init.libp2p.handle(EXCHANGE_PROTOCOL, this.#onInboundStream, {
      maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
      runOnLimitedConnection: true,
    });
  }

  /** A peer is connected and speaks our protocols: ask it. */
  peerConnected(peerId: string): void {
    this.#handle({ type: "connected", peerId });
  }

  /** The peer is gone. */
  peerLost(peerId: string): void {
    this.#handle({ type: "gone", peerId });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort(new Error("peer exchange is stopping"));
    clearTimeout(this.#wake);
    await this.#init.libp2p.unhandle(EXCHANGE_PROTOCOL);
    await Promise.all(this.#tasks);
  }

  #handle(event: ExchangeEvent): void {
    if (this.#stopped.signal.aborted) return;
    const { monotonic } = this.#init;
    for (const effect of this.#schedule.handle(event, monotonic())) this.#run(this.#ask(effect));
    clearTimeout(this.#wake);
    const { wakeAt } = this.#schedule;
    if (wakeAt === Infinity) return;
    const delay = Math.max(0, Math.ceil(wakeAt - monotonic()));
    this.#wake = setTimeout(() => this.#handle({ type: "timer" }), delay);
  }

  #run(task: Promise<void>): void {
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }

  /** Never rejects: whatever goes wrong ends in the log, and the next question comes in time. */
  async #ask({ peerId }: AskEffect): Promise<void> {
    const { libp2p, onLearned, onTrouble } = this.#init;
    const signal = this.#deadline();
    let unsupported = false;
    try {
      const connection = libp2p.getConnections().find(({ remotePeer, status }) =>
        status === "open" && remotePeer.toString() === peerId
      );
      if (connection === undefined) throw new Error("the connection is gone");
      const answer = await this.#question(connection, signal);
      if (answer.type !== "answer") throw new Error(`a ${answer.type} instead of an answer`);
      const self = libp2p.peerId.toString();
      if (this.#stopped.signal.aborted) return;
      for (const record of believe(answer.records, partner(connection), self)) {
        onLearned(record, peerId);
      }
    } catch (error) {
      unsupported = error instanceof Error && error.name === "UnsupportedProtocolError";
      if (!this.#stopped.signal.aborted) onTrouble("a peer was not asked", { peer: peerId, error });
    }
    this.#handle({ type: "asked", peerId, unsupported });
  }

  async #question(connection: Connection, signal: AbortSignal): Promise<ExchangeFrame> {
    const stream = await connection.newStream(EXCHANGE_PROTOCOL, {
      signal,
      runOnLimitedConnection: true,
    });
    const send = async () => {
      stream.send(encodeQuestion());
      await stream.close({ signal });
    };
    try {
      const [frame] = await Promise.all([readFrame(stream, MAX_FRAME_BYTES, signal), send()]);
      // What was answered counts, even if the other side never closes.
      this.#run(finish(stream, signal));
      return frame;
    } catch (error) {
      stream.abort(asError(error));
      throw error;
    }
  }

  readonly #onInboundStream = (stream: Stream, connection: Connection): void => {
    this.#run(this.#answer(stream, connection));
  };

  async #answer(stream: Stream, connection: Connection): Promise<void> {
    const signal = this.#deadline();
    const asker = partner(connection);
    try {
      const frame = await readFrame(stream, MAX_QUESTION_BYTES, signal);
      if (frame.type !== "question") throw new Error(`an ${frame.type} instead of a question`);
      if (!this.#schedule.mayAnswer(asker.peerId, this.#init.monotonic())) {
        throw new Error("asked again too soon");
      }
      stream.send(encodeAnswer(await this.#records(asker, signal)));
      await finish(stream, signal);
    } catch (error) {
      if (!this.#stopped.signal.aborted) {
        this.#init.onTrouble("a peer was not answered", { peer: asker.peerId, error });
      }
      stream.abort(asError(error));
    }
  }

  async #records(asker: Partner, signal: AbortSignal): Promise<PeerRecord[]> {
    const { connectedPeers, addressesOf, now } = this.#init;
    const peers = peersToTell(connectedPeers(), asker.peerId);
    const records = await Promise.all(
      peers.map(async (peer) =>
        recordFor(peer, await addressesOf(peer.peerId, { signal }), asker, now())
      ),
    );
    return records.filter((record) => record !== undefined);
  }

  #deadline(): AbortSignal {
    return AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(EXCHANGE_TIMEOUT_MS)]);
  }
}

/**
 * Reads the one frame that the other side sends.
 * @throws FramingError, ExchangeWireError; the signal's reason; an error if the stream ends before
 */
async function readFrame(
  stream: Stream,
  maxFrameBytes: number,
  signal: AbortSignal,
): Promise<ExchangeFrame> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const decoder = new FrameDecoder(maxFrameBytes);
  const ended = () => reject(new Error("the stream ended before a whole frame"));
  const cancel = () => reject(signal.reason);
  const take = ({ data }: { data: { subarray(): Uint8Array } }) => {
    try {
      const [payload] = decoder.push(data.subarray());
      if (payload !== undefined) resolve(payload);
    } catch (error) {
      reject(error);
    }
  };
  stream.addEventListener("message", take);
  stream.addEventListener("end", ended);
  stream.addEventListener("close", ended);
  signal.addEventListener("abort", cancel);
  // What came before the listeners does not come again.
  if (signal.aborted) cancel();
  if (stream.readableEnded || stream.status !== "open") ended();
  try {
    return decodeFrame(await promise);
  } finally {
    stream.removeEventListener("message", take);
    stream.removeEventListener("end", ended);
    stream.removeEventListener("close", ended);
    signal.removeEventListener("abort", cancel);
  }
}

/** Closes this side and waits until the other has closed too, or resets, so that nothing is left. */
async function finish(stream: Stream, signal: AbortSignal): Promise<void> {
  const reset = () => stream.abort(asError(signal.reason));
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  stream.addEventListener("close", () => resolve());
  signal.addEventListener("abort", reset);
  try {
    if (signal.aborted) reset();
    await stream.close({ signal });
    if (stream.status === "open") await closed;
  } catch (error) {
    stream.abort(asError(error));
  } finally {
    signal.removeEventListener("abort", reset);
  }
}

function partner({ remotePeer, remoteAddr }: Connection): Partner {
  return { peerId: remotePeer.toString(), address: remoteAddr.toString() };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
