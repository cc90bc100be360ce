/** Peers whose addresses change, and peers on IPv6. */
import { assert, assertEquals } from "@std/assert";
import { assertMeet, assertQuiet, assertTold, seconds, together } from "./assertions.ts";
import { netTest } from "./namespaces.ts";
import { Network } from "./network.ts";

/** A test waits this long before it calls a recovery broken, ms; how long it took is printed. */
const patient = { withinMs: 60_000 };
/** A peer with another address is back within this time, ms, and what a busy machine adds to it. */
const BACK_MS = 10_000;
const LEEWAY_MS = 5_000;

/** The hosts of two peers get other addresses while they talk. @param movers numbers of hosts */
async function move(movers: readonly number[], redArgs: string[], blueArgs: string[]) {
  await using network = await Network.make(2);
  const red = await network.start(network.host(1), "red", ...redArgs);
  const blue = await network.start(network.host(2), "blue", ...blueArgs);
  await assertMeet(red, blue);
  await red.say(blue.id, ["before"]);
  await assertTold(red, blue, ["before"]);

  for (const number of movers) await network.host(number).readdress(100 + number);
  const moved = performance.now();
  await red.say(blue.id, ["after"]);
  await blue.say(red.id, ["elsewhere now"]);
  await assertTold(red, blue, ["before", "after"], patient);
  await assertTold(blue, red, ["elsewhere now"], patient);
  const took = performance.now() - moved;
  console.log(`${movers.length} moved, told after ${seconds(took)}`);
  assert(took < BACK_MS + LEEWAY_MS);
  assertEquals(red.peers(), [blue.id]);
  assertQuiet(red, blue);
}

/** Blue's host loses its power, so that nobody is told, and comes back elsewhere. */
async function losePower(): Promise<void> {
  await using network = await Network.make(2);
  const [near, far] = [network.host(1), network.host(2)];
  const red = await network.start(near, "red", "--no-mdns");
  const args = ["--no-mdns", "--mandatory", `${near.ip4}:7000`];
  const before = await network.start(far, "blue", ...args);
  await assertMeet(red, before);
  await far.cut();
  await before.end("SIGKILL");
  await red.say(before.id, ["are you there?"]);

  await far.readdress(102);
  await far.heal();
  const { length: from } = red.events;
  const after = await network.start(far, "blue", ...args);
  const back = performance.now();
  assertEquals(after.id, before.id);
  await after.say(red.id, ["I am back"]);
  await assertTold(after, red, ["I am back"], patient);
  await assertTold(red, after, ["are you there?"], patient);
  console.log(`came back from a power cut, told after ${seconds(performance.now() - back)}`);
  const { line } = await red.once("message", ({ peerId }) => peerId === before.id, { from });
  assertEquals(line.text, "I am back");
  assertQuiet(red, after);
}

netTest("a peer that gets another address keeps its conversations", async () => {
  await together({
    async "it dials from there"() {
      await move([2], ["--no-mdns"], ["--no-mdns", "--mandatory", "10.83.0.1:7000"]);
    },
    async "both move and meet again by mDNS"() {
      await move([1, 2], [], []);
    },
    "it comes back after a power cut": losePower,
  });
});

netTest("peers that listen on IPv6 reach each other", async () => {
  await using network = await Network.make(2);
  const far = network.host(2);
  const ipv6 = ["--host", "::", "--no-mdns"];
  const blue = await network.start(far, "blue", ...ipv6);
  const there = `[${far.ip6}]:7000`;
  const visitor = network.host(1);
  const sent = await network.run(visitor, "visitor", "send", there, "hello", "--json", ...ipv6);
  assertEquals(sent.code, 0, sent.stderr);
  const { line } = await blue.once("message", ({ text }) => text === "hello");
  assert(sent.events.some((result) => result.event === "result" && result.id === line.id));

  const red = await network.start(visitor, "red", ...ipv6, "--mandatory", there);
  const [ofBlue] = await assertMeet(red, blue);
  assertEquals(ofBlue.address, `/ip6/${far.ip6}/tcp/7000`);
  await red.say("blue", ["to blue"]);
  await blue.say("red", ["to red"]);
  await assertTold(red, blue, ["to blue"]);
  await assertTold(blue, red, ["to red"]);
  assertQuiet(red, blue);
});
