import type { ComponentLogger, Transport } from "@libp2p/interface";
import { MAX_OPEN_INBOUND, MAX_PENDING_INBOUND } from "./inbound_quota.ts";
import { DenoTcp } from "./transport.ts";

export { TransportError, type TransportErrorCode } from "./errors.ts";

/** libp2p gives a dial 10 s in all, for every address of the peer. */
export const DIAL_TIMEOUT_MS = 5_000;

export const MAX_UNSENT_BYTES = 8 * 1024 * 1024;

export interface DenoTcpOptions {
  dialTimeoutMs?: number;
  maxPendingInbound?: number;
  maxOpenInbound?: number;
  maxUnsentBytes?: number;
}

export function denoTcp(options: DenoTcpOptions = {}): (components: { logger: ComponentLogger }) => Transport {
  return ({ logger }) =>
    new DenoTcp(logger, {
      dialTimeoutMs: options.dialTimeoutMs ?? DIAL_TIMEOUT_MS,
      maxPending: options.maxPendingInbound ?? MAX_PENDING_INBOUND,
      maxOpen: options.maxOpenInbound ?? MAX_OPEN_INBOUND,
      maxUnsentBytes: options.maxUnsentBytes ?? MAX_UNSENT_BYTES,
    });
}
