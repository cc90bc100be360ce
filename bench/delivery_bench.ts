/**
 * How fast messages are delivered: sender and recipient are two processes on this machine, both
 * with a real node and a real database (`synchronous=FULL`), over loopback.
 *
 *     deno run --allow-all bench/delivery_bench.ts [--quick]
 *
 * - `pipelined`: messages of 256 B a second from one sender, from the first `send()` to the last
 *   recorded acknowledgement, up to 1,000 sends outstanding
 * - `one by one`: from `send()` to the recorded acknowledgement, each sent after the one before was
 *   acknowledged, ms
 * - `stop`: from the dispose of the sender's node to the natural end of its process, ms
 */
import type { ChatNode, Recipient } from "../src/node/mod.ts";
import { openNode } from "./open_node.ts";

const TEXT = "x".repeat(256);
const OUTSTANDING = 1_000;

async function runRecipient(folder: string): Promise<void> {
  await using node = await openNode(folder, "recipient");
  console.log(node.addresses()[0]);
  // Ends with the sender: it closes standard input.
  for await (const _chunk of Deno.stdin.readable);
}

function median(sorted: readonly number[]): number {
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function row(what: string, values: number[], unit: string, digits: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, mid, max] = [sorted[0] ?? NaN, median(sorted), sorted.at(-1) ?? NaN]
    .map((value) => value.toFixed(digits));
  console.log(`${what.padEnd(28)} ${mid} ${unit} (${min} to ${max}, ${values.length} rounds)`);
}

async function runSender(folder: string, quick: boolean): Promise<void> {
  const recipient = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", import.meta.filename ?? "", "recipient", folder],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const { value } = await recipient.stdout.getReader().read();
  const address = new TextDecoder().decode(value).trim();

  const node = await openNode(folder, "sender");
  const signal = AbortSignal.timeout(300_000);
  const { peerId } = await node.connect(await node.resolve(address), { signal });
  const to: Recipient = { kind: "peer", peerId };

  const rates: number[] = [];
  for (let round = 0; round < (quick ? 2 : 7); round++) {
    rates.push(await pipelined(node, to, quick ? 2_000 : 20_000));
  }
  row("pipelined, 256 B", rates, "messages/s", 0);

  const medians: number[] = [];
  const tails: number[] = [];
  for (let round = 0; round < (quick ? 2 : 7); round++) {
    const times = (await oneByOne(node, to, quick ? 100 : 1_000)).sort((a, b) => a - b);
    medians.push(median(times));
    tails.push(times[Math.floor(times.length * 0.99)] ?? NaN);
  }
  row("one by one, median", medians, "ms", 2);
  row("one by one, 99th percentile", tails, "ms", 2);

  await recipient.stdin.close();
  await recipient.status;
  const stopping = performance.now();
  await node[Symbol.asyncDispose]();
  await Deno.remove(folder, { recursive: true });
  globalThis.addEventListener("unload", () => {
    row("stop to end of process", [performance.now() - stopping], "ms", 0);
  });
}

async function pipelined(node: ChatNode, to: Recipient, count: number) {
  let sent = 0;
  let delivered = 0;
  const all = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  using _states = node.subscribe((event) => {
    if (event.event !== "state" || event.message.state !== "delivered") return;
    delivered++;
    room.resolve();
    if (delivered === count) all.resolve();
  });
  const start = performance.now();
  while (sent < count) {
    const batch = Math.min(count - sent, OUTSTANDING - (sent - delivered));
    if (batch <= 0) {
      room = Promise.withResolvers();
      await room.promise;
      continue;
    }
    sent += batch;
    await Promise.all(Array.from({ length: batch }, () => node.send(to, TEXT)));
  }
  await all.promise;
  return count / (performance.now() - start) * 1_000;
}

async function oneByOne(node: ChatNode, to: Recipient, count: number) {
  const times: number[] = [];
  let done = Promise.withResolvers<void>();
  using _states = node.subscribe((event) => {
    if (event.event === "state" && event.message.state === "delivered") done.resolve();
  });
  for (let index = 0; index < count; index++) {
    done = Promise.withResolvers();
    const start = performance.now();
    await node.send(to, TEXT);
    await done.promise;
    times.push(performance.now() - start);
  }
  return times;
}

const [role, folder] = Deno.args;
if (role === "recipient" && folder !== undefined) await runRecipient(folder);
else await runSender(await Deno.makeTempDir(), Deno.args.includes("--quick"));
