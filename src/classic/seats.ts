/**
 * Which inbound connections are read, as a pure state machine: so that a host with hundreds of them,
 * by mistake or on purpose, neither costs much nor keeps others out. An event and the time go in,
 * effects come out.
 *
 * Guarantees:
 * - at most MAX_SEATS_PER_HOST connections of a host are read at a time; further ones wait for a seat
 *   in the order of arrival
 * - while others of its host wait, a connection that said nothing for SILENT_GIVES_WAY_MS is closed;
 *   otherwise none is closed for the sake of another one of which less is known
 * - at most MAX_WAITING_PER_HOST of a host wait
 *
 * `count` is for the caller, who stops accepting at MAX_INBOUND.
 */
import { MAX_SEATS_PER_HOST, MAX_WAITING_PER_HOST, SILENT_GIVES_WAY_MS } from "./limits.ts";

export type SeatsEvent<Connection> =
  | { readonly type: "arrived"; readonly connection: Connection; readonly host: string }
  /** It said something that was understood. */
  | { readonly type: "spoke"; readonly connection: Connection }
  /** It is closed; also to be told of those that `close` asked for. */
  | { readonly type: "left"; readonly connection: Connection }
  | { readonly type: "timer" };

export type SeatsEffect<Connection> =
  /** Read it now. */
  | { readonly type: "seat"; readonly connection: Connection }
  | { readonly type: "close"; readonly connection: Connection; readonly reason: string }
  /** Send a `timer` event at this time, ms on the driver's clock; replaces the one before. */
  | { readonly type: "wake"; readonly at: number };

interface Host<Connection> {
  /** When they were seated, oldest first; Infinity once they spoke. */
  readonly seated: Map<Connection, number>;
  readonly waiting: Set<Connection>;
}

export class Seats<Connection> {
  readonly #hosts = new Map<string, Host<Connection>>();
  readonly #hostOf = new Map<Connection, string>();

  /** All connections that arrived and did not leave. */
  get count(): number {
    return this.#hostOf.size;
  }

  handle(event: SeatsEvent<Connection>, now: number): SeatsEffect<Connection>[] {
    switch (event.type) {
      case "arrived":
        return this.#arrived(event.connection, event.host, now);
      case "spoke":
        this.#hostFor(event.connection)?.seated.set(event.connection, Infinity);
        return [];
      case "left":
        return this.#left(event.connection, now);
      case "timer":
        return [...this.#hosts.values()].flatMap((host) => this.#giveSeats(host, now))
          .concat(this.#wake());
    }
  }

  #arrived(connection: Connection, name: string, now: number): SeatsEffect<Connection>[] {
    const host = this.#hosts.get(name) ?? { seated: new Map(), waiting: new Set() };
    this.#hosts.set(name, host);
    this.#hostOf.set(connection, name);
    host.waiting.add(connection);
    const effects = this.#giveSeats(host, now);
    const [oldest] = host.waiting;
    if (oldest !== undefined && host.waiting.size > MAX_WAITING_PER_HOST) {
      host.waiting.delete(oldest);
      effects.push({ type: "close", connection: oldest, reason: "too many of its host wait" });
    }
    return [...effects, ...this.#wake()];
  }

  #left(connection: Connection, now: number): SeatsEffect<Connection>[] {
    const name = this.#hostOf.get(connection);
    const host = this.#hostFor(connection);
    if (name === undefined || host === undefined) return [];
    this.#hostOf.delete(connection);
    host.seated.delete(connection);
    host.waiting.delete(connection);
    const effects = this.#giveSeats(host, now);
    if (host.seated.size + host.waiting.size === 0) this.#hosts.delete(name);
    return [...effects, ...this.#wake()];
  }

  #giveSeats({ seated, waiting }: Host<Connection>, now: number): SeatsEffect<Connection>[] {
    const effects: SeatsEffect<Connection>[] = [];
    for (const connection of waiting) {
      if (seated.size >= MAX_SEATS_PER_HOST) {
        const silent = this.#longestSilent(seated);
        if (silent === undefined || now < silent.until) break;
        seated.delete(silent.connection);
        const reason = "it says nothing, and others of its host wait";
        effects.push({ type: "close", connection: silent.connection, reason });
      }
      waiting.delete(connection);
      seated.set(connection, now);
      effects.push({ type: "seat", connection });
    }
    return effects;
  }

  #longestSilent(seated: ReadonlyMap<Connection, number>) {
    for (const [connection, since] of seated) {
      if (since !== Infinity) return { connection, until: since + SILENT_GIVES_WAY_MS };
    }
    return undefined;
  }

  #wake(): SeatsEffect<Connection>[] {
    let at = Infinity;
    for (const { seated, waiting } of this.#hosts.values()) {
      if (waiting.size > 0) at = Math.min(at, this.#longestSilent(seated)?.until ?? Infinity);
    }
    return at === Infinity ? [] : [{ type: "wake", at }];
  }

  #hostFor(connection: Connection): Host<Connection> | undefined {
    return this.#hosts.get(this.#hostOf.get(connection) ?? "");
  }
}
