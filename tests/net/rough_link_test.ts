/**
 * Peers on links that lose, delay, reorder and double packets. With `P2P_CHAT_LONG=1` it also takes
 * the time of many messages on a bad link.
 */
import { assert, assertEquals } from "@std/assert";
import { assertMeet, assertQuiet, assertTold, seconds, together } from "./assertions.ts";
import type { HubReport } from "./hub.ts";
import type { Impairment } from "./impairment.ts";
import { netTest } from "./namespaces.ts";
import { Network } from "./network.ts";
import type { Peer } from "./peer.ts";

/** Waves of messages: those of one would leave in a few packets, which may all be lucky. */
const WAVES = 5;
const WAVE_MESSAGES = 10;
/** Makes a wave some packets long, B. */
const MESSAGE_BYTES = 800;
/** How slow a link may be is not what is tested here, ms. */
const PATIENCE_MS = 120_000;
/** Messages each way, one a second, whose times are taken. */
const TIMED_MESSAGES = 150;
const patient = { withinMs: PATIENCE_MS };

/** Two peers on links that are bad both ways. */
async function meet(network: Network, impairment: Impairment): Promise<[red: Peer, blue: Peer]> {
  const [near, far] = [network.host(1), network.host(2)];
  const red = await network.start(near, "red", "--no-mdns");
  for (const host of [near, far]) await host.shape(impairment);
  const mandatory = ["--mandatory", `${near.ip4}:7000`];
  const blue = await network.start(far, "blue", "--no-mdns", ...mandatory);
  await assertMeet(red, blue, patient);
  return [red, blue];
}

/** They meet and talk. @returns what the links did */
async function talk(title: string, impairment: Impairment): Promise<HubReport> {
  await using network = await Network.make(2);
  const started = performance.now();
  const [red, blue] = await meet(network, impairment);
  const met = performance.now();

  const said: string[] = [];
  for (let wave = 1; wave <= WAVES; wave++) {
    const texts = Array.from(
      { length: WAVE_MESSAGES },
      (_, index) => `message ${wave}.${index + 1} `.padEnd(MESSAGE_BYTES, "."),
    );
    said.push(...texts);
    await Promise.all([red.say(blue.id, texts), blue.say(red.id, texts)]);
    await Promise.all([assertTold(red, blue, said, patient), assertTold(blue, red, said, patient)]);
  }
  const report = await network.report();
  const took = `met after ${seconds(met - started)}, talked for ${
    seconds(performance.now() - met)
  }`;
  console.log(`${title}: ${took}, ${losses(red, blue)} given up, ${JSON.stringify(report)}`);
  assertQuiet(red, blue);
  return report;
}

/** They say something every second. @returns how long each message took to be shown, ms, sorted */
async function time(title: string, impairment: Impairment): Promise<number[]> {
  await using network = await Network.make(2);
  const [red, blue] = await meet(network, impairment);
  const pairs = [[red, blue], [blue, red]] as const;
  const saidAt = new Map<string, number>();
  const texts = Array.from({ length: TIMED_MESSAGES }, (_, index) => `${index + 1}`);
  for (const text of texts) {
    for (const [from, to] of pairs) {
      saidAt.set(`${from.name} ${text}`, performance.now());
      await from.say(to.id, [text]);
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  for (const [from, to] of pairs) await assertTold(from, to, texts, patient);
  const times = pairs.flatMap(([from, to]) =>
    to.events.flatMap(({ line, at }) => {
      if (line.event !== "message" || line.direction !== "in") return [];
      return [at - (saidAt.get(`${from.name} ${line.text}`) ?? NaN)];
    })
  ).sort((a, b) => a - b);
  assertEquals(times.length, 2 * TIMED_MESSAGES);
  const figures = [0.5, 0.9, 0.99, 1].map((part) => seconds(quantile(times, part))).join(", ");
  console.log(`${title}: p50, p90, p99, max ${figures}, ${losses(red, blue)} given up`);
  return times;
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** How often one gave the other up. */
function losses(...peers: readonly Peer[]): number {
  return peers.flatMap(({ events }) => events).filter(({ line }) => line.event === "peer-down")
    .length;
}

netTest("messages arrive once and in order on a bad link", async () => {
  await together({
    async "loss of 8 % with a delay of 450 ms"() {
      const { lost } = await talk("loss of 8 %", { loss: 0.08, delayMs: 450 });
      assert(lost > 0);
    },
    async "loss of 25 %"() {
      const { lost } = await talk("loss of 25 %", { loss: 0.25, delayMs: 50 });
      assert(lost > 0);
    },
    async "reordering of 25 % and duplication of 5 %"() {
      const { hurried, doubled } = await talk("disorder", {
        delayMs: 30,
        reorder: 0.25,
        duplicate: 0.05,
      });
      assert(hurried > 0);
      assert(doubled > 0);
    },
  });
});

netTest("messages arrive in time on a bad link", async () => {
  await together({
    async "loss of 8 % with a delay of 450 ms"() {
      const times = await time("loss of 8 %", { loss: 0.08, delayMs: 450 });
      assert(quantile(times, 0.99) <= 5_000);
    },
    async "loss of 12 % with a delay of 450 ms"() {
      const times = await time("loss of 12 %", { loss: 0.12, delayMs: 450 });
      assert(quantile(times, 0.99) <= 60_000);
    },
    async "loss of 25 % with a delay of 450 ms"() {
      const times = await time("loss of 25 %", { loss: 0.25, delayMs: 450 });
      assert(quantile(times, 1) <= 120_000);
    },
  });
}, { long: true });
