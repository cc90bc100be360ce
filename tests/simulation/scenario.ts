/** What befalls the peers of a run: ten kinds of bad days, each drawn anew for every seed. */
import { MALICE, type Malice } from "./hostile_peer.ts";
import type { Weather } from "./pipe.ts";
import type { Random } from "../seeded_random.ts";

/** How often something happens, on the average: times a minute, for all peers together. */
export interface Rates {
  readonly kill: number;
  readonly powerCut: number;
  readonly standstill: number;
  readonly clockJump: number;
  readonly diskTrouble: number;
  readonly brokenConnection: number;
  readonly partition: number;
}

/** What the people do, each: times a minute. */
export interface Habits {
  readonly writing: number;
  readonly cancelling: number;
  readonly looking: number;
  /** With which something written is a burst of more than the window, or a large text. */
  readonly bursts: number;
  readonly large: number;
}

export interface Scenario {
  readonly name: string;
  readonly peers: number;
  /** One of the peers, if any, is like this. */
  readonly malice: Malice | undefined;
  /** The first two peers suffer no faults, nor does the way between them. */
  readonly sparesTwo: boolean;
  /** One of the peers never starts before the end. */
  readonly absent: boolean;
  /** How long the bad day lasts, ms. */
  readonly lasts: number;
  readonly weather: Weather;
  readonly rates: Rates;
  readonly habits: Habits;
}

/** The names, in the order in which seeds count through them. */
export const SCENARIOS = [
  "rough network",
  "kills",
  "partitions",
  "disk trouble",
  "clocks and standstills",
  "power cuts",
  "bursts",
  "hostile peer",
  "two who are well",
  "everything",
] as const;

export type ScenarioName = typeof SCENARIOS[number];

export const FAIR_WEATHER: Weather = {
  delay: 5,
  jitter: 5,
  loss: 0,
  duplication: 0,
  reordering: 0,
  cuts: 2,
};

const NO_FAULTS: Rates = {
  kill: 0,
  powerCut: 0,
  standstill: 0,
  clockJump: 0,
  diskTrouble: 0,
  brokenConnection: 0,
  partition: 0,
};

const USUAL: Habits = { writing: 20, cancelling: 6, looking: 8, bursts: 0, large: 0.03 };

/** Which kind of day the seed stands for. */
export function scenarioNameOf(seed: number): ScenarioName {
  return SCENARIOS[seed % SCENARIOS.length] ?? SCENARIOS[0];
}

/** Draws the particulars of a bad day. */
export function drawScenario(name: ScenarioName, random: Random): Scenario {
  const some = (high: number) => random.between(0, high);
  const base: Scenario = {
    name,
    peers: random.int(2, 4),
    malice: undefined,
    sparesTwo: false,
    absent: false,
    lasts: random.between(15_000, 60_000),
    weather: drawWeather(random),
    rates: { ...NO_FAULTS, brokenConnection: some(4) },
    habits: { ...USUAL, writing: random.between(4, 24) },
  };
  const { rates, habits } = base;
  switch (name) {
    case "rough network":
      return {
        ...base,
        weather: roughWeather(random),
        rates: { ...rates, brokenConnection: some(20) },
      };
    case "kills":
      return { ...base, rates: { ...rates, kill: random.between(3, 20) } };
    case "partitions":
      return {
        ...base,
        peers: random.int(2, 5),
        lasts: random.between(60_000, 300_000),
        rates: { ...rates, partition: random.between(1, 4) },
        habits: { ...habits, writing: random.between(2, 10) },
      };
    case "disk trouble":
      return {
        ...base,
        peers: random.int(2, 3),
        lasts: random.between(10_000, 30_000),
        rates: {
          ...rates,
          diskTrouble: random.between(5, 40),
          brokenConnection: random.between(5, 120),
        },
        habits: { ...habits, writing: random.between(4, 300) },
      };
    case "clocks and standstills":
      return {
        ...base,
        rates: {
          ...rates,
          clockJump: random.between(2, 10),
          standstill: random.between(1, 6),
          kill: some(3),
          diskTrouble: some(3),
        },
      };
    case "power cuts":
      return { ...base, rates: { ...rates, powerCut: random.between(2, 8), kill: some(4) } };
    case "bursts":
      return {
        ...base,
        peers: random.int(2, 3),
        lasts: random.between(20_000, 40_000),
        rates: { ...rates, kill: some(3), diskTrouble: some(2), brokenConnection: some(10) },
        habits: { ...habits, writing: 3, cancelling: 10, bursts: 0.15, large: 0.4 },
      };
    case "hostile peer":
      return { ...base, peers: random.int(3, 4), malice: random.pick(MALICE) };
    case "two who are well": {
      const absent = random.chance(0.4);
      return {
        ...base,
        peers: random.int(3, 5),
        sparesTwo: true,
        absent,
        malice: !absent && random.chance(0.5) ? random.pick(MALICE) : undefined,
        rates: worst(random),
      };
    }
    case "everything":
      return {
        ...base,
        peers: random.int(2, 5),
        malice: random.chance(0.2) ? random.pick(MALICE) : undefined,
        weather: roughWeather(random),
        rates: worst(random),
        habits: { ...habits, bursts: 0.002 },
      };
  }
}

function worst(random: Random): Rates {
  const some = (high: number) => random.between(0, high);
  return {
    kill: some(8),
    powerCut: some(3),
    standstill: some(3),
    clockJump: some(4),
    diskTrouble: some(5),
    brokenConnection: some(10),
    partition: some(2),
  };
}

function drawWeather(random: Random): Weather {
  return {
    delay: random.between(0, 60),
    jitter: random.between(0, 40),
    loss: random.between(0, 0.03),
    duplication: random.between(0, 0.02),
    reordering: random.between(0, 0.05),
    cuts: random.int(0, 6),
  };
}

/** Up to the worst of `tc netem` in the table of faults. */
function roughWeather(random: Random): Weather {
  return {
    delay: random.between(0, 450),
    jitter: random.between(0, 200),
    loss: random.between(0, 0.25),
    duplication: random.between(0, 0.1),
    reordering: random.between(0, 0.25),
    cuts: random.int(0, 12),
  };
}
