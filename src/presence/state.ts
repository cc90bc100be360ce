/**
 * Who is here, as a pure state machine over all connections of the node: an event and the time go
 * in, effects come out. No I/O, no timers: the driver feeds it and calls it again at `wakeAt`.
 *
 * Guarantees, given a driver that carries out the effects in order:
 * - a peer is up from its first Hello until it said goodbye or its last connection is gone, however
 *   many connections it has; `up` and `down` alternate
 * - one stream to send on for each connection that lives; opened again when it goes
 * - a peer without the protocol, or one that says no Hello, is reported once and is not up
 * - what a peer can make this side keep is bounded: one name and a few numbers a connection
 * - two nodes that run with one identity at the same time are noticed, and both told, once
 * - `open` comes only in answer to `timer`, after everything else. Yamux 8.0.3 throws past everybody
 *   when a connection ends between `newStream()` and the next microtask, and that can happen in the
 *   event handler of another connection (its muxer.ts, `onCreateStream`), but not in a fresh timer
 *
 * It does not ping: a connection that stopped answering is ended by the node, which arrives here as
 * `closed`.
 */
import type { ActivePeer, Departure } from "./active_peer.ts";
import type { PresenceFrame } from "./wire.ts";

/** A connected peer that has not said Hello by then is none of ours, even over a bad link. */
export const HELLO_TIMEOUT_MS = 30_000;
/** A peer may send this many frames, and open this many streams, in RATE_WINDOW_MS. */
export const RATE_LIMIT = 10;
export const RATE_WINDOW_MS = 10_000;
/** How long a frame may take from its first byte to its last. */
export const FRAME_TIMEOUT_MS = 10_000;
/** Wait before a stream is opened again on a connection that lives; doubles up to the cap. */
export const REOPEN_BASE_MS = 1_000;
export const REOPEN_CAP_MS = 60_000;
/**
 * Life on a connection this long after a Hello of another node with the same identity is no echo of
 * the past: both run. More than the driver takes to collect what it measured.
 */
export const TWIN_PROOF_MS = 5_000;

/** An active peer, without what only the node knows. */
export type PeerView = Omit<ActivePeer, "source">;

/**
 * Why a peer counts as none of ours.
 *
 * - `unsupported`: it does not speak presence
 * - `silent`: it never said Hello
 */
export type ForeignReason = "unsupported" | "silent";

export type PresenceEvent =
  | {
    readonly type: "opened";
    readonly connection: string;
    readonly peerId: string;
    /** Multiaddr without the peer id. */
    readonly address: string;
    readonly path: "direct" | "relayed";
  }
  /** A connection is gone, in whatever way. */
  | { readonly type: "closed"; readonly connection: string }
  /** The peer opened its stream. */
  | { readonly type: "stream-opened"; readonly connection: string }
  /** Bytes of the peer were read; `unfinished` if they end within a frame. */
  | {
    readonly type: "read";
    readonly connection: string;
    readonly frames: readonly PresenceFrame[];
    readonly unfinished: boolean;
  }
  /** The peer closed its stream in order. */
  | { readonly type: "stream-closed"; readonly connection: string }
  /** The stream asked for by `open` is there. */
  | { readonly type: "sending"; readonly connection: string }
  /** It could not be opened, or is gone. */
  | { readonly type: "not-sending"; readonly connection: string; readonly unsupported: boolean }
  | { readonly type: "measured"; readonly connection: string; readonly roundTripMs: number }
  /** The peer sent something, on whatever protocol. */
  | { readonly type: "seen"; readonly peerId: string }
  /** The time `wakeAt` has come. */
  | { readonly type: "timer" }
  /** This node says goodbye: nothing is reported or opened from now on. */
  | { readonly type: "leaving" };

