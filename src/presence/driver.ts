/**
 * Presence on real streams: carries out what the state machine asks for (`state.ts`), reads what
 * peers send, and tells the node who came and who went.
 *
 * It neither dials nor pings: it looks at the connections that libp2p has, and takes the round-trip
 * times that whoever pings leaves in `connection.rtt`. A connection that somebody aborts because it
 * is dead is a peer that is lost.
 */
import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { Deadline, unlessAborted } from "../deadline.ts";
import { FrameDecoder } from "../framing/mod.ts";
import type { ActivePeer, Departure, PeerSource } from "./active_peer.ts";
import {
  type ForeignReason,
  type PeerView,
  Presence,
  type PresenceEffect,
  type PresenceEvent,
} from "./state.ts";
import {
  decodeFrame,
  encodeGoodbye,
  encodeHello,
  encodeTwin,
  MAX_FRAME_BYTES,
  PRESENCE_PROTOCOL,
  type PresenceFrame,
} from "./wire.ts";

/** How long opening a stream on a living connection may take. */
const OPEN_TIMEOUT_MS = 10_000;
/** How long the last bytes may take when this node leaves, or a connection is closed. */
const CLOSE_TIMEOUT_MS = 500;
/** How often measured round trips are collected: how exact `lastSeen` is while a peer is quiet. */
const MEASURE_INTERVAL_MS = 2_000;
/** Multicodec `p2p`: the part of a multiaddr that holds a peer id. */
const P2P_CODE = 421;

type Timer = ReturnType<typeof setTimeout>;

/** What the driver is given. Peer ids are texts, times ms. Names are not safe for a terminal. */
export interface PresenceDriverInit {
  readonly libp2p: Libp2p;
  /** What this node calls itself, at most 64 characters. */
  readonly name: string;
  /** Random bytes of this run, at most 16: tells two nodes with one identity apart. */
  readonly instance: Uint8Array<ArrayBuffer>;
  /** Wall clock, for what people see. */
  readonly now: () => number;
  /** Monotonic clock, for decisions. */
  readonly monotonic: () => number;
  readonly sourceOf: (peerId: string) => PeerSource;
  /** A peer said its name: before `onUp`, and again at every change. */
  readonly onHello: (peerId: string, name: string, address: string) => void;
  readonly onUp: (peer: ActivePeer) => void;
  readonly onDown: (peer: ActivePeer, departure: Departure) => void;
  /** Two nodes with this one identity are connected; both were told. Reported once. */
  readonly onTwins: (peer: ActivePeer) => void;
  /** A peer says that another node runs with the identity of this one. Anybody can say that. */
  readonly onToldOfTwin: (peer: ActivePeer) => void;
  /** A connected peer is none of ours. Its connections are still open; it is told only once. */
  readonly onForeign: (peerId: string, address: string, reason: ForeignReason) => void;
  /** Something for the log. `detail` may hold text of a peer. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

/** Keeps presence streams with all connected peers of a libp2p node. */
export class PresenceDriver implements AsyncDisposable {
  readonly #init: PresenceDriverInit;
  readonly #presence = new Presence();
  readonly #connections = new Map<string, Connection>();
  /** Streams to send on, by connection. */
  readonly #outbound = new Map<string, Stream>();
  /** Streams to read from, by connection. */
  readonly #inbound = new Map<string, Stream>();
  /** Streams to send on that are being opened. */
  readonly #opening = new Set<Promise<void>>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  #name: string;
  #leaving = false;
  #wake: Timer | undefined;
  #measuring: Timer | undefined;

  constructor(init: PresenceDriverInit) {
    this.#init = init;
    this.#name = init.name;
  }

  /**
   * Registers the protocol and takes up the connections that exist. Call it before the node
   * listens or dials: a peer that connects earlier is told that the protocol is not spoken here.
   */
  async start(): Promise<void> {
    const { libp2p } = this.#init;
    libp2p.addEventListener("connection:open", this.#onConnection);
    for (const connection of libp2p.getConnections()) this.#adopt(connection);
    this.#measuring = setInterval(() => this.#measure(), MEASURE_INTERVAL_MS);
    await libp2p.handle(PRESENCE_PROTOCOL, this.#onInboundStream, {
      maxInboundStreams: 1,
      runOnLimitedConnection: true,
    });
  }

  /** Active peers, longest connected first. */
  peers(): ActivePeer[] {
    this.#measure();
    return this.#presence.peers().map((peer) => this.#complete(peer));
  }

