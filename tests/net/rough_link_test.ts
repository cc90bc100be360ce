/** Peers on links that lose, delay, reorder and double packets. */
import { assert } from "@std/assert";
import { assertMeet, assertQuiet, assertTold, seconds, together } from "./assertions.ts";
import type { HubReport } from "./hub.ts";
import type { Impairment } from "./impairment.ts";
import { netTest } from "./namespaces.ts";
import { Network } from "./network.ts";

/** Waves of messages: those of one would leave in a few packets, which may all be lucky. */
const WAVES = 5;
const WAVE_MESSAGES = 10;
/** Makes a wave some packets long, B. */
const MESSAGE_BYTES = 800;
/** How slow a link may be is not what is tested here, ms. */
const PATIENCE_MS = 120_000;

/** Two peers meet and talk on links that are bad both ways. @returns what the links did */
async function talk(title: string, impairment: Impairment): Promise<HubReport> {
  await using network = await Network.make(2);
  const [near, far] = [network.host(1), network.host(2)];
  const red = await network.start(near, "red", "--no-mdns");
  for (const host of [near, far]) await host.shape(impairment);
  const started = performance.now();
  const mandatory = ["--mandatory", `${near.ip4}:7000`];
  const blue = await network.start(far, "blue", "--no-mdns", ...mandatory);
  const patient = { withinMs: PATIENCE_MS };
  await assertMeet(red, blue, patient);
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
  console.log(`${title}: ${took}, ${JSON.stringify(report)}`);
  assertQuiet(red, blue);
  return report;
}

netTest("messages arrive once and in order on a bad link", async () => {
  await together({
    async "loss of 8 % with a delay of 450 ms"() {
      const { lost } = await talk("loss", { loss: 0.08, delayMs: 450 });
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
