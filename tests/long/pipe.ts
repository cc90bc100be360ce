/**
 * 10,000 lines through `pipe`, with `kill -9` of the pipe, of the node through which it works, and of
 * the recipient: each line has to arrive once, in order.
 *
 *     deno run --allow-all tests/long/pipe.ts [--lines 10000] [--kills 3]
 *
 * Prints one line for each; the exit code is 1 where a line was lost, doubled or out of order.
 */
import { type PipeRun, pipeUnderFire } from "../e2e/pipe_run.ts";

const lines = option("--lines") ?? 10_000;
const kills = option("--kills") ?? 3;
const runs: readonly PipeRun[] = [
  { victim: "pipe", lines, kills },
  { victim: "node", lines, kills: 1 },
  { victim: "recipient", lines, kills },
];

for (const run of runs) {
  const what = `${run.lines} lines, kill -9 of the ${run.victim}, ${run.kills} times`;
  try {
    const seconds = (await pipeUnderFire(run) / 1_000).toFixed(1);
    console.log(`${what}: each once, in order, in ${seconds} s`);
  } catch (error) {
    console.log(`${what}: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 1;
  }
}

/** @throws Error when it is not followed by a whole number */
function option(name: string): number | undefined {
  const place = Deno.args.indexOf(name);
  if (place < 0) return undefined;
  const value = Number(Deno.args[place + 1] || NaN);
  if (!Number.isSafeInteger(value)) throw new Error(`${name} takes a whole number`);
  return value;
}
