/**
 * Listens on one address and hands every accepted socket to the upgrader, within the quota that all
 * listeners of the transport share.
 *
 * It survives whatever accepting can throw: where the process is out of descriptors it pauses and
 * tries again, and the connections wait in the operating system's queue meanwhile.
 */
import {
  type Listener,
  type ListenerEvents,
  type Logger,
  TypedEventEmitter,
  type Upgrader,
} from "@libp2p/interface";
import { getThinWaistAddresses } from "@libp2p/utils";
import type { Multiaddr } from "@multiformats/multiaddr";
import { isListenable, socketMultiaddr, tcpEndpoint } from "./addresses.ts";
import { SocketConnection } from "./connection.ts";
import { TransportError } from "./errors.ts";
import type { InboundQuota } from "./inbound_quota.ts";

/** Long enough for descriptors to come free, short enough that a waiting peer does not give up. */
const ACCEPT_RETRY_MS = 100;

export interface SocketListenerInit {
  readonly upgrader: Upgrader;
  readonly quota: InboundQuota;
  /** Ports on which a listener of the same transport has an open socket for `::`. */
  readonly dualStackPorts: Set<number>;
  readonly maxUnsentBytes: number;
  readonly log: Logger;
}

type State =
  | { readonly is: "idle" }
  | {
    readonly is: "listening";
    readonly address: Multiaddr;
    readonly port: number;
    /** Undefined where the dual-stack socket of another listener serves this address too. */
    readonly server: Deno.TcpListener | undefined;
    readonly accepting: Promise<void>;
  }
  | { readonly is: "closed" };

export class SocketListener extends TypedEventEmitter<ListenerEvents> implements Listener {
  readonly #init: SocketListenerInit;
  readonly #connections = new Set<SocketConnection>();
  readonly #shutdown = new AbortController();
  #state: State = { is: "idle" };

  constructor(init: SocketListenerInit) {
    super();
    this.#init = init;
  }

  /** @throws TransportError `address-in-use`, `address-not-available`, `permission-denied`, ... */
  async listen(address: Multiaddr): Promise<void> {
    const endpoint = tcpEndpoint(address);
    if (endpoint === undefined || !isListenable(address)) {
      throw new TransportError(
        "unsupported-address",
        `cannot listen on ${address}: not IP and TCP`,
      );
    }
    // `::` goes first, whatever the order in which libp2p starts its listeners: see `#bind`.
    if (endpoint.host === "0.0.0.0") await Promise.resolve();
    if (this.#state.is !== "idle") {
      throw new TransportError("other", `cannot listen on ${address}: already ${this.#state.is}`);
    }
    try {
      const server = this.#bind(endpoint.host, endpoint.port);
      const port = server === undefined ? endpoint.port : server.addr.port;
      if (endpoint.host === "::") this.#init.dualStackPorts.add(port);
      const accepting = server === undefined ? Promise.resolve() : this.#accept(server);
      this.#state = { is: "listening", address, port, server, accepting };
    } catch (cause) {
      const error = TransportError.from(cause, `cannot listen on ${address}`);
      this.safeDispatchEvent("error", { detail: error });
      throw error;
    }
    this.#init.log("listening on %s, port %d", address, this.#state.port);
    this.safeDispatchEvent("listening");
  }

  /** The addresses of all interfaces where it listens on all of them, else the one it listens on. */
  getAddrs(): Multiaddr[] {
    if (this.#state.is !== "listening") return [];
    const { server, port } = this.#state;
    if (server === undefined && !this.#init.dualStackPorts.has(port)) return [];
    return getThinWaistAddresses(this.#state.address, this.#state.port);
  }

  /** TCP has nothing to add to an announced address. */
  updateAnnounceAddrs(): void {}

  /** Stops accepting, aborts pending upgrades, closes all accepted sockets. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { is: "closed" };
    if (state.is !== "listening") return;
    state.server?.close();
    if (tcpEndpoint(state.address)?.host === "::") this.#init.dualStackPorts.delete(state.port);
    const closed = new TransportError("closed", `listener on ${state.address} closed`);
    this.#shutdown.abort(closed);
    const connections = [...this.#connections];
    for (const connection of connections) connection.abort(closed);
    await Promise.all([state.accepting, ...connections.map((connection) => connection.reading)]);
    this.safeDispatchEvent("close");
  }

  /**
   * On most systems a socket for `::` accepts IPv4 too, and a second one for 0.0.0.0 and the same
   * port has no place beside it, nor is it needed: then the result is undefined.
   */
  #bind(hostname: string, port: number): Deno.TcpListener | undefined {
    try {
      return Deno.listen({ hostname, port });
    } catch (error) {
      const served = hostname === "0.0.0.0" && this.#init.dualStackPorts.has(port);
      if (served && error instanceof Deno.errors.AddrInUse) return undefined;
      throw error;
    }
  }

  async #accept(server: Deno.TcpListener): Promise<void> {
    let failing = false;
    for (;;) {
      try {
        this.#admit(await server.accept());
        failing = false;
      } catch (cause) {
        if (this.#shutdown.signal.aborted) return;
        const error = TransportError.from(cause, `cannot accept on port ${server.addr.port}`);
        if (!failing) this.safeDispatchEvent("error", { detail: error });
        failing = true;
        this.#init.log.error("accept failed, trying again - %e", error);
        await delay(ACCEPT_RETRY_MS, this.#shutdown.signal);
      }
    }
  }

  #admit(socket: Deno.TcpConn): void {
    const seat = this.#init.quota.admit();
    if (seat === undefined) {
      this.#init.log("too many inbound connections, closing one");
      socket.close();
      return;
    }
    let connection: SocketConnection;
    try {
      connection = new SocketConnection({
        socket,
        remoteAddr: socketMultiaddr(socket.remoteAddr),
        direction: "inbound",
        log: this.#init.log.newScope("inbound"),
        maxUnsentBytes: this.#init.maxUnsentBytes,
      });
    } catch (error) {
      socket.close();
      seat.leave();
      throw error;
    }
    this.#connections.add(connection);
    connection.addEventListener("close", () => this.#connections.delete(connection));
    connection.released.then(() => seat.leave());
    this.#upgrade(connection).finally(() => seat.settle());
  }

  async #upgrade(connection: SocketConnection): Promise<void> {
    try {
      await this.#init.upgrader.upgradeInbound(connection, { signal: this.#shutdown.signal });
    } catch (cause) {
      connection.abort(TransportError.from(cause, `upgrade of ${connection.remoteAddr} failed`));
    }
  }
}

/** Resolves after `ms`, or at once when `signal` is aborted. */
function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
