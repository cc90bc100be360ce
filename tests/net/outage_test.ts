/** Hosts that vanish and come back while peers talk. */
import { assert, assertEquals } from "@std/assert";
import { assertMeet, assertQuiet, assertTold } from "./assertions.ts";
import { netTest } from "./namespaces.ts";
import { Network } from "./network.ts";

/** A peer that vanished is noticed within this time, ms; what a busy machine adds is not its fault. */
const NOTICED_MS = 20_000;
const LEEWAY_MS = 2_000;
/** How long the tests wait for a recovery that takes 30 s by the promise, ms. */
const RECOVERY_MS = 60_000;

netTest("a peer that is cut off without a reset is noticed, and messages wait for it", async () => {
  await using network = await Network.make(2);
  const far = network.host(2);
  const blue = await network.listenAndSpeak(far, "blue", "--no-mdns");
  const red = await network.listenAndSpeak(
    network.host(1),
    "red",
    "--no-mdns",
    ...["--mandatory", `${far.ip4}:7000`],
  );
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
    pairs.map(([, peer]) => peer.once("peer-down", () => true, { withinMs: RECOVERY_MS })),
  );
  await sayAll("while it is gone");
  for (const { line, at } of losses) {
    assertEquals(line.departure, "lost");
    assert(at - cut < NOTICED_MS + LEEWAY_MS, `noticed after ${at - cut} ms`);
  }

  await far.heal();
  const healed = performance.now();
  const arrivals = await Promise.all(
    pairs.map(([from, to]) => assertTold(from, to, said, RECOVERY_MS)),
  );
  assertQuiet(red, blue);
  const seconds = (times: number[], since: number) =>
    times.map((time) => `${((time - since) / 1000).toFixed(1)} s`).join(" and ");
  console.log(
    `noticed after ${seconds(losses.map(({ at }) => at), cut)}, all messages there ` +
      `${seconds(arrivals, healed)} after healing`,
  );
});

netTest("a cable that is pulled for a moment costs no message, and mDNS goes on", async () => {
  await using network = await Network.make(3);
  const [near, far] = [network.host(1), network.host(2)];
  const [red, blue] = await Promise.all([
    network.listenAndSpeak(near, "red"),
    network.listenAndSpeak(far, "blue"),
  ]);
  await assertMeet(red, blue);
  const said: string[] = [];
  for (let round = 1; round <= 3; round++) {
    const texts = [`${round} before`, `${round} unplugged`, `${round} after`];
    said.push(...texts);
    const [before = "", unplugged = "", after = ""] = texts;
    for (const [from, to] of [[red, blue], [blue, red]] as const) await from.say(to.id, [before]);
    await far.unplug();
    for (const [from, to] of [[red, blue], [blue, red]] as const) {
      await from.say(to.id, [unplugged]);
    }
    await far.plug();
    for (const [from, to] of [[red, blue], [blue, red]] as const) await from.say(to.id, [after]);
  }
  const plugged = performance.now();
  const arrivals = await Promise.all([
    assertTold(red, blue, said, RECOVERY_MS),
    assertTold(blue, red, said, RECOVERY_MS),
  ]);
  console.log(arrivals.map((at) => at - plugged));

  const green = await network.listen(network.host(3), "green");
  await Promise.all([assertMeet(red, green), assertMeet(blue, green)]);
  assertQuiet(red, blue, green);
});