export type PresenceEffect =
  /** Open a stream to send on and say Hello. */
  | { readonly type: "open"; readonly connection: string }
  | { readonly type: "close"; readonly connection: string }
  /** Abort the connection: the peer misbehaves. */
  | { readonly type: "cut"; readonly connection: string }
  /** Abort the peer's stream: it holds a frame that never ends. */
  | { readonly type: "reset"; readonly connection: string }
  | { readonly type: "hello"; readonly peer: PeerView }
  | { readonly type: "up"; readonly peer: PeerView }
  | { readonly type: "down"; readonly peer: PeerView; readonly departure: Departure }
  /** Two nodes with one identity are connected: tell each on its connection. */
  | {
    readonly type: "twins";
    readonly peer: PeerView;
    readonly connections: readonly string[];
  }
  /** A peer says that another node has the identity of this one. */
  | { readonly type: "told-of-twin"; readonly peer: PeerView }
  | {
    readonly type: "foreign";
    readonly peerId: string;
    readonly address: string;
    readonly reason: ForeignReason;
  };

/** A moment on both clocks, ms. */
export interface Moment {
  /** Since the epoch: for what people see. */
  readonly wall: number;
  /** Never set back: for decisions. */
  readonly monotonic: number;
}

interface Link {
  readonly id: string;
  readonly peer: Peer;
  readonly address: string;
  readonly path: "direct" | "relayed";
  sending: "no" | "opening" | "open" | "unsupported";
  roundTripMs: number | undefined;
  /** When the frame that has begun has to be there, monotonic; Infinity if none has. */
  frameDue: number;
  /** Which run of a node is at the other end; empty if it did not say, or not yet. */
  instance: string;
  /** When it said so, monotonic. */
  instanceSince: number;
}

interface Peer {
  readonly peerId: string;
  readonly connectedSince: number;
  readonly links: Link[];
  standing: "awaited" | "up" | "foreign";
  name: string;
  lastSeen: number;
  /** The peer closed its stream, so it means to close the connection too. */
  streamClosed: boolean;
  readonly helloDue: number;
  openAt: number;
  openFailures: number;
  /** When it last sent frames or opened streams, monotonic. */
  marks: number[];
  /** It was told that it runs twice. */
  twinsTold: boolean;
  /** It told this node so. */
  toldOfTwin: boolean;
}

/** The presence of all peers of one node. */
export class Presence {
  readonly #links = new Map<string, Link>();
  readonly #peers = new Map<string, Peer>();
  #leaving = false;

