/**
 * One run of the simulation: everything in it follows from the seed.
 *
 * A bad day with faults, then all of them stop and everybody is there; after that nothing may be left
 * to do within 90 s, and the databases have to agree.
 */
import { Faults } from "./faults.ts";
import { HostilePeer } from "./hostile_peer.ts";
import { Ledger, Violation } from "./ledger.ts";
import type { Mutant } from "./mutant.ts";
import { Network } from "./network.ts";
import { Peer } from "./peer.ts";
import { People } from "./people.ts";
import { Random } from "../seeded_random.ts";
import { drawScenario, FAIR_WEATHER, type Scenario, scenarioNameOf } from "./scenario.ts";
import { isSettled, judge } from "./verdict.ts";
import { VirtualTime } from "./virtual_time.ts";

const NAMES = ["Ada", "Ben", "Cem", "Dua", "Eve"] as const;
/** After the faults are over, everything has to be done within this time. */
const SETTLING_MS = 90_000;
const CHECK_EVERY_MS = 1_000;
/** What still comes after nothing is left to do. */
const AFTERWARDS_MS = 40_000;
/** The longest wait between two looks at who is missing: on the bad day, and after it. */
const LOOK_AROUND_MS = { before: 4_000, after: 1_000 };

export interface RunOptions {
  readonly mutant?: Mutant | undefined;
  /** Takes one line for each thing that happens. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** What became of a run. */
export interface Outcome {
  readonly seed: number;
  readonly scenario: string;
  /** What went wrong; undefined: nothing. */
  readonly fault: string | undefined;
  readonly messages: number;
  readonly deaths: number;
  readonly brokenConnections: number;
  readonly events: number;
  readonly virtualMs: number;
  /** From the end of the faults until nothing was left to do. */
  readonly settledMs: number;
}

/** Runs one seed, 0 to 2^32 - 1. */
export function run(seed: number, { mutant, trace }: RunOptions = {}): Outcome {
  const random = new Random(seed);
  const time = new VirtualTime();
  const scenario = drawScenario(scenarioNameOf(seed), random.fork());
  using world = new World(scenario, random, time, mutant, (who, what) => {
    trace?.(`${(time.now / 1000).toFixed(3).padStart(9)} ${who.padEnd(8)} ${what()}`);
  });
  let fault: string | undefined;
  try {
    world.run();
  } catch (error) {
    fault = error instanceof Violation
      ? error.message
      : error instanceof Error
      ? error.stack ?? error.message
      : String(error);
    trace?.(`${(time.now / 1000).toFixed(3).padStart(9)} FAILED   ${fault}`);
  }
  return {
    seed,
    scenario: scenario.name,
    fault,
    messages: world.ledger.count,
    deaths: world.peers.reduce((sum, { deaths }) => sum + deaths, 0),
    brokenConnections: world.network.broken,
    events: time.events,
    virtualMs: time.now,
    settledMs: world.settledMs,
  };
}

/** The peers of a run, and what is between them. */
class World implements Disposable {
  readonly ledger: Ledger;
  readonly network: Network;
  readonly peers: Peer[];
  settledMs = 0;
  readonly #scenario: Scenario;
  readonly #random: Random;
  readonly #time: VirtualTime;
  readonly #names: readonly string[];
  readonly #spared: ReadonlySet<string>;
  readonly #hostile: HostilePeer | undefined;
  #lookAroundMs = LOOK_AROUND_MS.before;

  constructor(
    scenario: Scenario,
    random: Random,
    time: VirtualTime,
    mutant: Mutant | undefined,
    trace: (who: string, what: () => string) => void,
  ) {
    this.#scenario = scenario;
    this.#random = random;
    this.#time = time;
    const names = NAMES.slice(0, scenario.peers);
    this.#names = names;
    const hostile = scenario.malice === undefined ? undefined : names.at(-1);
    const honest = new Set<string>(names.filter((name) => name !== hostile));
    this.#spared = new Set(scenario.sparesTwo ? names.slice(0, 2) : []);
    this.ledger = new Ledger({ honest, spared: this.#spared }, () => time.now);
    const isSpared = (one: string, other: string) =>
      this.#spared.has(one) && this.#spared.has(other);
    this.network = new Network({
      time,
      trace,
      random: random.fork(),
      weather: (one, other) => isSpared(one, other) ? FAIR_WEATHER : scenario.weather,
    });
    const { network, ledger } = this;
    const othersOf = (name: string) => names.filter((other) => other !== name);
    this.peers = [...honest].map((name) =>
      new Peer({
        name,
        time,
        network,
        ledger,
        mutant,
        trace,
        random: random.fork(),
        others: othersOf(name),
        readReceipts: random.chance(0.75),
        countsStandstill: random.chance(0.5),
        isHonest: (other) => honest.has(other),
        lookAround: () => this.#lookAroundMs,
      })
    );
    if (hostile !== undefined && scenario.malice !== undefined) {
      this.#hostile = new HostilePeer({
        name: hostile,
        malice: scenario.malice,
        time,
        network,
        ledger,
        random: random.fork(),
        others: othersOf(hostile),
      });
    }
  }

  /** @throws Violation */
  run(): void {
    const { peers, network } = this;
    const [scenario, time, random, names] = [this.#scenario, this.#time, this.#random, this.#names];
    const absent = scenario.absent ? peers.at(-1) : undefined;
    for (const peer of peers) if (peer !== absent) peer.start();
    const victims = peers.filter((peer) => !this.#spared.has(peer.name) && peer !== absent);
    const { rates, habits } = scenario;
    const spared = this.#spared;
    const faults = new Faults({
      time,
      network,
      rates,
      names,
      victims,
      spared,
      random: random.fork(),
    });
    const people = new People({ time, habits, peers, names, random: random.fork() });
    time.advance(scenario.lasts);

    people.leave();
    faults.stop();
    absent?.start();
    this.#hostile?.settleDown();
    network.weather = () => FAIR_WEATHER;
    this.#lookAroundMs = LOOK_AROUND_MS.after;
    this.#settle();
    judge(peers, names, this.ledger);
  }

  [Symbol.dispose](): void {
    for (const peer of this.peers) peer[Symbol.dispose]();
  }

  #settle(): void {
    const start = this.#time.now;
    const deadline = start + SETTLING_MS;
    while (!isSettled(this.peers)) {
      if (this.#time.now >= deadline) {
        const doing = this.peers.map((peer) => peer.describe()).join("; ");
        throw new Violation(`stuck: ${SETTLING_MS / 1000} s after the last fault: ${doing}`);
      }
      this.#time.advance(this.#time.now + CHECK_EVERY_MS);
    }
    this.settledMs = this.#time.now - start;
    this.#time.advance(this.#time.now + AFTERWARDS_MS);
  }
}
