/**
 * Finds connections that are dead though nobody closed them, and ends them: carries out the rule
 * (`state.ts`) on the connections of a libp2p node. It also measures round trips, which it leaves in
 * `connection.rtt`, where libp2p's own monitor puts them.
 *
 * It asks with Yamux's ping and counts the bytes of the socket. A connection without either, such as
 * one through a relay, lives as long as its answers come; one that cannot be asked is not watched.
 */
import type { Connection, Libp2p } from "@libp2p/interface";
import { socketUnder } from "../../transport/mod.ts";
import { pingOver } from "../steady_yamux.ts";
import {
  type LivenessEffect,
  type LivenessEvent,
  LivenessState,
  LOOK_INTERVAL_MS,
} from "./state.ts";

/** What the driver is given. */
export interface LivenessInit {
  readonly libp2p: Libp2p;
  /** Monotonic clock, ms. */
  readonly monotonic: () => number;
  /** Something came from a peer since the last look; told at most once a second. */
  readonly onHeard: (peerId: string) => void;
  /** Something for the log. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

/** Watches all connections from `start()` until it is disposed. */
export class Liveness implements Disposable {
  readonly #init: LivenessInit;
  readonly #state = new LivenessState();
  readonly #connections = new Map<string, Connection>();
  /** Bytes received, as of the last look. */
  #received: ReadonlyMap<string, number> = new Map();
  #looking: ReturnType<typeof setInterval> | undefined;

  constructor(init: LivenessInit) {
    this.#init = init;
  }

  /** Begins, with the connections that there are. */
  start(): void {
    const { libp2p } = this.#init;
    libp2p.addEventListener("connection:open", this.#onConnection);
    for (const connection of libp2p.getConnections()) this.#adopt(connection);
    this.#looking = setInterval(() => this.#look(), LOOK_INTERVAL_MS);
  }

  /** The machine slept, or this process was stopped: asks everybody at once. */
  resumed(): void {
    this.#look();
    this.#handle({ type: "resumed" });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#looking);
    this.#init.libp2p.removeEventListener("connection:open", this.#onConnection);
    this.#connections.clear();
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
    this.#look();
    this.#handle({ type: "opened", connection: id, peerId: connection.remotePeer.toString() });
  }

  #look(): void {
    const received = new Map<string, number>();
    const heard = new Set<string>();
    for (const [id, connection] of this.#connections) {
      const bytes = socketUnder(connection)?.bytesReceived ?? 0;
      received.set(id, bytes);
      if (bytes > (this.#received.get(id) ?? 0)) heard.add(connection.remotePeer.toString());
    }
    this.#received = received;
    for (const peerId of heard) this.#init.onHeard(peerId);
    this.#handle({ type: "looked", received });
  }

  #handle(event: LivenessEvent): void {
    const effects = this.#state.handle(event, this.#init.monotonic());
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: LivenessEffect): void {
    const connection = this.#connections.get(effect.connection);
    if (connection === undefined) return;
    if (effect.type === "ask") return this.#ask(connection);
    const silence = `nothing came for ${Math.round(effect.silentMs / 1_000)} s`;
    this.#init.onTrouble("ending a connection that is dead", {
      peer: connection.remotePeer.toString(),
      address: connection.remoteAddr.toString(),
      silence,
    });
    connection.abort(new Error(silence));
  }

  #ask(connection: Connection): void {
    const { id } = connection;
    const asked = this.#init.monotonic();
    const answer = pingOver(connection);
    if (answer === undefined) {
      this.#handle({ type: "closed", connection: id });
      return;
    }
    answer.then(() => {
      if (!this.#connections.has(id)) return;
      connection.rtt = Math.round(this.#init.monotonic() - asked);
      this.#handle({ type: "answered", connection: id });
    }, () => {/* the connection is ending, which it says itself */});
  }
}
