/**
 * A long queue to one peer that is away: sender and recipient are the program itself in two
 * processes on this machine, with real databases (`synchronous=FULL`), over loopback.
 *
 *     deno run --allow-all bench/outbox_bench.ts [--quick]
 *
 * - `queue`: from the first order to the sender until the last message is saved, s
 * - `first delivered`: from the start of the recipient's process to the first acknowledgement that
 *   the sender recorded, s
 * - `all delivered`: the same to the last one, s
 * - `sender's memory`: the most that was resident so far, at its start, when all was queued, and
 *   when all was delivered, MB (Linux only)
 *
 * Fails when a message is lost, doubled, out of order or shown wrongly. 40,000 messages of 256 B,
 * 3 rounds; `--quick`: 5,000, one round.
 */
import { assertEquals } from "@std/assert";
import type { NdjsonLine } from "../src/commands/ndjson.ts";
import {
  assertSameMessages,
  assertShownOnce,
  gotThere,
  orderMessages,
} from "../tests/e2e/ledger.ts";
import { ready } from "../tests/e2e/lines.ts";
import { demoPeer, freePort, Home, listen, type Running } from "../tests/e2e/program.ts";

const QUICK = Deno.args.includes("--quick");
const MESSAGES = QUICK ? 5_000 : 40_000;
const ROUNDS = QUICK ? 1 : 3;
/** Orders that wait in the sender's standard input at a time: they would count as its memory. */
const ORDERS_AT_A_TIME = 500;
/** With what `orderMessages()` adds to tell them apart, about 256 B. */
const TEXT = "x".repeat(242);

interface Figures {
  readonly queue: number;
  readonly firstDelivered: number;
  readonly allDelivered: number;
  readonly memoryAtStart: number;
  readonly memoryQueued: number;
  readonly memoryDelivered: number;
}

async function measure(): Promise<Figures> {
  await using senderHome = await Home.make();
  await using recipientHome = await Home.make();
  const port = freePort();
  const sender = senderHome.start(demoPeer());
  const counter = new Counter(sender);
  const { peerId: self } = await sender.find(ready);
  const before = recipientHome.start(listen(port));
  const { peerId } = await before.find(ready);
  // From here on the sender knows whom it writes to.
  await orderMessages(sender, `127.0.0.1:${port}`, "hello", 1);
  await counter.until(({ delivered }) => delivered === 1);
  before.kill("SIGTERM");
  await before.finished();
  const memoryAtStart = await mostResident(sender);

  const began = performance.now();
  for (let ordered = 0; ordered < MESSAGES; ordered += ORDERS_AT_A_TIME) {
    const batch = Math.min(ORDERS_AT_A_TIME, MESSAGES - ordered);
    await orderMessages(sender, peerId, TEXT, batch);
    await counter.until(({ saved }) => saved === 1 + ordered + batch);
  }
  const queue = (performance.now() - began) / 1_000;
  const memoryQueued = await mostResident(sender);
  assertEquals(counter.delivered, 1);

  const restarted = performance.now();
  const after = recipientHome.start(listen(port));
  await counter.until(({ delivered }) => delivered > 1);
  const firstDelivered = (performance.now() - restarted) / 1_000;
  await counter.until(({ delivered }) => delivered === 1 + MESSAGES);
  const allDelivered = (performance.now() - restarted) / 1_000;
  const memoryDelivered = await mostResident(sender);

  after.kill("SIGTERM");
  await after.finished();
  await sender.closeInput();
  await sender.finished();
  const [written, got] = await Promise.all([senderHome.history(), recipientHome.history()]);
  assertEquals(written.length, 1 + MESSAGES);
  assertSameMessages({ peerId: self, history: written }, { peerId, history: got });
  assertShownOnce([before, after], got);
  return { queue, firstDelivered, allDelivered, memoryAtStart, memoryQueued, memoryDelivered };
}

/** Counts what a `demo-peer` printed, looking at each line once. */
class Counter {
  readonly #process: Running;
  readonly #delivered = new Set<string>();
  #looked = 0;
  saved = 0;

  constructor(process: Running) {
    this.#process = process;
  }

  get delivered(): number {
    return this.#delivered.size;
  }

  async until(condition: (counter: this) => boolean): Promise<void> {
    await this.#process.until(() => {
      for (const line of this.#process.events.slice(this.#looked)) this.#count(line);
      return condition(this);
    });
  }

  #count(line: NdjsonLine): void {
    this.#looked++;
    if (line.event === "result" && !line.ok) throw new Error(`not saved: ${line.reason}`);
    if (line.event === "result") this.saved++;
    if (line.event === "state" && gotThere(line)) this.#delivered.add(line.id);
  }
}

/** The most memory that a process ever had in use, MB; NaN where the system does not say. */
async function mostResident({ pid }: Running): Promise<number> {
  if (Deno.build.os !== "linux") return NaN;
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_000;
}

function row(what: string, values: readonly number[], unit: string, digits: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, mid, max] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)]
    .map((value = NaN) => value.toFixed(digits));
  console.log(`${what.padEnd(28)} ${mid} ${unit} (${min} to ${max}, ${values.length} rounds)`);
}

const rounds: Figures[] = [];
for (let round = 0; round < ROUNDS; round++) rounds.push(await measure());
console.log(`${MESSAGES} messages of 256 B to one peer that is away`);
row("queue", rounds.map(({ queue }) => queue), "s", 2);
row("first delivered", rounds.map(({ firstDelivered }) => firstDelivered), "s", 2);
row("all delivered", rounds.map(({ allDelivered }) => allDelivered), "s", 2);
row("sender's memory: start", rounds.map(({ memoryAtStart }) => memoryAtStart), "MB", 0);
row("sender's memory: queued", rounds.map(({ memoryQueued }) => memoryQueued), "MB", 0);
row("sender's memory: delivered", rounds.map(({ memoryDelivered }) => memoryDelivered), "MB", 0);
