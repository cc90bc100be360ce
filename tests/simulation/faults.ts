/** Brings the faults of a scenario upon the peers, at random times, until it is told to stop. */
import type { Network } from "./network.ts";
import type { Peer } from "./peer.ts";
import type { Random } from "../seeded_random.ts";
import type { Rates } from "./scenario.ts";
import type { Trouble } from "./storage.ts";
import type { VirtualTime } from "./virtual_time.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TEN_YEARS_MS = 10 * 365.25 * 24 * HOUR_MS;
const CLOCK_JUMPS_MS = [-HOUR_MS, HOUR_MS, TEN_YEARS_MS, -TEN_YEARS_MS, 0] as const;
const SHORT_MS = [100, 40_000] as const;
const LONG_MS = [MINUTE_MS, 10 * MINUTE_MS] as const;
/** A peer that is to die does so within so many steps. */
const STEPS = 40;

export interface FaultsInit {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly random: Random;
  readonly rates: Rates;
  /** Everybody on the network. */
  readonly names: readonly string[];
  /** Those whom faults may befall. */
  readonly victims: readonly Peer[];
  /** Those who are spared: nothing happens to the ways between two of them. */
  readonly spared: ReadonlySet<string>;
}

/** The bad luck of one run. */
export class Faults {
  readonly #init: FaultsInit;
  #over = false;

  constructor(init: FaultsInit) {
    this.#init = init;
    const { rates } = init;
    this.#nowAndThen(rates.kill, () => this.#kill());
    this.#nowAndThen(rates.powerCut, () => this.#cutPower());
    this.#nowAndThen(rates.standstill, () => this.#victim()?.stop(this.#howLong()));
    this.#nowAndThen(rates.clockJump, () => this.#jump());
    this.#nowAndThen(rates.diskTrouble, () => this.#spoilDisk());
    this.#nowAndThen(rates.brokenConnection, () => this.#breakConnection());
    this.#nowAndThen(rates.partition, () => this.#divide());
  }

  /** No more of it, and what was done is made good again. */
  stop(): void {
    this.#over = true;
    this.#init.network.healAll();
    for (const victim of this.#init.victims) victim.recover();
  }

  #nowAndThen(perMinute: number, happen: () => void): void {
    if (perMinute === 0) return;
    const { time, random } = this.#init;
    time.after(random.waitFor(perMinute / MINUTE_MS), () => {
      if (this.#over) return;
      happen();
      this.#nowAndThen(perMinute, happen);
    });
  }

  #victim(): Peer | undefined {
    const { random, victims } = this.#init;
    return victims.length === 0 ? undefined : random.pick(victims);
  }

  #kill(): void {
    const victim = this.#victim();
    if (victim === undefined || !victim.isRunning) return;
    if (this.#init.random.chance(0.2)) victim.kill("killed");
    else victim.fuse.light(this.#init.random.int(0, STEPS), "killed");
  }

  #cutPower(): void {
    const victim = this.#victim();
    if (victim === undefined || !victim.isRunning) return;
    if (this.#init.random.chance(0.3)) victim.kill("power cut");
    else victim.fuse.light(this.#init.random.int(0, STEPS), "power cut");
  }

  #jump(): void {
    this.#victim()?.setClock(this.#init.random.pick(CLOCK_JUMPS_MS));
  }

  #spoilDisk(): void {
    const { random, time } = this.#init;
    const victim = this.#victim();
    if (victim === undefined) return;
    const trouble: Trouble = {
      code: random.pick(["storage-busy", "storage-failed"]),
      probability: random.chance(0.5) ? 1 : random.between(0.05, 0.9),
    };
    victim.spoilDisk(trouble);
    time.after(this.#howLong(), () => victim.repairDisk(trouble));
  }

  #breakConnection(): void {
    const { random, network } = this.#init;
    const [one, other] = this.#pair();
    if (one === undefined || other === undefined) return;
    for (let times = random.chance(0.2) ? 2 : 1; times > 0; times--) network.breakOne(one, other);
  }

  #divide(): void {
    const { random, network, time, names } = this.#init;
    const here = new Set(names.filter(() => random.chance(0.5)));
    const cut = names.flatMap((one) => names.map((other) => [one, other] as const))
      .filter(([one, other]) => here.has(one) && !here.has(other) && this.#mayPart(one, other));
    for (const [one, other] of cut) network.cut(one, other);
    time.after(this.#howLong(), () => {
      for (const [one, other] of cut) network.heal(one, other);
    });
  }

  #pair(): readonly string[] {
    const { random, names } = this.#init;
    const one = random.pick(names);
    const others = names.filter((name) => name !== one && this.#mayPart(one, name));
    return others.length === 0 ? [] : [one, random.pick(others)];
  }

  #mayPart(one: string, other: string): boolean {
    const { spared } = this.#init;
    return !(spared.has(one) && spared.has(other));
  }

  #howLong(): number {
    const { random } = this.#init;
    return random.chance(0.05) ? random.between(...LONG_MS) : random.between(...SHORT_MS);
  }
}