  /** Takes one event and says what has to be done. Events of unknown connections do nothing. */
  handle(event: PresenceEvent, now: Moment): PresenceEffect[] {
    if (event.type === "leaving") {
      this.#leaving = true;
      return [];
    }
    if (this.#leaving) return [];
    if (event.type === "opened") return this.#opened(event, now);
    if (event.type === "timer") return this.#timer(now);
    if (event.type === "seen") {
      const peer = this.#peers.get(event.peerId);
      if (peer !== undefined) peer.lastSeen = now.wall;
      return [];
    }
    const link = this.#links.get(event.connection);
    if (link === undefined) return [];
    const { peer } = link;
    switch (event.type) {
      case "closed":
        return this.#closed(link, now);
      case "stream-opened":
        peer.streamClosed = false;
        link.frameDue = Infinity;
        return this.#tooFast(peer, now) ? this.#cut(peer) : [];
      case "stream-closed":
        peer.streamClosed = true;
        link.frameDue = Infinity;
        return [];
      case "read":
        return this.#read(link, event.frames, event.unfinished, now);
      case "sending":
        link.sending = "open";
        return [];
      case "not-sending":
        return this.#notSending(link, event.unsupported, now);
      case "measured":
        link.roundTripMs = event.roundTripMs;
        peer.lastSeen = now.wall;
        return this.#findTwin(link, now);
    }
  }

  /** When the next `timer` event is due, ms on the monotonic clock; Infinity if never. */
  get wakeAt(): number {
    let wakeAt = Infinity;
    if (this.#leaving) return wakeAt;
    for (const { standing, helloDue, openAt } of this.#peers.values()) {
      wakeAt = Math.min(wakeAt, openAt, standing === "awaited" ? helloDue : Infinity);
    }
    for (const { frameDue } of this.#links.values()) wakeAt = Math.min(wakeAt, frameDue);
    return wakeAt;
  }

  /** The peers that are up, longest connected first; none once this node said goodbye. */
  peers(): PeerView[] {
    if (this.#leaving) return [];
    return [...this.#peers.values()]
      .filter(({ standing }) => standing === "up")
      .sort((a, b) => a.connectedSince - b.connectedSince)
      .map((peer) => view(peer));
  }

  /** The name of a peer that is up. */
  name(peerId: string): string | undefined {
    const peer = this.#peers.get(peerId);
    return peer?.standing === "up" ? peer.name : undefined;
  }

  #opened(event: Extract<PresenceEvent, { type: "opened" }>, now: Moment): PresenceEffect[] {
    if (this.#links.has(event.connection)) return [];
    const peer = this.#peers.get(event.peerId) ?? newPeer(event.peerId, now);
    this.#peers.set(event.peerId, peer);
    const link: Link = {
      id: event.connection,
      peer,
      address: event.address,
      path: event.path,
      sending: "no",
      roundTripMs: undefined,
      frameDue: Infinity,
      instance: "",
      instanceSince: now.monotonic,
    };
    peer.links.push(link);
    peer.lastSeen = now.wall;
    this.#links.set(link.id, link);
    // While a failed stream waits for its time, a new connection is a reason to try at once.
    peer.openAt = now.monotonic;
    return [];
  }

  #closed(link: Link, now: Moment): PresenceEffect[] {
    const { peer } = link;
    this.#links.delete(link.id);
    peer.links.splice(peer.links.indexOf(link), 1);
    if (peer.links.length > 0) {
      peer.openAt = now.monotonic;
      return [];
    }
    this.#peers.delete(peer.peerId);
    if (peer.standing !== "up") return [];
    // How the socket ended says little: that of a killed process is closed like any other, and a
    // late write to one that was closed in order looks like a reset. A peer that closes on purpose
    // ends its streams first.
    const departure = peer.streamClosed ? "closed" : "lost";
    return [{ type: "down", peer: view(peer, link), departure }];
  }

  #read(
    link: Link,
    frames: readonly PresenceFrame[],
    unfinished: boolean,
    now: Moment,
  ): PresenceEffect[] {
    link.peer.lastSeen = now.wall;
    if (!unfinished) link.frameDue = Infinity;
    else if (frames.length > 0 || link.frameDue === Infinity) {
      link.frameDue = now.monotonic + FRAME_TIMEOUT_MS;
    }
    const effects: PresenceEffect[] = [];
    for (const frame of frames) {
      effects.push(...this.#frame(link, frame, now));
      if (!this.#links.has(link.id)) break;
    }
    return effects;
  }

  #frame(link: Link, frame: PresenceFrame, now: Moment): PresenceEffect[] {
    const { peer } = link;
    if (this.#tooFast(peer, now)) return this.#cut(peer);
    if (frame.type === "goodbye") return this.#dismiss(peer, "close", "goodbye");
    if (frame.type === "twin") {
      if (peer.standing !== "up" || peer.toldOfTwin) return [];
      peer.toldOfTwin = true;
      return [{ type: "told-of-twin", peer: view(peer) }];
    }
    if (link.instance !== frame.instance) {
      link.instance = frame.instance;
      link.instanceSince = now.monotonic;
    }
    peer.name = frame.name;
    const effects: PresenceEffect[] = [{ type: "hello", peer: view(peer) }];
    if (peer.standing !== "up") {
      peer.standing = "up";
      effects.push({ type: "up", peer: view(peer) });
    }
    return effects;
  }

  /** There is life on a connection: did another node of the same identity come after it? */
  #findTwin(link: Link, now: Moment): PresenceEffect[] {
    const { peer } = link;
    if (peer.twinsTold || peer.standing !== "up" || link.instance === "") return [];
    const twin = peer.links.find(({ instance, instanceSince }) =>
      instance !== "" && instance !== link.instance && instanceSince >= link.instanceSince &&
      now.monotonic - instanceSince >= TWIN_PROOF_MS
    );
    if (twin === undefined) return [];
    peer.twinsTold = true;
    return [{ type: "twins", peer: view(peer), connections: [link.id, twin.id] }];
  }

  #notSending(link: Link, unsupported: boolean, now: Moment): PresenceEffect[] {
    const { peer } = link;
    link.sending = unsupported ? "unsupported" : "no";
    if (unsupported) return peer.standing === "awaited" ? [report(peer, "unsupported")] : [];
    const delay = Math.min(REOPEN_CAP_MS, REOPEN_BASE_MS * 2 ** peer.openFailures);
    peer.openFailures++;
    peer.openAt = now.monotonic + delay;
    return [];
  }

  #timer(now: Moment): PresenceEffect[] {
    const effects: PresenceEffect[] = [];
    for (const link of this.#links.values()) {
      if (link.frameDue > now.monotonic) continue;
      link.frameDue = Infinity;
      effects.push({ type: "reset", connection: link.id });
    }
    for (const peer of this.#peers.values()) {
      if (peer.standing === "awaited" && peer.helloDue <= now.monotonic) {
        effects.push(report(peer, "silent"));
      }
    }
    for (const peer of this.#peers.values()) {
      if (peer.openAt <= now.monotonic) effects.push(...this.#open(peer));
    }
    return effects;
  }

  #open(peer: Peer): PresenceEffect[] {
    peer.openAt = Infinity;
    if (peer.standing === "foreign") return [];
    // On every connection, though one would do: an older one may be half open, and whoever came back
    // over a new one must not wait until that is noticed.
    const silent = peer.links.filter(({ sending }) => sending === "no");
    for (const link of silent) link.sending = "opening";
    return silent.map(({ id }) => ({ type: "open", connection: id }));
  }

  #tooFast(peer: Peer, now: Moment): boolean {
    peer.marks = peer.marks.filter((mark) => mark > now.monotonic - RATE_WINDOW_MS);
    peer.marks.push(now.monotonic);
    return peer.marks.length > RATE_LIMIT;
  }

  #cut(peer: Peer): PresenceEffect[] {
    return this.#dismiss(peer, "cut", "closed");
  }

