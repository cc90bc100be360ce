/** Joins dialling, listening and connections to what libp2p calls a transport. */
import {
  type ComponentLogger,
  type Connection,
  type CreateListenerOptions,
  type DialTransportOptions,
  type Listener,
  serviceCapabilities,
  type Transport,
  transportSymbol,
} from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { isListenable, tcpEndpoint } from "./addresses.ts";
import { SocketConnection } from "./connection.ts";
import { openSocket } from "./dial.ts";
import { TransportError } from "./errors.ts";
import { type InboundLimits, InboundQuota } from "./inbound_quota.ts";
import { SocketListener } from "./listener.ts";

export interface DenoTcpSettings extends InboundLimits {
  readonly dialTimeoutMs: number;
  readonly maxUnsentBytes: number;
  readonly onDialled: (address: Multiaddr, error: Error | undefined) => void;
}

export class DenoTcp implements Transport {
  readonly [transportSymbol] = true;
  readonly [Symbol.toStringTag] = "deno-tcp";
  readonly [serviceCapabilities] = ["@libp2p/transport"];
  readonly #settings: DenoTcpSettings;
  readonly #logger: ComponentLogger;
  readonly #quota: InboundQuota;
  readonly #dualStackPorts = new Set<number>();

  constructor(logger: ComponentLogger, settings: DenoTcpSettings) {
    this.#logger = logger;
    this.#settings = settings;
    this.#quota = new InboundQuota(settings);
  }

  /** @throws TransportError when there is no socket; whatever the upgrader throws after that */
  async dial(address: Multiaddr, options: DialTransportOptions): Promise<Connection> {
    const { onDialled } = this.#settings;
    let connection: Connection;
    try {
      connection = await this.#connect(address, options);
    } catch (error) {
      const failure = failureOf(address, options.signal, error);
      if (failure !== undefined) onDialled(address, failure);
      throw error;
    }
    onDialled(address, undefined);
    return connection;
  }

  async #connect(address: Multiaddr, options: DialTransportOptions): Promise<Connection> {
    const socket = await openSocket(address, {
      signal: options.signal,
      timeoutMs: this.#settings.dialTimeoutMs,
    });
    const connection = new SocketConnection({
      socket,
      remoteAddr: address,
      direction: "outbound",
      log: this.#logger.forComponent("libp2p:deno-tcp:outbound"),
      maxUnsentBytes: this.#settings.maxUnsentBytes,
    });
    try {
      return await options.upgrader.upgradeOutbound(connection, options);
    } catch (error) {
      connection.abort(TransportError.from(error, `upgrade of ${address} failed`));
      throw error;
    }
  }

  createListener({ upgrader }: CreateListenerOptions): Listener {
    return new SocketListener({
      upgrader,
      quota: this.#quota,
      dualStackPorts: this.#dualStackPorts,
      maxUnsentBytes: this.#settings.maxUnsentBytes,
      log: this.#logger.forComponent("libp2p:deno-tcp:listener"),
    });
  }

  listenFilter(addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter(isListenable);
  }

  dialFilter(addresses: Multiaddr[]): Multiaddr[] {
    return addresses.filter((address) => tcpEndpoint(address) !== undefined);
  }
}

/** Why a dial failed; undefined when the caller gave it up, which says nothing about the address. */
function failureOf(address: Multiaddr, signal: AbortSignal, cause: unknown): Error | undefined {
  const doing = `cannot connect to ${address}`;
  if (signal.aborted) {
    const error = TransportError.aborted(signal, doing);
    return error.code === "aborted" ? undefined : error;
  }
  return cause instanceof Error ? cause : TransportError.from(cause, doing);
}
