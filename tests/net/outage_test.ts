/** Hosts that vanish and come back while peers talk. */
import { assert, assertEquals } from "@std/assert";
import { assertMeet, assertQuiet, assertTold, seconds } from "./assertions.ts";
import { netTest } from "./namespaces.ts";
import { Network } from "./network.ts";

/** A peer that vanished is noticed within this time, ms, and what a busy machine adds to it. */
const NOTICED_MS = 20_000;
const LEEWAY_MS = 2_000;
/** Everything has arrived 30 s after healing; a test waits longer before it calls that broken, ms. */
const PATIENCE_MS = 60_000;

netTest("a peer that is cut off without a reset is noticed, and messages wait for it", async () => {
  await using network = await Network.make(2);
  const far = network.host(2);
  const blue = await network.start(far, "blue", "--no-mdns");
  const mandatory = ["--mandatory", `${far.ip4}:7000`];
  const red = await network.start(network.host(1), "red", "--no-mdns", ...mandatory);
  await assertMeet(red, blue);
  const pairs = [[red, blue], [blue, red]] as const;
  const said: string[] = [];
  const sayAll = async (when: string) => {
    const texts = Array.from({ length: 5 }, (_, index) => `${when} ${index + 1}`);
    said.push(...texts);
    for (const [from, to] of pairs) await from.say(to.id, texts);
  };
  await sayAll("before");
  for (const [from, to] of pairs) await assertTold(from, to, said);

  await far.cut();
  const cut = performance.now();
  await sayAll("into the void");
  const losses = await Promise.all(
    pairs.map(([peer]) => peer.once("peer-down", () => true, { withinMs: PATIENCE_MS })),
  );
  for (const { line, at } of losses) {
    assertEquals(line.departure, "lost");
    assert(at - cut < NOTICED_MS + LEEWAY_MS, `noticed after ${seconds(at - cut)}`);
  }
  await sayAll("while it is gone");
  assertEquals(blue.heard(red).length, 5);

  await far.heal();
  const healed = performance.now();
  const arrivals = await Promise.all(
    pairs.map(([from, to]) => assertTold(from, to, said, { withinMs: PATIENCE_MS })),
  );
  assertQuiet(red, blue);
  const noticed = losses.map(({ at }) => seconds(at - cut)).join(" and ");
  const recovered = arrivals.map((at) => seconds(at - healed)).join(" and ");
  console.log(`noticed after ${noticed}; all messages there ${recovered} after healing`);
});

netTest("a cable that is pulled for a moment costs no message, and mDNS goes on", async () => {
  await using network = await Network.make(3);
  const far = network.host(2);
  const [red, blue] = await Promise.all([
    network.start(network.host(1), "red"),
    network.start(far, "blue"),
  ]);
  await assertMeet(red, blue);
  const pairs = [[red, blue], [blue, red]] as const;
  const said: string[] = [];
  const sayBoth = async (text: string) => {
    said.push(text);
    for (const [from, to] of pairs) await from.say(to.id, [text]);
  };
  for (let round = 1; round <= 3; round++) {
    await sayBoth(`${round}: plugged`);
    await far.unplug();
    await sayBoth(`${round}: unplugged`);
    await far.plug();
  }
  await sayBoth("plugged");
  for (const [from, to] of pairs) await assertTold(from, to, said, { withinMs: PATIENCE_MS });

  const green = await network.start(network.host(3), "green");
  await Promise.all([assertMeet(red, green), assertMeet(blue, green)]);
  assertQuiet(red, blue, green);
});