  /** Ends all connections of a peer and forgets it: nothing that still arrives on them counts. */
  #dismiss(peer: Peer, how: "close" | "cut", departure: Departure): PresenceEffect[] {
    const effects: PresenceEffect[] = [];
    if (peer.standing === "up") effects.push({ type: "down", peer: view(peer), departure });
    for (const { id } of peer.links) {
      effects.push({ type: how, connection: id });
      this.#links.delete(id);
    }
    this.#peers.delete(peer.peerId);
    return effects;
  }
}

function newPeer(peerId: string, now: Moment): Peer {
  return {
    peerId,
    connectedSince: now.wall,
    links: [],
    standing: "awaited",
    name: "",
    lastSeen: now.wall,
    streamClosed: false,
    helloDue: now.monotonic + HELLO_TIMEOUT_MS,
    openAt: Infinity,
    openFailures: 0,
    marks: [],
    twinsTold: false,
    toldOfTwin: false,
  };
}

function report(peer: Peer, reason: ForeignReason): PresenceEffect {
  peer.standing = "foreign";
  return { type: "foreign", peerId: peer.peerId, address: inUse(peer)?.address ?? "", reason };
}

/** @param last the connection that was in use, for a peer that has none left */
function view(peer: Peer, last?: Link): PeerView {
  const link = inUse(peer) ?? last;
  return {
    peerId: peer.peerId,
    name: peer.name,
    address: link?.address ?? "",
    path: link?.path ?? "direct",
    roundTripMs: link?.roundTripMs,
    connectedSince: peer.connectedSince,
    lastSeen: peer.lastSeen,
  };
}

/** The oldest direct connection, or else the oldest. */
function inUse(peer: Peer): Link | undefined {
  return peer.links.find(({ path }) => path === "direct") ?? peer.links[0];
}
