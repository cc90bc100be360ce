/** Peers on links that lose, delay, reorder and double packets. */
import { assert } from "@std/assert";
import { assertMeet, assertQuiet, assertTold } from "./assertions.ts";
import type { Impairment } from "./impairment.ts";
import { netTest } from "./namespaces.ts";
import { Network } from "./network.ts";

const MESSAGES = 50;
/** How long a slow link may take for all, ms; its figures are printed, not judged. */
const PATIENCE_MS = 120_000;

/** Both sides say 50 messages on links that are bad from the start. */
async function talk(name: string, impairment: Impairment): Promise<void> {
  await using network = await Network.make(2);
  const [near, far] = [network.host(1), network.host(2)];
  await near.shape(impairment);
  await far.shape(impairment);
  const started = performance.now();
  const red = await network.listenAndSpeak(near, "red", "--no-mdns");
  const blue = await network.listenAndSpeak(
    far,
    "blue",
    "--no-mdns",
    ...["--mandatory", `${near.ip4}:7000`],
  );
  await assertMeet(red, blue, { withinMs: PATIENCE_MS });
  const met = performance.now();
  const texts = Array.from({ length: MESSAGES }, (_, index) => `message ${index + 1}`);
  await red.say(blue.id, texts);
  await blue.say(red.id, texts);
  const arrivals = await Promise.all([
    assertTold(red, blue, texts, PATIENCE_MS),
    assertTold(blue, red, texts, PATIENCE_MS),
  ]);
  await near.heal();
  console.log(name, met-started, arrivals.map((t) => t- met), network.report);
  console.log(String(red), String(blue));
  assertQuiet(red, blue);
}

netTest("loss", async () => {
  await talk("loss", { loss: 0.08, delayMs: 450 });
  });
netTest("jumble", async () => {
  await talk("jumble", { delayMs: 30, reorder: 0.25, duplicate: 0.05 });
  });
