/** Peers on several hosts find each other without being told where. */
import { assert, assertEquals } from "@std/assert";
import { assertMeet, assertQuiet, assertTold } from "./assertions.ts";
import { netTest } from "./namespaces.ts";
import { Network } from "./network.ts";

netTest("peers that know nothing of each other meet by mDNS, but not with --no-mdns", async () => {
  await using network = await Network.make(4);
  // These are ready before the others begin to look, and still there when they have met and talked.
  const hermits = await Promise.all(
    [3, 4].map((number) => network.start(network.host(number), `hermit${number}`, "--no-mdns")),
  );
  const [red, blue] = await Promise.all([
    network.start(network.host(1), "red"),
    network.start(network.host(2), "blue"),
  ]);
  await assertMeet(red, blue);
  await red.say("blue", ["from red"]);
  await blue.say("red", ["from blue"]);
  await assertTold(red, blue, ["from red"]);
  await assertTold(blue, red, ["from blue"]);

  for (const hermit of hermits) {
    assertEquals(hermit.events.map(({ line }) => line.event), ["ready"]);
  }
  await red.end("SIGTERM");
  const { line } = await blue.once("peer-down", () => true);
  assertEquals([line.peerId, line.departure], [red.id, "goodbye"]);
  assertQuiet(red, blue, ...hermits);
});

netTest("peers learn of each other from a third and stay connected when it is killed", async () => {
  await using network = await Network.make(3);
  const middle = await network.start(network.host(2), "middle", "--no-mdns");
  const args = ["--no-mdns", "--mandatory", `${network.host(2).ip4}:7000`];
  const [left, right] = await Promise.all([
    network.start(network.host(1), "left", ...args),
    network.start(network.host(3), "right", ...args),
  ]);
  await assertMeet(left, middle);
  await assertMeet(middle, right);
  const meetings = await assertMeet(left, right);
  assert(meetings.some(({ source }) => source === "exchange"));

  await middle.end("SIGKILL");
  for (const peer of [left, right]) {
    const { line } = await peer.once("peer-down", () => true);
    assertEquals([line.peerId, line.departure], [middle.id, "lost"]);
  }
  await left.say("right", ["still there?"]);
  await assertTold(left, right, ["still there?"]);
  await right.say("left", ["still here"]);
  await assertTold(right, left, ["still here"]);
  assertEquals(left.peers(), [right.id]);
  assertEquals(right.peers(), [left.id]);
  assertQuiet(left, right);
});
