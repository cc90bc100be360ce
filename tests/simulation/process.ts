/**
 * One run of the program on a virtual peer: everything that is gone when it ends. It has its own
 * monotonic clock, seeks the others, and stands still while it is stopped; what happens meanwhile waits
 * for it.
 */
import type { Endpoint, Machine, StreamEnd } from "./endpoint.ts";
import { Killed } from "./fuse.ts";
import { Incoming, type IncomingInit } from "./incoming.ts";
import type { Network } from "./network.ts";
import { Outgoing } from "./outgoing.ts";
import type { Random } from "../seeded_random.ts";
import type { Plan, VirtualTime } from "./virtual_time.ts";

/** With which a peer dials once more although it is connected, each time that it looks around. */
const SECOND_CONNECTION = 0.02;

export interface ProcessInit extends
  Pick<
    IncomingInit,
    | "name"
    | "storage"
    | "ledger"
    | "readReceipts"
    | "mutant"
    | "isHonest"
    | "now"
    | "step"
    | "trace"
    | "onReceived"
    | "newId"
  > {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly random: Random;
  /** Everybody else. */
  readonly others: readonly string[];
  /** How often it looks who is missing: the longest wait in ms. */
  readonly lookAround: () => number;
  /** Whether its monotonic clock goes on while it stands still. */
  readonly countsStandstill: boolean;
  readonly onKilled: (how: Killed) => void;
}

/** A process of the program. */
export class Process implements Machine {
  readonly #init: ProcessInit;
  readonly #outgoing: Outgoing;
  readonly #incoming: Incoming;
  #alive = true;
  /** What happened while it stood still, and since when that is. */
  #backlog: (() => void)[] | undefined;
  #stoppedAt = 0;
  /** The time at which its monotonic clock showed nothing. */
  #epoch: number;

  constructor(init: ProcessInit) {
    this.#init = init;
    const { name, storage, ledger, readReceipts, mutant, isHonest, now, step, trace } = init;
    this.#epoch = init.time.now - init.random.int(0, 1_000_000);
    const shared = {
      name,
      storage,
      ledger,
      readReceipts,
      mutant,
      isHonest,
      now,
      step,
      trace,
      monotonic: () => init.time.now - this.#epoch,
      random: () => init.random.next(),
      later: (delay: number, run: () => void) => this.later(delay, run),
    };
    this.#outgoing = new Outgoing({
      ...shared,
      endpoints: (remote) => init.network.endpoints(this, remote),
    });
    this.#incoming = new Incoming({ ...shared, onReceived: init.onReceived, newId: init.newId });
    for (const other of init.others) this.#seek(other);
  }

  get name(): string {
    return this.#init.name;
  }

  get responsive(): boolean {
    return this.#alive && this.#backlog === undefined;
  }

  enter(run: () => void): void {
    if (!this.#alive) return;
    if (this.#backlog !== undefined) {
      this.#backlog.push(run);
      return;
    }
    try {
      run();
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      this.#init.onKilled(error);
    }
  }

  /** Runs `run` inside, `delay` ms from now or a little later, as timers do. */
  later(delay: number, run: () => void): Plan {
    const { time, random } = this.#init;
    const late = random.chance(0.1) ? random.between(0, 20) : 0;
    // A timer that fell due while the process stood still can still be cleared when it goes on.
    let cancelled = false;
    const plan = time.after(delay + late, () => this.enter(() => cancelled || run()));
    return {
      cancel: () => {
        cancelled = true;
        plan.cancel();
      },
    };
  }

  soon(run: () => void): void {
    this.later(this.#init.random.between(0, 3), run);
  }

  connected(endpoint: Endpoint): void {
    this.#outgoing.connected(endpoint.remote);
  }

  disconnected(remote: string): void {
    this.#outgoing.disconnected(remote);
  }

  incoming(stream: StreamEnd): void {
    this.#incoming.take(stream);
  }

  queued(remote: string): void {
    this.#outgoing.queued(remote);
  }

  shown(remote: string): void {
    this.#outgoing.shown(remote);
  }

  describe(): string {
    return this.#outgoing.describe();
  }

  /** It stands still, as with SIGSTOP or in a machine that sleeps. */
  stop(): void {
    if (!this.responsive) return;
    this.#backlog = [];
    this.#stoppedAt = this.#init.time.now;
  }

  /** It goes on, with everything that it missed at once. */
  goOn(): void {
    const backlog = this.#backlog;
    if (backlog === undefined) return;
    this.#backlog = undefined;
    if (!this.#init.countsStandstill) this.#epoch += this.#init.time.now - this.#stoppedAt;
    for (const run of backlog) this.enter(run);
  }

  end(): void {
    this.#alive = false;
    this.#backlog = undefined;
  }

  #seek(other: string): void {
    const { network, random, lookAround } = this.#init;
    this.later(random.between(0, lookAround()), () => {
      const known = network.endpoints(this, other).length;
      if (known === 0 || known < 3 && random.chance(SECOND_CONNECTION)) network.dial(this, other);
      this.#seek(other);
    });
  }
}
