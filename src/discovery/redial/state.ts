/**
 * When to dial what has to be connected, as a pure state machine: an event and the time go in, dials
 * come out. No I/O, no timers: the driver feeds it and calls it again at `wakeAt`.
 *
 * Back-off is exponential with full jitter (Marc Brooker, "Exponential Backoff And Jitter", AWS
 * Architecture Blog, 2015): after the n-th failure in a row, counted from 0, the wait is uniform in
 * (0, min(20 s, 1 s * 2^n)].
 *
 * Guarantees, given that every dial is answered by `dialled` or `failed`:
 * - a target is tried for ever, until it is removed; a new one at once
 * - at most 8 dials at a time; those that are due go in the order in which they fell due, so no
 *   target starves, however many others are dead
 * - a target that is connected is not dialled
 */

/** Dials at a time: enough to pass by a few that hang, few enough not to look like a scan. */
export const MAX_PARALLEL_DIALS = 8;
export const BACKOFF_BASE_MS = 1_000;
/**
 * Messages have to be there 30 s after a network is whole again. With full jitter a wait may last as
 * long as the cap, and the dial after it takes up to 5 s: 20 s leave room for both. An attempt every
 * 10 s on average is one packet for each address of an absent peer, which costs nobody anything.
 */
export const BACKOFF_CAP_MS = 20_000;
/**
 * A connection that ends sooner counts as a failed attempt: else a peer that accepts and hangs up
 * would be dialled about twice a second for ever.
 */
export const STABLE_CONNECTION_MS = 10_000;

export type RedialEvent =
  /** @prop peerId who is expected there, if known; `connected` whether it is connected already */
  | {
    readonly type: "added";
    readonly target: string;
    readonly peerId: string | undefined;
    readonly connected: boolean;
  }
  | { readonly type: "removed"; readonly target: string }
  /** A dial succeeded; `connected` is false if that connection is gone already. */
  | {
    readonly type: "dialled";
    readonly target: string;
    readonly peerId: string;
    readonly connected: boolean;
  }
  | { readonly type: "failed"; readonly target: string; readonly error: Error }
  /** The peer is connected, whoever dialled. */
  | { readonly type: "connected"; readonly peerId: string }
  | { readonly type: "lost"; readonly peerId: string }
  /**
   * Something changed for the better: try this target, or all, now. A dial on its way may have begun
   * before the change: if it fails, the next one follows at once.
   */
  | { readonly type: "poked"; readonly target: string | undefined }
  /** The time `wakeAt` has come. */
  | { readonly type: "timer" };

/** Dial this target now. */
export interface DialEffect {
  readonly type: "dial";
  readonly target: string;
}

/** How it stands with one target. Times are ms on the clock given to `handle()`. */
export interface TargetStatus {
  readonly target: string;
  /** Who answered there, or is expected there. */
  readonly peerId: string | undefined;
  readonly phase: "waiting" | "dialling" | "connected";
  /** Dials so far. */
  readonly attempts: number;
  /** Why the last dial failed; undefined if it did not. */
  readonly lastError: Error | undefined;
  readonly lastTried: number | undefined;
  /** undefined while it is dialled or connected. */
  readonly nextAttempt: number | undefined;
}

interface Target {
  readonly target: string;
  peerId: string | undefined;
  connected: boolean;
  connectedAt: number;
  dialling: boolean;
  /** It was poked while it was dialled. */
  again: boolean;
  /** When it may be dialled, if it is neither connected nor being dialled. */
  dueAt: number;
  /** Failures in a row. */
  failures: number;
  attempts: number;
  /** At least one attempt is over, or it was connected. */
  tried: boolean;
  lastError: Error | undefined;
  lastTried: number | undefined;
}

