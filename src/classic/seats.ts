/**
 * Which inbound connections are read, as a pure state machine: so that a host with hundreds of them,
 * by mistake or on purpose, neither costs much nor keeps others out. An event and the time go in,
 * effects come out.
 *
 * Guarantees:
 * - at most MAX_SEATS_PER_HOST connections of a host are read at a time; further ones wait for a seat
 *   in the order of arrival
 * - while others of its host wait, a connection that said nothing for GIVES_WAY_MS is closed
 * - while MAX_WAITING_PER_HOST of a host wait, and none of its seats comes free like that, those that
 *   wait for GIVES_WAY_MS are closed
 * - nothing else is closed: a burst of connections that say something is read as fast as it goes
 *
 * The caller accepts nothing more while `isFull`; that ends by itself, unless hosts by the dozen keep
 * conversations open.
 */
import { GIVES_WAY_MS, MAX_INBOUND, MAX_SEATS_PER_HOST, MAX_WAITING_PER_HOST } from "./limits.ts";

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
  /**
   * Send a `timer` event at this time, ms on the driver's clock, or later; replaces the one before.
   * What came in before has to be told first.
   */
  | { readonly type: "wake"; readonly at: number };

interface Host<Connection> {
  /** When they were seated, oldest first; Infinity once they spoke. */
  readonly seated: Map<Connection, number>;
  /** When they arrived, oldest first. */
  readonly waiting: Map<Connection, number>;
}

export class Seats<Connection> {
  readonly #hosts = new Map<string, Host<Connection>>();
  readonly #hostOf = new Map<Connection, string>();

  /** All connections that arrived and did not leave. */
  get count(): number {
    return this.#hostOf.size;
  }

  /** There are so many connections, or so many of a host wait, that further ones are not to come. */
  get isFull(): boolean {
    if (this.count >= MAX_INBOUND) return true;
    return this.#hosts.values().some(({ waiting }) => waiting.size >= MAX_WAITING_PER_HOST);
  }

  handle(event: SeatsEvent<Connection>, now: number): SeatsEffect<Connection>[] {
    switch (event.type) {
      case "arrived":
        return [...this.#arrived(event.connection, event.host, now), ...this.#wake()];
      case "spoke":
        this.#hostFor(event.connection)?.seated.set(event.connection, Infinity);
        return [];
      case "left":
        return [...this.#left(event.connection, now), ...this.#wake()];
      case "timer":
        return [
          ...this.#hosts.values().flatMap((host) => this.#makeRoom(host, now)),
          ...this.#wake(),
        ];
    }
  }

  #arrived(connection: Connection, name: string, now: number): SeatsEffect<Connection>[] {
    const host = this.#hosts.get(name) ?? { seated: new Map(), waiting: new Map() };
    this.#hosts.set(name, host);
    this.#hostOf.set(connection, name);
    host.waiting.set(connection, now);
    return this.#giveSeats(host, now);
  }

  #left(connection: Connection, now: number): SeatsEffect<Connection>[] {
    const name = this.#hostOf.get(connection);
    const host = this.#hostFor(connection);
    if (name === undefined || host === undefined) return [];
    this.#hostOf.delete(connection);
    host.seated.delete(connection);
    host.waiting.delete(connection);
    if (host.seated.size + host.waiting.size === 0) this.#hosts.delete(name);
    return this.#giveSeats(host, now);
  }

  #giveSeats({ seated, waiting }: Host<Connection>, now: number): SeatsEffect<Connection>[] {
    const effects: SeatsEffect<Connection>[] = [];
    for (const connection of waiting.keys()) {
      if (seated.size >= MAX_SEATS_PER_HOST) break;
      waiting.delete(connection);
      seated.set(connection, now);
      effects.push({ type: "seat", connection });
    }
    return effects;
  }

  #makeRoom(host: Host<Connection>, now: number): SeatsEffect<Connection>[] {
    const { seated, waiting } = host;
    const isDue = (since: number) => now - since >= GIVES_WAY_MS;
    const silent = seated.entries().filter(([, since]) => isDue(since)).map(([each]) => each)
      .take(waiting.size).toArray();
    const hopeless = silent.length === 0 && waiting.size >= MAX_WAITING_PER_HOST
      ? waiting.entries().filter(([, since]) => isDue(since)).map(([each]) => each).toArray()
      : [];
    for (const connection of silent) seated.delete(connection);
    for (const connection of hopeless) waiting.delete(connection);
    return [
      ...silent.map((connection) => closing(connection, "it says nothing, and others wait")),
      ...hopeless.map((connection) => closing(connection, "too many of its host wait")),
      ...this.#giveSeats(host, now),
    ];
  }

  #wake(): SeatsEffect<Connection>[] {
    let at = Infinity;
    for (const { seated, waiting } of this.#hosts.values()) {
      if (waiting.size > 0) at = Math.min(at, ...seated.values());
      const [oldest] = waiting.values();
      if (oldest !== undefined && waiting.size >= MAX_WAITING_PER_HOST) at = Math.min(at, oldest);
    }
    return at === Infinity ? [] : [{ type: "wake", at: at + GIVES_WAY_MS }];
  }

  #hostFor(connection: Connection): Host<Connection> | undefined {
    return this.#hosts.get(this.#hostOf.get(connection) ?? "");
  }
}

function closing<Connection>(connection: Connection, reason: string): SeatsEffect<Connection> {
  return { type: "close", connection, reason };
}
