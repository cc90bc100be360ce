/**
 * `deno task simulate`: runs many seeds of the simulation, or shows what happens in one of them.
 *
 *     deno task simulate [--seeds N] [--from SEED]   N seeds (10,000), on all cores
 *     deno task simulate --trace SEED                one seed, with everything that happens in it
 *
 * With `--mutant NAME` a fault of `mutant.ts` is put in. The exit code is 1 if a seed failed.
 */
import { parseArgs } from "node:util";
import { type Mutant, MUTANTS } from "./mutant.ts";
import { run } from "./run.ts";
import type { Batch } from "./simulate_worker.ts";
import { add, describeFailure, emptyTally, type Tally } from "./tally.ts";

const DEFAULT_SEEDS = "10000";
/** Seeds that a thread runs in one go. */
const BATCH = 20;
/** A log needs fewer lines than a person who waits. */
const PROGRESS_MS = Deno.stdout.isTerminal() ? 1_000 : 30_000;
const HOUR_MS = 3_600_000;

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: "string", default: DEFAULT_SEEDS },
      from: { type: "string", default: "0" },
      trace: { type: "string" },
      mutant: { type: "string" },
    },
  });
  const mutant = readMutant(values.mutant);
  if (values.trace !== undefined) return showSeed(readNumber("--trace", values.trace), mutant);
  const from = readNumber("--from", values.from);
  return await runSeeds(from, readNumber("--seeds", values.seeds), mutant);
}

function showSeed(seed: number, mutant: Mutant | undefined): number {
  const { scenario, fault, messages } = run(seed, {
    mutant,
    trace: (line) => console.log(line),
  });
  console.log(`seed ${seed} (${scenario}), ${messages} messages: ${fault ?? "all is well"}`);
  return fault === undefined ? 0 : 1;
}

async function runSeeds(from: number, seeds: number, mutant: Mutant | undefined): Promise<number> {
  const tally = emptyTally();
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  const progress = setInterval(() => {
    const rate = (tally.seeds / seconds()).toFixed(1);
    console.log(`${tally.seeds} of ${seeds} seeds, ${rate} a second`);
  }, PROGRESS_MS);
  try {
    const batches = split(from, seeds, mutant);
    const threads = Array.from(
      { length: navigator.hardwareConcurrency },
      () =>
        work(batches, (done) => {
          for (const failure of done.failures) console.log(describeFailure(failure, mutant));
          add(tally, done);
        }),
    );
    await Promise.all(threads);
  } finally {
    clearInterval(progress);
  }
  console.log(summary(tally, seconds()));
  return tally.failures.length === 0 ? 0 : 1;
}

/** Takes batches until there are none left. */
async function work(batches: Iterator<Batch>, onDone: (tally: Tally) => void): Promise<void> {
  const worker = new Worker(import.meta.resolve("./simulate_worker.ts"), { type: "module" });
  try {
    for (let next = batches.next(); !next.done; next = batches.next()) {
      const { promise, resolve, reject } = Promise.withResolvers<Tally>();
      worker.onmessage = ({ data }: MessageEvent<Tally>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message));
      };
      worker.postMessage(next.value);
      onDone(await promise);
    }
  } finally {
    worker.terminate();
  }
}

function* split(from: number, seeds: number, mutant: Mutant | undefined): Generator<Batch> {
  for (let first = from; first < from + seeds; first += BATCH) {
    yield { from: first, until: Math.min(first + BATCH, from + seeds), mutant };
  }
}

function summary(tally: Tally, seconds: number): string {
  return [
    `${tally.seeds} seeds in ${seconds.toFixed(0)} s, ${
      (tally.seeds / seconds).toFixed(1)
    } a second`,
    `${(tally.virtualMs / HOUR_MS).toFixed(0)} virtual hours, ${tally.events} events`,
    `${tally.messages} messages, ${tally.deaths} crashes, ${tally.brokenConnections} cuts`,
    `${(tally.slowestMs / 1000).toFixed(0)} s at most from the last fault until all was done`,
    `${tally.failures.length} failures${tally.failures.length === 0 ? "" : ", in these seeds:"}`,
    ...tally.failures.map(({ seed }) => seed).sort((a, b) => a - b).map((seed) => `  ${seed}`),
  ].join("\n");
}

function readNumber(option: string, text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number >= 2 ** 32) {
    throw new RangeError(`${option} takes a whole number below 4294967296, got "${text}"`);
  }
  return number;
}

function readMutant(name: string | undefined): Mutant | undefined {
  const found = MUTANTS.find((mutant) => mutant === name);
  if (name !== undefined && found === undefined) {
    throw new RangeError(`--mutant takes one of ${MUTANTS.join(", ")}; got "${name}"`);
  }
  return found;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main(Deno.args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exitCode = 2;
  }
}
