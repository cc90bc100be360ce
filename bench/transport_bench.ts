/**
 * Our transport against `@libp2p/tcp`, in the same run, on raw connections without encryption.
 *
 *     deno run -A bench/transport_bench.ts [--quick]
 *
 * Both ends of every connection are in this process, on 127.0.0.1. The two transports take turns,
 * and each turn of ours is compared with the other's turn right beside it, so that a machine that
 * is busy for a while disturbs both alike. `--quick` shows that it works, not how fast.
 *
 * Not for Deno 2.4.2, where `@libp2p/tcp` does not always end when it is closed.
 */
import type { Listener, MultiaddrConnection, Transport } from "@libp2p/interface";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import { denoTcp } from "../src/transport/mod.ts";
import { RawUpgrader, SILENT_LOGGER } from "../tests/transport/raw_upgrader.ts";

const QUICK = Deno.args.includes("--quick");
const ROUNDS = QUICK ? 3 : 21;
/** A turn of a full run takes 0.1 to 0.3 s. */
const SHARE = QUICK ? 0.1 : 1;
/** Connections that are opened and closed at the same time. */
const LANES = 4;

/** A transport that listens and dials itself. */
class Loopback implements AsyncDisposable {
  readonly #upgrader = new RawUpgrader();
  readonly #transport: Transport;
  readonly #listener: Listener;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#listener = transport.createListener({ upgrader: this.#upgrader });
  }

  async listen(): Promise<void> {
    await this.#listener.listen(multiaddr("/ip4/127.0.0.1/tcp/0"));
  }

  /** The dialling end and the accepting end of a new connection. */
  async connect(): Promise<[MultiaddrConnection, MultiaddrConnection]> {
    const [address] = this.#listener.getAddrs();
    if (address === undefined) throw new Error("not listening");
    const dialled = await this.#upgrader.dial(this.#transport, address);
    return [dialled, await this.#upgrader.inbound()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener.close();
  }
}

interface Measure {
  readonly title: string;
  /** How much a second; more is better. */
  run(loopback: Loopback): Promise<number>;
}

const MEASURES: readonly Measure[] = [
  { title: "one way, 256 B (messages/s)", run: (it) => oneWay(it, 256, 300_000 * SHARE) },
  {
    title: "one way, 64 KiB (MB/s)",
    run: async (it) => await oneWay(it, 65_536, 3_000 * SHARE) * 65_536 / 1e6,
  },
  { title: "round trip, 256 B (trips/s)", run: (it) => roundTrips(it, 256, 8_000 * SHARE) },
  { title: "connections (opened and closed/s)", run: (it) => connections(it, 400 * SHARE) },
];

async function oneWay(loopback: Loopback, size: number, count: number): Promise<number> {
  const [sender, receiver] = await loopback.connect();
  const message = new Uint8Array(size);
  const done = Promise.withResolvers<void>();
  let left = size * count;
  receiver.addEventListener("message", ({ data }) => {
    left -= data.byteLength;
    if (left === 0) done.resolve();
  });
  const start = performance.now();
  for (let sent = 0; sent < count; sent++) {
    if (!sender.send(message)) await next(sender, "drain");
  }
  await done.promise;
  const rate = count * 1_000 / (performance.now() - start);
  await hangUp(sender, receiver);
  return rate;
}

async function roundTrips(loopback: Loopback, size: number, count: number): Promise<number> {
  const [asking, answering] = await loopback.connect();
  const message = new Uint8Array(size);
  const done = Promise.withResolvers<void>();
  let left = count;
  answering.addEventListener("message", ({ data }) => answering.send(data));
  asking.addEventListener("message", () => {
    if (--left === 0) done.resolve();
    else asking.send(message);
  });
  const start = performance.now();
  asking.send(message);
  await done.promise;
  const rate = count * 1_000 / (performance.now() - start);
  await hangUp(asking, answering);
  return rate;
}

async function connections(loopback: Loopback, count: number): Promise<number> {
  let left = count;
  const lane = async () => {
    while (left-- > 0) await hangUp(...await loopback.connect());
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  return count * 1_000 / (performance.now() - start);
}

/** Closes one end, then the other. */
async function hangUp(first: MultiaddrConnection, second: MultiaddrConnection): Promise<void> {
  await first.close();
  await second.close();
}

function next(connection: MultiaddrConnection, event: "drain"): Promise<void> {
  return new Promise((resolve) => {
    connection.addEventListener(event, () => resolve(), { once: true });
  });
}

function summary(values: number[], digits: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  const show = (value: number | undefined) =>
    value?.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const median = sorted[Math.floor(sorted.length / 2)];
  return `${show(median)} (${show(sorted[0])}–${show(sorted.at(-1))})`;
}

await using ours = new Loopback(denoTcp()({ logger: SILENT_LOGGER }));
await using theirs = new Loopback(tcp()({ logger: SILENT_LOGGER }));
await ours.listen();
await theirs.listen();

const rows = [["", "ours", "@libp2p/tcp", "ours : @libp2p/tcp"]];
for (const { title, run } of MEASURES) {
  const our: number[] = [];
  const their: number[] = [];
  // The first round warms up and does not count.
  for (let round = 0; round <= ROUNDS; round++) {
    const turns = [
      async () => our[round] = await run(ours),
      async () => their[round] = await run(theirs),
    ];
    if (round % 2 === 1) turns.reverse();
    for (const turn of turns) await turn();
  }
  const ratios = our.map((value, round) => value / (their[round] ?? Number.NaN));
  rows.push([
    title,
    summary(our.slice(1), 0),
    summary(their.slice(1), 0),
    summary(ratios.slice(1), 2),
  ]);
}

const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
console.log(`Deno ${Deno.version.deno}, ${ROUNDS} rounds, median (lowest–highest)`);
for (const row of rows) {
  console.log(row.map((cell, column) => cell.padEnd(widths[column]!)).join("   ").trimEnd());
}
