/**
 * How many inbound sockets a transport holds, over all its listeners, so that strangers cannot use
 * up its memory and descriptors. A socket is pending until it is upgraded, which takes a handshake.
 */

/** A stranger can hold a pending socket for as long as the upgrader lets it (10 s in libp2p). */
export const MAX_PENDING_INBOUND = 128;

/** Some way above libp2p's own limit of 300 connections, below the usual 1,024 descriptors. */
export const MAX_OPEN_INBOUND = 512;

export interface InboundLimits {
  /** Sockets that are not upgraded yet, at least 1. */
  readonly maxPendingInbound: number;
  /** All inbound sockets, pending ones included, at least 1. */
  readonly maxOpenInbound: number;
}

/** One admitted socket. */
export interface InboundSeat {
  /** The upgrade ended, well or not. */
  settle(): void;
  /** The socket is closed. */
  leave(): void;
}

export class InboundQuota {
  readonly #limits: InboundLimits;
  #pending = 0;
  #open = 0;

  constructor(limits: InboundLimits) {
    this.#limits = limits;
  }

  get pending(): number {
    return this.#pending;
  }

  get open(): number {
    return this.#open;
  }

  /** A seat for one more socket, or undefined when a limit is reached. */
  admit(): InboundSeat | undefined {
    if (
      this.#pending >= this.#limits.maxPendingInbound || this.#open >= this.#limits.maxOpenInbound
    ) {
      return undefined;
    }
    this.#pending++;
    this.#open++;
    let pending = true;
    let open = true;
    const settle = () => {
      if (pending) this.#pending--;
      pending = false;
    };
    const leave = () => {
      settle();
      if (open) this.#open--;
      open = false;
    };
    return { settle, leave };
  }
}