/** The schedule of all targets. */
export class RedialSchedule {
  readonly #targets = new Map<string, Target>();
  readonly #random: () => number;

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Takes one event at the time `now` (ms, monotonic) and says what to dial. */
  handle(event: RedialEvent, now: number): DialEffect[] {
    switch (event.type) {
      case "added":
        this.#add(event, now);
        break;
      case "removed":
        this.#targets.delete(event.target);
        break;
      case "dialled": {
        const target = this.#targets.get(event.target);
        if (target === undefined) break;
        target.dialling = false;
        target.tried = true;
        target.peerId = event.peerId;
        target.lastError = undefined;
        if (event.connected) connect(target, now);
        else if (!target.connected) this.#backOff(target, now);
        break;
      }
      case "failed": {
        const target = this.#targets.get(event.target);
        if (target === undefined) break;
        target.dialling = false;
        target.tried = true;
        if (target.connected) break;
        target.lastError = event.error;
        if (target.again) target.dueAt = now;
        else this.#backOff(target, now);
        break;
      }
      case "connected":
        for (const target of this.#of(event.peerId)) connect(target, now);
        break;
      case "lost":
        for (const target of this.#of(event.peerId)) this.#lose(target, now);
        break;
      case "poked":
        for (const target of this.#targets.values()) {
          if (event.target !== undefined && event.target !== target.target) continue;
          target.failures = 0;
          target.again = target.dialling;
          target.dueAt = Math.min(target.dueAt, now);
        }
        break;
      case "timer":
        break;
    }
    return this.#dial(now);
  }

  /** When the next `timer` event is due, ms; Infinity if never, or not before a dial is over. */
  get wakeAt(): number {
    let wakeAt = Infinity;
    let dialling = 0;
    for (const target of this.#targets.values()) {
      if (target.dialling) dialling++;
      else if (!target.connected) wakeAt = Math.min(wakeAt, target.dueAt);
    }
    return dialling < MAX_PARALLEL_DIALS ? wakeAt : Infinity;
  }

  /** Whether every target was tried once, or is connected. */
  get allTried(): boolean {
    return this.#targets.values().every(({ tried }) => tried);
  }

  /** Whether the target was added and not removed. */
  has(target: string): boolean {
    return this.#targets.has(target);
  }

  /** All targets, in the order in which they were added. */
  report(): TargetStatus[] {
    return [...this.#targets.values()].map((target) => ({
      target: target.target,
      peerId: target.peerId,
      phase: target.connected ? "connected" : target.dialling ? "dialling" : "waiting",
      attempts: target.attempts,
      lastError: target.lastError,
      lastTried: target.lastTried,
      nextAttempt: target.connected || target.dialling ? undefined : target.dueAt,
    }));
  }

  #add(event: Extract<RedialEvent, { type: "added" }>, now: number): void {
    if (this.#targets.has(event.target)) return;
    const target: Target = {
      target: event.target,
      peerId: event.peerId,
      connected: false,
      connectedAt: now,
      dialling: false,
      again: false,
      dueAt: now,
      failures: 0,
      attempts: 0,
      tried: false,
      lastError: undefined,
      lastTried: undefined,
    };
    if (event.connected) connect(target, now);
    this.#targets.set(event.target, target);
  }

  #lose(target: Target, now: number): void {
    if (!target.connected) return;
    target.connected = false;
    if (now - target.connectedAt >= STABLE_CONNECTION_MS) target.failures = 0;
    // All peers of a restarted one lose it in the same moment: the first wait is random too.
    this.#backOff(target, now);
  }

  #backOff(target: Target, now: number): void {
    const longest = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** target.failures);
    target.failures++;
    target.dueAt = now + Math.ceil(longest * (1 - this.#random()));
  }

  #dial(now: number): DialEffect[] {
    let dialling = 0;
    const due: Target[] = [];
    for (const target of this.#targets.values()) {
      if (target.dialling) dialling++;
      else if (!target.connected && target.dueAt <= now) due.push(target);
    }
    // Sorting is stable: those that fell due together go in the order in which they were added.
    due.sort((a, b) => a.dueAt - b.dueAt);
    return due.slice(0, MAX_PARALLEL_DIALS - dialling).map((target) => {
      target.dialling = true;
      target.again = false;
      target.attempts++;
      target.lastTried = now;
      return { type: "dial", target: target.target };
    });
  }

  #of(peerId: string): Target[] {
    return [...this.#targets.values()].filter((target) => target.peerId === peerId);
  }
}

function connect(target: Target, now: number): void {
  target.tried = true;
  target.lastError = undefined;
  if (target.connected) return;
  target.connected = true;
  target.connectedAt = now;
}
