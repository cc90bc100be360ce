/**
 * Accepts connections, and has them read within limits. It stops accepting while too many are
 * open or the database fails, so that the rest waits in the system's queue, and survives whatever
 * accepting can throw.
 */
import { aborted, Deadline, unlessAborted } from "../deadline.ts";
import { type Audience, InboundConnection } from "./inbound.ts";
import { RETRY_MS } from "./limits.ts";
import { Seats, type SeatsEvent } from "./seats.ts";

/** Time for a few turns of the event loop. */
const SETTLE_MS = 20;

/** How often it is worth a line in the log that too many come. */
const TELL_EVERY_MS = 60_000;

/** What the listener is given. */
export interface ListenerInit {
  readonly host: string;
  /** 0: any */
  readonly port: number;
  readonly audience: Audience;
  /** Resolves when messages can be saved. */
  readonly canSave: () => Promise<void>;
  /** Monotonic clock, ms. */
  readonly monotonic: () => number;
  /** ms */
  readonly completeWithinMs: number;
}

/** Listens from its construction until it is disposed. */
export class Listener implements AsyncDisposable {
  readonly #init: ListenerInit;
  readonly #server: Deno.TcpListener;
  readonly #stopped = new AbortController();
  readonly #seats = new Seats<InboundConnection>();
  /** Those that wait for a seat have no end yet. */
  readonly #connections = new Map<InboundConnection, Promise<void> | undefined>();
  readonly #accepting: Promise<void>;
  #room = Promise.withResolvers<void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When it was last told that too many come. */
  #toldAt = -Infinity;

  /** @throws the error of Deno.listen */
  constructor(init: ListenerInit) {
    this.#init = init;
    this.#server = Deno.listen({ hostname: init.host, port: init.port });
    this.#accepting = this.#accept();
  }

  get address(): Deno.NetAddr {
    return this.#server.addr;
  }

  /** Closes what a peer has open. */
  closePeer(peerId: string): void {
    for (const connection of this.#connections.keys()) {
      if (connection.peerId === peerId) connection.close(undefined);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    this.#server.close();
    clearTimeout(this.#timer);
    for (const connection of this.#connections.keys()) connection.close(undefined);
    await Promise.all([this.#accepting, ...this.#connections.values()]);
  }

  async #accept(): Promise<void> {
    const { signal } = this.#stopped;
    let failing = false;
    while (!signal.aborted) {
      try {
        await this.#readiness();
        const socket = await this.#server.accept();
        if (signal.aborted) {
          socket.close();
          return;
        }
        this.#admit(socket);
        failing = false;
      } catch (error) {
        if (signal.aborted) return;
        if (!failing) this.#init.audience.onTrouble("cannot accept; trying again", { error });
        failing = true;
        using pause = new Deadline(RETRY_MS, signal);
        await aborted(pause.signal);
      }
    }
  }

  async #readiness(): Promise<void> {
    const { signal } = this.#stopped;
    await unlessAborted(this.#init.canSave(), signal);
    if (!this.#seats.isFull) return;
    const now = this.#init.monotonic();
    if (now - this.#toldAt >= TELL_EVERY_MS) {
      this.#toldAt = now;
      const connections = this.#seats.count;
      this.#init.audience.onTrouble("too many connections; further ones wait", { connections });
    }
    while (this.#seats.isFull && !signal.aborted) {
      this.#room = Promise.withResolvers();
      await unlessAborted(this.#room.promise, signal);
    }
  }

  #admit(socket: Deno.TcpConn): void {
    const { audience, completeWithinMs } = this.#init;
    const onSpoke = () => this.#step({ type: "spoke", connection });
    const connection: InboundConnection = new InboundConnection({
      socket,
      audience,
      onSpoke,
      completeWithinMs,
    });
    this.#connections.set(connection, undefined);
    this.#step({ type: "arrived", connection, host: connection.host });
  }

  #step(event: SeatsEvent<InboundConnection>): void {
    if (this.#stopped.signal.aborted) return;
    for (const effect of this.#seats.handle(event, this.#init.monotonic())) {
      switch (effect.type) {
        case "seat":
          this.#run(effect.connection);
          break;
        case "close":
          effect.connection.close(effect.reason);
          // Where it was read, its end is noticed there.
          if (this.#connections.get(effect.connection) === undefined) {
            this.#left(effect.connection);
          }
          break;
        case "wake": {
          clearTimeout(this.#timer);
          const delay = Math.max(0, Math.ceil(effect.at - this.#init.monotonic()));
          this.#timer = setTimeout(() => this.#lookAround(), delay);
        }
      }
    }
  }

  /** After what has come meanwhile: the process may have stood still. */
  #lookAround(): void {
    this.#timer = setTimeout(() => this.#step({ type: "timer" }), SETTLE_MS);
  }

  #run(connection: InboundConnection): void {
    this.#connections.set(connection, connection.run().finally(() => this.#left(connection)));
  }

  #left(connection: InboundConnection): void {
    this.#connections.delete(connection);
    this.#step({ type: "left", connection });
    if (!this.#seats.isFull) this.#room.resolve();
  }
}
