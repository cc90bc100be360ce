import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { MUTANTS } from "./mutant.ts";
import { run } from "./run.ts";
import { SCENARIOS } from "./scenario.ts";
import { count, describeFailure, emptyTally } from "./tally.ts";

/** For each scenario; 500 in all. `deno task simulate` runs more. */
const SEEDS = 50;
/** Within which each mutant has to be found. */
const SEEDS_FOR_A_MUTANT = 100;

for (const [index, scenario] of SCENARIOS.entries()) {
  Deno.test(`run() loses, doubles and reorders no message: ${scenario}, ${SEEDS} seeds`, () => {
    const tally = emptyTally();
    for (let turn = 0; turn < SEEDS; turn++) count(tally, run(index + turn * SCENARIOS.length));
    assertEquals(tally.failures.map((failure) => describeFailure(failure)).join("\n"), "");
    assertEquals(tally.seeds, SEEDS);
    assert(tally.messages > 10 * SEEDS, `only ${tally.messages} messages were written`);
  });
}

for (const mutant of MUTANTS) {
  Deno.test(`run() finds the mutant ${mutant}`, () => {
    for (let seed = 0; seed < SEEDS_FOR_A_MUTANT; seed++) {
      if (run(seed, { mutant }).fault !== undefined) return;
    }
    throw new Error(`not found in ${SEEDS_FOR_A_MUTANT} seeds`);
  });
}

Deno.test("run() does the same again for the same seed, and something else for another", () => {
  const trace = (seed: number) => {
    const lines: string[] = [];
    run(seed, { trace: (line) => lines.push(line) });
    return lines.join("\n");
  };
  const everything = SCENARIOS.indexOf("everything");
  assertEquals(trace(everything), trace(everything));
  assertNotEquals(trace(everything), trace(everything + SCENARIOS.length));
});
