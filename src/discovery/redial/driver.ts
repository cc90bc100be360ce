/**
 * Keeps targets connected: carries out the schedule (`state.ts`) with timers and a dial function
 * that the node gives, and tells how it stands with each target.
 *
 * A dial is over after 10 s even if it ignores its signal, so a target that hangs delays nothing.
 * It opens no connection itself and watches none: the node says who is connected and who is gone.
 */
import { attemptDial } from "../dial_attempt.ts";
import { type DialEffect, type RedialEvent, RedialSchedule, type TargetStatus } from "./state.ts";

/** What the redialer is given. */
export interface RedialerInit {
  /**
   * Connects to a target, or finds that it is connected.
   * @returns the peer id that answered
   */
  readonly dial: (target: string, options: { signal: AbortSignal }) => Promise<string>;
  /** Whether a peer is connected at this moment: a connection may be gone before its dial is. */
  readonly isConnected: (peerId: string) => boolean;
  /** An attempt is over, and how it stands with its target then. Not told once this is disposed. */
  readonly onOutcome?: (status: TargetStatus) => void;
  /** Wall clock, ms since the epoch: for the report. */
  readonly now: () => number;
  /** Monotonic clock, ms: for the schedule. */
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** How long one dial may take, ms; 10 s if not given. */
  readonly dialTimeoutMs?: number;
}

/** Dials targets until they are connected, and again when they are lost. */
export class Redialer implements AsyncDisposable {
  readonly #init: RedialerInit;
  readonly #schedule: RedialSchedule;
  /** Dials on their way, by target. */
  readonly #dials = new Map<string, AbortController>();
  readonly #tasks = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();
  readonly #stopped = new AbortController();
  #wake: ReturnType<typeof setTimeout> | undefined;

  constructor(init: RedialerInit) {
    this.#init = init;
    this.#schedule = new RedialSchedule(init.random);
  }

  /**
   * Dials a target now, and for ever after a loss. Adding it again does nothing.
   * @param target whatever `dial` understands, such as a multiaddr or a peer id
   * @param peerId who is expected there, if that is known
   */
  add(target: string, peerId?: string): void {
    const connected = peerId !== undefined && this.#init.isConnected(peerId);
    this.#handle({ type: "added", target, peerId, connected });
  }

  /** Forgets a target. A connection to it stays; a dial on its way is given up. */
  remove(target: string): void {
    this.#handle({ type: "removed", target });
    this.#dials.get(target)?.abort(new Error("not wanted any more"));
    this.#dials.delete(target);
  }

  /** Whether the target was added and not removed. */
  has(target: string): boolean {
    return this.#schedule.has(target);
  }

  /** The peer is connected, whoever dialled. */
  peerConnected(peerId: string): void {
    this.#handle({ type: "connected", peerId });
  }

  /**
   * The last connection to the peer is gone. To be told for everybody, also for a peer that was
   * connected so briefly that it never was active: what is not told here is not dialled again.
   */
  peerLost(peerId: string): void {
    this.#handle({ type: "lost", peerId });
  }

  /** Tries a target, or all, now: the network changed, or a person asks. */
  poke(target?: string): void {
    this.#handle({ type: "poked", target });
  }

  /** All targets, in the order in which they were added; times are ms since the epoch. */
  report(): TargetStatus[] {
    const toWall = (time: number | undefined) =>
      time === undefined ? undefined : Math.round(this.#init.now() - this.#init.monotonic() + time);
    return this.#schedule.report().map((status) => ({
      ...status,
      lastTried: toWall(status.lastTried),
      nextAttempt: toWall(status.nextAttempt),
    }));
  }

  /**
   * Resolves when every target was tried once, or is connected.
   * @throws the signal's reason; an error when the redialer stops
   */
  async allTried({ signal }: { signal: AbortSignal }): Promise<void> {
    const over = AbortSignal.any([signal, this.#stopped.signal]);
    over.throwIfAborted();
    if (this.#schedule.allTried) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = () => reject(over.reason);
    over.addEventListener("abort", cancel);
    this.#waiting.add(resolve);
    try {
      await promise;
    } finally {
      over.removeEventListener("abort", cancel);
      this.#waiting.delete(resolve);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const reason = new Error("the redialer is stopping");
    this.#stopped.abort(reason);
    clearTimeout(this.#wake);
    for (const dial of this.#dials.values()) dial.abort(reason);
    await Promise.all(this.#tasks);
  }

  #handle(event: RedialEvent): void {
    if (this.#stopped.signal.aborted) return;
    const effects = this.#schedule.handle(event, this.#init.monotonic());
    for (const effect of effects) this.#start(effect);
    this.#arm();
    if (!this.#schedule.allTried) return;
    for (const resolve of this.#waiting) resolve();
  }

  #arm(): void {
    clearTimeout(this.#wake);
    const { wakeAt } = this.#schedule;
    if (wakeAt === Infinity) return;
    const delay = Math.max(0, Math.ceil(wakeAt - this.#init.monotonic()));
    this.#wake = setTimeout(() => this.#handle({ type: "timer" }), delay);
  }

  #start({ target }: DialEffect): void {
    const controller = new AbortController();
    this.#dials.set(target, controller);
    const task = this.#dial(target, controller);
    this.#tasks.add(task);
    task.finally(() => this.#tasks.delete(task));
  }

  async #dial(target: string, controller: AbortController): Promise<void> {
    const { dial, isConnected, dialTimeoutMs } = this.#init;
    let outcome: RedialEvent;
    try {
      const peerId = await attemptDial((options) => dial(target, options), {
        signal: controller.signal,
        ...(dialTimeoutMs === undefined ? {} : { timeoutMs: dialTimeoutMs }),
      });
      outcome = { type: "dialled", target, peerId, connected: isConnected(peerId) };
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      outcome = { type: "failed", target, error };
    }
    // A target that was removed, and perhaps added again, has nothing to do with this dial.
    if (this.#dials.get(target) !== controller) return;
    this.#dials.delete(target);
    if (this.#stopped.signal.aborted) return;
    this.#handle(outcome);
    const status = this.report().find((one) => one.target === target);
    if (status !== undefined) this.#init.onOutcome?.(status);
  }
}
