/**
 * The long run of `kill -9`: many plans (`tests/e2e/crash_plan.ts`), each with peers and databases of
 * its own, two at a time. Some let the dead stay away for seconds, so that those who write to them
 * back off.
 *
 *     deno run --allow-all tests/long/crash.ts [--kills 200] [--seed N] [--only PLAN]
 *
 * Prints one line a plan and a summary; the exit code is 1 when anything was lost, doubled, out of
 * order, in a wrong state, shown wrongly, or stuck. The same seed makes the same choices; `--only`
 * repeats one plan of it. It passes no judgement on how fast the recovery was.
 */
import { type CrashPlan, planCrashes } from "../e2e/crash_plan.ts";
import { crash, type CrashFaults, type CrashVerdict } from "../e2e/crash_run.ts";
import { Random } from "../seeded_random.ts";

const KILLS_A_PLAN = 20;
const PLANS_AT_A_TIME = 2;
/** Lines of each kind of fault that are shown. */
const MOST_SHOWN = 10;
const SEEDS = 2 ** 32;
const FAULTS = ["lost", "doubled", "misplaced", "unsettled", "misshown"] as const;

interface Outcome {
  readonly verdict: CrashVerdict | undefined;
  /** Why there is no verdict. */
  readonly error: Error | undefined;
}

const kills = option("--kills") ?? 200;
const seed = option("--seed") ?? Math.floor(Math.random() * SEEDS);
const only = option("--only");
console.log(`seed ${seed}: ${kills} kills or more`);

const plans = makePlans();
const outcomes: Outcome[] = [];
const started = performance.now();
const waiting = [...plans.entries()].filter(([index]) => only === undefined || index === only);
await Promise.all(Array.from({ length: PLANS_AT_A_TIME }, async () => {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    outcomes.push(await carryOut(...next));
  }
}));
Deno.exitCode = summarise() ? 0 : 1;

function makePlans(): CrashPlan[] {
  const random = new Random(seed);
  return Array.from(
    { length: Math.ceil(kills / KILLS_A_PLAN) },
    (_, index) =>
      planCrashes(Math.floor(random.next() * SEEDS), {
        kills: KILLS_A_PLAN,
        peers: index % 3 === 2 ? 3 : 2,
        addressing: index % 2 === 0 ? "peer id" : "address",
        longAbsences: true,
      }),
  );
}

async function carryOut(index: number, plan: CrashPlan): Promise<Outcome> {
  const began = performance.now();
  const what = `plan ${index}, ${plan.peers} peers by ${plan.addressing}`;
  try {
    const verdict = await crash(plan);
    console.log(`${what}: ${figures([verdict])}, ${seconds(performance.now() - began)}`);
    for (const [kind, lines] of Object.entries(verdict.faults)) show(kind, lines);
    return { verdict, error: undefined };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.log(`${what}: stuck: ${error.message}`);
    return { verdict: undefined, error };
  }
}

function show(kind: string, lines: readonly string[]): void {
  for (const line of lines.slice(0, MOST_SHOWN)) console.log(`  ${kind}: ${line}`);
  if (lines.length > MOST_SHOWN) console.log(`  ${kind}: ${lines.length - MOST_SHOWN} more`);
}

/** @returns whether all was well */
function summarise(): boolean {
  const verdicts = outcomes.flatMap(({ verdict }) => verdict ?? []);
  const stuck = outcomes.filter(({ error }) => error !== undefined).length;
  const recoveries = verdicts.flatMap(({ recoveriesMs }) => recoveriesMs).sort((a, b) => a - b);
  const at = (part: number) =>
    seconds(
      recoveries[Math.min(recoveries.length - 1, Math.floor(recoveries.length * part))] ?? NaN,
    );
  console.log(
    `in all: ${figures(verdicts)}, stuck ${stuck}, ${seconds(performance.now() - started)}`,
  );
  console.log(
    `recovery after kill -9 of the recipient, from its restart: median ${at(0.5)}, ` +
      `95th percentile ${at(0.95)}, longest ${at(1)} (${recoveries.length} restarts)`,
  );
  if (stuck > 0 || count(verdicts, ...FAULTS) > 0) {
    console.log(
      `to look again: deno run --allow-all tests/long/crash.ts --seed ${seed} --kills ${kills}`,
    );
    return false;
  }
  return true;
}

function figures(verdicts: readonly CrashVerdict[]): string {
  const sum = (of: (verdict: CrashVerdict) => number) =>
    verdicts.reduce((total, verdict) => total + of(verdict), 0);
  const faults = FAULTS.map((kind) => `${kind} ${count(verdicts, kind)}`).join(", ");
  return `${sum((one) => one.kills)} kills, ${sum((one) => one.messages)} messages, ${faults}`;
}

function count(verdicts: readonly CrashVerdict[], ...kinds: (keyof CrashFaults)[]): number {
  return verdicts.flatMap(({ faults }) => kinds.flatMap((kind) => faults[kind])).length;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

/** @throws Error when it is not followed by a whole number */
function option(name: string): number | undefined {
  const place = Deno.args.indexOf(name);
  if (place < 0) return undefined;
  const value = Number(Deno.args[place + 1] || NaN);
  if (!Number.isSafeInteger(value)) throw new Error(`${name} takes a whole number`);
  return value;
}
