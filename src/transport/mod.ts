/**
 * A libp2p transport for TCP on Deno's own sockets: what `@libp2p/tcp` is to Node.js.
 *
 *     const node = await createLibp2p({ transports: [denoTcp()], ... });
 *
 * It dials `/ip4`, `/ip6`, `/dns`, `/dns4` and `/dns6` addresses with `/tcp/PORT` (and a peer id
 * after it), and listens on IP addresses; `0.0.0.0` and `::` announce the addresses of all
 * interfaces, and may be listened on with the same port at once (`::` alone takes IPv4 too on most
 * systems, but announces IPv6 only). On the wire it is plain TCP and interoperates with every
 * libp2p; on small messages it is faster than `@libp2p/tcp`, because the messages of one turn share
 * one write.
 *
 * What it guarantees:
 * - memory per connection is bounded in both directions, whatever the peer does, as long as the
 *   sender heeds `send`'s result; one that does not loses the connection at `maxUnsentBytes`
 * - a dial ends in time, and after an abort or a time-out no socket is left
 * - `close()` of a connection waits until the peer has been sent everything
 * - strangers get a bounded number of sockets, and running out of descriptors does not stop a
 *   listener
 * - `close()` of a listener leaves no socket and no timer
 * - a socket's failure is a `TransportError` with a stable `code`
 *
 * What it does not do: encryption and multiplexing (libp2p does that on top), finding out whether a
 * silent peer is alive (`socketUnder()` tells how much came from it), Unix sockets, binding a dial to a local port. The runtime
 * cannot send a RST, so an aborted connection looks closed to the peer. On Deno 2.4.2 a connection
 * that was aborted while the peer accepted nothing keeps its descriptor until the peer is gone; it
 * counts as open until then.
 */
import type { ComponentLogger, Transport } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { MAX_OPEN_INBOUND, MAX_PENDING_INBOUND } from "./inbound_quota.ts";
import { DenoTcp } from "./transport.ts";

export { HIGH_WATER_BYTES, type SocketConnection, socketUnder } from "./connection.ts";
export { TransportError, type TransportErrorCode } from "./errors.ts";
export { MAX_OPEN_INBOUND, MAX_PENDING_INBOUND } from "./inbound_quota.ts";

/** Less than the 6 s that libp2p gives one address, so that the error is ours and says why. */
export const DIAL_TIMEOUT_MS = 5_000;

/**
 * Nobody who heeds `send`'s result gets near it. It stops what cannot wait, such as the answers to
 * a peer that pings and never reads.
 */
export const MAX_UNSENT_BYTES = 8 * 1024 * 1024;

export interface DenoTcpOptions {
  /** For a dial until the socket is connected, name resolution included, ms. At least 1. */
  readonly dialTimeoutMs?: number;
  /** Inbound sockets, over all listeners, that are not upgraded yet; more are closed. At least 1. */
  readonly maxPendingInbound?: number;
  /** Inbound sockets over all listeners; more are closed. At least 1. */
  readonly maxOpenInbound?: number;
  /** Bytes that a connection takes in spite of a full buffer before it is aborted. At least 1. */
  readonly maxUnsentBytes?: number;
  /**
   * Called once for each address that was dialled, when its dial has ended: `error` is undefined when
   * the address answered and the handshake worked. Not called when the caller gave the dial up, as
   * libp2p does when it stops, but called when the caller's time-out ended it.
   */
  readonly onDialled?: (address: Multiaddr, error: Error | undefined) => void;
}

/**
 * @returns what libp2p's `transports` option wants
 * @throws RangeError when an option is not an integer of at least 1
 */
export function denoTcp(
  options: DenoTcpOptions = {},
): (components: { logger: ComponentLogger }) => Transport {
  const settings = {
    dialTimeoutMs: options.dialTimeoutMs ?? DIAL_TIMEOUT_MS,
    maxPendingInbound: options.maxPendingInbound ?? MAX_PENDING_INBOUND,
    maxOpenInbound: options.maxOpenInbound ?? MAX_OPEN_INBOUND,
    maxUnsentBytes: options.maxUnsentBytes ?? MAX_UNSENT_BYTES,
  };
  for (const [name, value] of Object.entries(settings)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} must be an integer of at least 1, got ${value}`);
    }
  }
  const { onDialled = () => {} } = options;
  return ({ logger }) => new DenoTcp(logger, { ...settings, onDialled });
}
