/** What many runs came to, added up. */
import type { Mutant } from "./mutant.ts";
import type { Outcome } from "./run.ts";

/** Sums of figures; plain data, so that it can be passed between threads. */
export interface Tally {
  seeds: number;
  messages: number;
  deaths: number;
  brokenConnections: number;
  events: number;
  virtualMs: number;
  /** The longest time from the end of the faults until nothing was left to do. */
  slowestMs: number;
  readonly failures: Failure[];
}

export type Failure = Pick<Outcome, "seed" | "scenario" | "fault">;

export function emptyTally(): Tally {
  return {
    seeds: 0,
    messages: 0,
    deaths: 0,
    brokenConnections: 0,
    events: 0,
    virtualMs: 0,
    slowestMs: 0,
    failures: [],
  };
}

/** Adds one run to `tally`. */
export function count(tally: Tally, outcome: Outcome): void {
  const { seed, scenario, fault } = outcome;
  const failures = fault === undefined ? [] : [{ seed, scenario, fault }];
  add(tally, { ...outcome, seeds: 1, slowestMs: outcome.settledMs, failures });
}

/** Adds the runs of `other` to `tally`. */
export function add(tally: Tally, other: Tally): void {
  tally.seeds += other.seeds;
  tally.messages += other.messages;
  tally.deaths += other.deaths;
  tally.brokenConnections += other.brokenConnections;
  tally.events += other.events;
  tally.virtualMs += other.virtualMs;
  tally.slowestMs = Math.max(tally.slowestMs, other.slowestMs);
  tally.failures.push(...other.failures);
}

/** A failure and how to look at it. */
export function describeFailure({ seed, scenario, fault }: Failure, mutant?: Mutant): string {
  const options = `--trace ${seed}${mutant === undefined ? "" : ` --mutant ${mutant}`}`;
  return `seed ${seed} (${scenario}): ${fault}\n  replay: deno task simulate ${options}`;
}
