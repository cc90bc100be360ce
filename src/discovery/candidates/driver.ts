/**
 * Dials discovered peers: carries out what the admission policy decides (`admission.ts`) with timers
 * and a dial function that the node gives.
 *
 * A dial is over after 10 s even if it ignores its signal. What becomes of a dial is not reported:
 * nobody asked for it, and a connection shows itself.
 */
import { Admission, type AdmissionEvent, type AdmitEffect } from "../admission.ts";
import { attemptDial } from "../dial_attempt.ts";

/** What the dialer is given. Peer ids are texts. */
export interface CandidateDialerInit {
  /** The id of this node. */
  readonly self: string;
  /** Connects to a peer at one of its addresses: 1 to 8 multiaddrs without the peer id. */
  readonly dial: (
    peerId: string,
    addresses: readonly string[],
    options: { signal: AbortSignal },
  ) => Promise<unknown>;
  /** Monotonic clock, ms. */
  readonly monotonic: () => number;
  /** Something for the log. */
  readonly onTrouble: (what: string, detail: { [key: string]: unknown }) => void;
  /** How long one dial may take, ms; 10 s if not given. */
  readonly dialTimeoutMs?: number;
}

/** Connects to peers that were discovered, within limits. */
export class CandidateDialer implements AsyncDisposable {
  readonly #init: CandidateDialerInit;
  readonly #admission: Admission;
  readonly #stopped = new AbortController();
  readonly #tasks = new Set<Promise<void>>();
  #wake: ReturnType<typeof setTimeout> | undefined;

  constructor(init: CandidateDialerInit) {
    this.#init = init;
    this.#admission = new Admission(init.self);
  }

  /**
   * A peer announced itself, or another peer told of it.
   * @param addresses multiaddrs, with or without the peer id; what cannot be dialled is dropped
   * @param options.loopback whether loopback addresses among them mean this machine
   */
  discovered(
    peerId: string,
    addresses: readonly string[],
    { loopback }: { loopback: boolean },
  ): void {
    this.#handle({ type: "discovered", peerId, addresses, loopback });
  }

  /** The peer is connected, whoever dialled. */
  peerConnected(peerId: string): void {
    this.#handle({ type: "connected", peerId });
  }

  /** The last connection to the peer is gone; to be told for everybody that was connected. */
  peerLost(peerId: string): void {
    this.#handle({ type: "lost", peerId });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort(new Error("discovery is stopping"));
    clearTimeout(this.#wake);
    await Promise.all(this.#tasks);
  }

  #handle(event: AdmissionEvent): void {
    if (this.#stopped.signal.aborted) return;
    const { monotonic } = this.#init;
    for (const effect of this.#admission.handle(event, monotonic())) this.#start(effect);
    clearTimeout(this.#wake);
    const { wakeAt } = this.#admission;
    if (wakeAt === Infinity) return;
    const delay = Math.max(0, Math.ceil(wakeAt - monotonic()));
    this.#wake = setTimeout(() => this.#handle({ type: "timer" }), delay);
  }

  #start(effect: AdmitEffect): void {
    const task = this.#dial(effect);
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }

  async #dial({ peerId, addresses }: AdmitEffect): Promise<void> {
    const { dial, dialTimeoutMs, onTrouble } = this.#init;
    try {
      await attemptDial((options) => dial(peerId, addresses, options), {
        signal: this.#stopped.signal,
        ...(dialTimeoutMs === undefined ? {} : { timeoutMs: dialTimeoutMs }),
      });
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      onTrouble("a discovered peer was not reached", { peer: peerId, addresses, error });
      return this.#handle({ type: "failed", peerId });
    }
    this.#handle({ type: "dialled", peerId });
  }
}
