/**
 * An upgrader that upgrades nothing: it hands over the raw connections of a transport, so that they
 * can be tested and measured without encryption and without a whole node. Also a silent logger.
 */
import type {
  ComponentLogger,
  Connection,
  ConnectionEncrypter,
  Logger,
  MultiaddrConnection,
  StreamMuxerFactory,
  Transport,
  Upgrader,
  UpgraderOptions,
} from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";

function silent(): Logger {
  return Object.assign(() => {}, {
    error: () => {},
    trace: () => {},
    enabled: false,
    newScope: silent,
  });
}

export const SILENT_LOGGER: ComponentLogger = { forComponent: silent };

/** A raw connection where libp2p wants an upgraded one; nothing but the transport looks at it. */
type Raw = MultiaddrConnection & Connection;

export class RawUpgrader implements Upgrader {
  readonly #inbound: MultiaddrConnection[] = [];
  readonly #waiting: PromiseWithResolvers<MultiaddrConnection>[] = [];

  /** Dials, and returns the raw connection. */
  async dial(
    transport: Transport,
    address: Multiaddr,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<MultiaddrConnection> {
    return await transport.dial(address, { upgrader: this, signal }) as Raw;
  }

  /** The next accepted connection that was not handed out yet. */
  inbound(): Promise<MultiaddrConnection> {
    const ready = this.#inbound.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    const next = Promise.withResolvers<MultiaddrConnection>();
    this.#waiting.push(next);
    return next.promise;
  }

  upgradeInbound(connection: MultiaddrConnection, _options: UpgraderOptions): Promise<void> {
    const next = this.#waiting.shift();
    if (next === undefined) this.#inbound.push(connection);
    else next.resolve(connection);
    return Promise.resolve();
  }

  upgradeOutbound(connection: MultiaddrConnection, _options: UpgraderOptions): Promise<Connection> {
    return Promise.resolve(connection as Raw);
  }

  createInboundAbortSignal(signal: AbortSignal): AbortSignal & { clear(): void } {
    return Object.assign(signal, { clear: () => {} });
  }

  getStreamMuxers(): Map<string, StreamMuxerFactory> {
    return new Map();
  }

  getConnectionEncrypters(): Map<string, ConnectionEncrypter> {
    return new Map();
  }
}