  /** What an active peer calls itself; empty if it has no name, undefined if it is not active. */
  name(peerId: string): string | undefined {
    return this.#presence.name(peerId);
  }

  /**
   * Changes what this node calls itself, and tells all peers.
   * @throws RangeError for a name over 64 characters
   */
  rename(name: string): void {
    const hello = encodeHello(name, this.#init.instance);
    this.#name = name;
    for (const stream of this.#outbound.values()) send(stream, hello);
  }

  /** A peer sent something on another protocol: it is alive. */
  seen(peerId: string): void {
    this.#handle({ type: "seen", peerId });
  }

  /**
   * Tells all peers that this node leaves, and waits until the bytes went out: at most 500 ms, less
   * if `signal` is aborted. It never fails; whoever could not be told sees the connection close.
   * From then on nobody is active here and nothing is reported. Stop the node next.
   */
  async goodbye({ signal }: { signal: AbortSignal }): Promise<void> {
    this.#leaving = true;
    this.#handle({ type: "leaving" });
    using limit = new Deadline(CLOSE_TIMEOUT_MS, signal);
    const streams = [...this.#outbound.values()];
    await Promise.all([
      ...streams.map((stream) => sayGoodbye(stream, limit.signal)),
      // A peer may be here by a stream that is gone, and see this node leave on the new one.
      unlessAborted(Promise.all(this.#opening).then(() => {}), limit.signal),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { libp2p } = this.#init;
    this.#leaving = true;
    this.#stopped.abort(new Error("presence is stopping"));
    clearInterval(this.#measuring);
    clearTimeout(this.#wake);
    libp2p.removeEventListener("connection:open", this.#onConnection);
    await libp2p.unhandle(PRESENCE_PROTOCOL);
    const limit = AbortSignal.timeout(CLOSE_TIMEOUT_MS);
    await Promise.all([...this.#outbound.values()].map((stream) => closeOrAbort(stream, limit)));
    for (const stream of [...this.#inbound.values(), ...this.#outbound.values()]) {
      stream.abort(new Error("presence is stopping"));
    }
    await Promise.all([...this.#opening, ...this.#tasks]);
  }

  readonly #onConnection = ({ detail }: CustomEvent<Connection>): void => this.#adopt(detail);

  #adopt(connection: Connection): void {
    const { id, status } = connection;
    // A connection that is closed already does not say so again.
    if (status !== "open" || this.#connections.has(id)) return;
    this.#connections.set(id, connection);
    connection.addEventListener("close", () => {
      this.#connections.delete(id);
      this.#handle({ type: "closed", connection: id });
    });
    this.#handle({
      type: "opened",
      connection: id,
      peerId: connection.remotePeer.toString(),
      address: connection.remoteAddr.decapsulateCode(P2P_CODE).toString(),
      path: connection.direct ? "direct" : "relayed",
    });
  }

  #handle(event: PresenceEvent): void {
    if (this.#stopped.signal.aborted) return;
    const { now, monotonic } = this.#init;
    const effects = this.#presence.handle(event, { wall: now(), monotonic: monotonic() });
    this.#arm();
    for (const effect of effects) {
      try {
        this.#perform(effect);
      } catch (error) {
        // What the node does with one report must not keep it from the others.
        this.#init.onTrouble(`presence could not go on after "${effect.type}"`, { error });
      }
    }
  }

  #arm(): void {
    clearTimeout(this.#wake);
    const { wakeAt } = this.#presence;
    if (wakeAt === Infinity) return;
    const delay = Math.max(0, Math.ceil(wakeAt - this.#init.monotonic()));
    this.#wake = setTimeout(() => this.#handle({ type: "timer" }), delay);
  }

  #perform(effect: PresenceEffect): void {
    const { onHello, onUp, onDown, onForeign, onTwins, onToldOfTwin } = this.#init;
    switch (effect.type) {
      case "open":
        return this.#run(this.#open(effect.connection), this.#opening);
      case "close":
        return this.#run(this.#close(effect.connection));
      case "cut":
        this.#refuse(effect.connection, new Error("too many frames"));
        this.#connections.get(effect.connection)?.abort(new Error("too many presence frames"));
        return;
      case "reset":
        return this.#refuse(effect.connection, new Error("a frame that never ends"));
      case "hello":
        return onHello(effect.peer.peerId, effect.peer.name, effect.peer.address);
      case "up":
        return onUp(this.#complete(effect.peer));
      case "down":
        return onDown(this.#complete(effect.peer), effect.departure);
      case "twins":
        for (const id of effect.connections) {
          const stream = this.#outbound.get(id);
          if (stream !== undefined) send(stream, encodeTwin());
        }
        return onTwins(this.#complete(effect.peer));
      case "told-of-twin":
        return onToldOfTwin(this.#complete(effect.peer));
      case "foreign":
        return onForeign(effect.peerId, effect.address, effect.reason);
    }
  }

  #complete(peer: PeerView): ActivePeer {
    return { ...peer, source: this.#init.sourceOf(peer.peerId) };
  }

  #run(task: Promise<void>, tasks = this.#tasks): void {
    tasks.add(task);
    task.finally(() => tasks.delete(task));
  }

  async #open(id: string): Promise<void> {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    const gone = (unsupported: boolean) =>
      this.#handle({ type: "not-sending", connection: id, unsupported });
    let stream: Stream;
    try {
      stream = await connection.newStream(PRESENCE_PROTOCOL, {
        signal: AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(OPEN_TIMEOUT_MS)]),
        runOnLimitedConnection: true,
      });
    } catch (error) {
      // The state machine knows whether to try again, or that the connection is gone.
      return gone(error instanceof Error && error.name === "UnsupportedProtocolError");
    }
    // Nobody is told of the end of a stream that came before the listener.
    if (stream.status !== "open") return gone(false);
    if (this.#leaving) return sayGoodbye(stream, AbortSignal.timeout(CLOSE_TIMEOUT_MS));
    this.#outbound.set(id, stream);
    stream.addEventListener("close", () => {
      this.#outbound.delete(id);
      gone(false);
    });
    stream.addEventListener("message", () => stream.abort(new Error("nothing is answered here")));
    send(stream, encodeHello(this.#name, this.#init.instance));
    this.#handle({ type: "sending", connection: id });
  }

  async #close(id: string): Promise<void> {
    const connection = this.#connections.get(id);
    try {
      await connection?.close({ signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS) });
    } catch (error) {
      connection?.abort(asError(error));
    }
  }

  readonly #onInboundStream = (stream: Stream, connection: Connection): void => {
    if (stream.status !== "open") return;
    if (this.#leaving) return stream.abort(new Error("leaving"));
    this.#adopt(connection);
    this.#inbound.set(connection.id, stream);
    this.#handle({ type: "stream-opened", connection: connection.id });
    this.#read(stream, connection);
  };

  #read(stream: Stream, { id }: Connection): void {
    const decoder = new FrameDecoder(MAX_FRAME_BYTES);
    stream.addEventListener("message", ({ data }) => {
      let frames: PresenceFrame[];
      try {
        frames = decoder.push(data.subarray()).map(decodeFrame);
      } catch (error) {
        return this.#refuse(id, asError(error));
      }
      const unfinished = decoder.pendingBytes > 0;
      this.#handle({ type: "read", connection: id, frames, unfinished });
    });
    const closed = () => {
      this.#handle({ type: "stream-closed", connection: id });
      // Closing this side too frees the stream.
      this.#run(closeOrAbort(stream, AbortSignal.timeout(CLOSE_TIMEOUT_MS)));
    };
    stream.addEventListener("remoteCloseWrite", closed);
    stream.addEventListener("close", () => {
      if (this.#inbound.get(id) === stream) this.#inbound.delete(id);
    });
    // A stream that was closed before anybody listened does not say so again.
    if (stream.remoteWriteStatus === "closed") closed();
  }

  #refuse(id: string, error: Error): void {
    const stream = this.#inbound.get(id);
    if (stream === undefined) return;
    const peer = this.#connections.get(id)?.remotePeer.toString();
    this.#init.onTrouble("a peer broke the presence protocol", { peer, error });
    stream.abort(error);
  }

  /** Collects round trips. A new one is put where the last one was taken away. */
  #measure(): void {
    for (const [id, connection] of this.#connections) {
      const { rtt } = connection;
      if (rtt === undefined) continue;
      delete connection.rtt;
      this.#handle({ type: "measured", connection: id, roundTripMs: rtt });
    }
  }
}

/** A stream that cannot take the bytes is over, which its `close` event reports. */
function send(stream: Stream, bytes: Uint8Array): void {
  try {
    stream.send(bytes);
  } catch (error) {
    stream.abort(asError(error));
  }
}

function sayGoodbye(stream: Stream, signal: AbortSignal): Promise<void> {
  send(stream, encodeGoodbye());
  return closeOrAbort(stream, signal);
}

async function closeOrAbort(stream: Stream, signal: AbortSignal): Promise<void> {
  try {
    await stream.close({ signal });
  } catch (error) {
    stream.abort(asError(error));
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
