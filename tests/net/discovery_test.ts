/** Peers on several hosts find each other without being told where. */
import { assertEquals } from "@std/assert";
import { assertMeet, assertQuiet, assertTold } from "./assertions.ts";
import { netTest } from "./namespaces.ts";
import { Network } from "./network.ts";

netTest(
  "peers that know nothing of each other meet by mDNS, unless they were told not to",
  async () => {
    await using network = await Network.make(4);
    // These are ready before the others begin to look, and still there when they have found each other.
    const hermits = await Promise.all(
      [3, 4].map((number) => network.listen(network.host(number), `hermit${number}`, "--no-mdns")),
    );
    const [red, blue] = await Promise.all([
      network.listenAndSpeak(network.host(1), "red"),
      network.listenAndSpeak(network.host(2), "blue"),
    ]);
    const meetings = await assertMeet(red, blue);
    assertEquals(meetings.map(({ source }) => source), ["mdns", "mdns"]);

    await red.say("blue", ["from red"]);
    await blue.say("red", ["from blue"]);
    await assertTold(red, blue, ["from red"]);
    await assertTold(blue, red, ["from blue"]);
    for (const hermit of hermits) {
      assertEquals(hermit.events.map(({ line }) => line.event), ["ready"]);
    }
    assertEquals(red.peers(), [blue.id]);
    assertEquals(blue.peers(), [red.id]);
    assertQuiet(red, blue, ...hermits);
  },
);

netTest(
  "peers of one mandatory peer learn of each other and stay connected when it is killed",
  async () => {
    await using network = await Network.make(3);
    const middle = await network.listen(network.host(2), "middle", "--no-mdns");
    const mandatory = ["--no-mdns", "--mandatory", `${network.host(2).ip4}:7000`];
    const [left, right] = await Promise.all([
      network.listenAndSpeak(network.host(1), "left", ...mandatory),
      network.listenAndSpeak(network.host(3), "right", ...mandatory),
    ]);
    await assertMeet(left, middle);
    await assertMeet(middle, right);
    const meetings = await assertMeet(left, right);
    assertEquals(meetings.some(({ source }) => source === "exchange"), true);

    await middle.end("SIGKILL");
    for (const peer of [left, right]) {
      const { line } = await peer.once("peer-down", () => true);
      assertEquals([line.peerId, line.departure], [middle.id, "lost"]);
    }
    await left.say("right", ["still here?"]);
    await assertTold(left, right, ["still here?"]);
    await right.say("left", ["still here"]);
    await assertTold(right, left, ["still here"]);
    assertEquals(left.peers(), [right.id]);
    assertEquals(right.peers(), [left.id]);
    assertQuiet(left, right);
  },
);
