/**
 * Hosts and peers that vanish and come back while others talk to them. With `P2P_CHAT_LONG=1` they
 * are away for minutes, else for longer than it takes to give them up.
 */
import { assert, assertEquals } from "@std/assert";
import { assertMeet, assertQuiet, assertTold, seconds, together } from "./assertions.ts";
import type { Host } from "./host.ts";
import { LONG, netTest } from "./namespaces.ts";
import { Network } from "./network.ts";
import type { Peer } from "./peer.ts";

/** A peer that vanished is noticed within this time, ms. */
const NOTICED_MS = 20_000;
/** What a busy machine may add to a limit, ms. */
const LEEWAY_MS = 2_000;
/** A test waits this long before it calls something broken, ms. */
const PATIENCE_MS = 60_000;

/** How peers are separated, and what is expected of that. */
interface Outage {
  readonly begin: (far: Host, blue: Peer) => Promise<void>;
  readonly end: (far: Host, blue: Peer) => Promise<void>;
  readonly lastsMs: number;
  /** Everything has arrived this long after the end, ms. */
  readonly recoveredMs: number;
  /** Who sees the other go. */
  readonly notices: "both" | "red";
}

/** Two peers talk before, during and after an outage of one of them. */
async function survive(title: string, outage: Outage): Promise<void> {
  await using network = await Network.make(2);
  const far = network.host(2);
  const blue = await network.start(far, "blue", "--no-mdns");
  const mandatory = ["--mandatory", `${far.ip4}:7000`];
  const red = await network.start(network.host(1), "red", "--no-mdns", ...mandatory);
  await assertMeet(red, blue);
  const [there, back] = [[red, blue], [blue, red]] as const;
  const said = new Map<Peer, string[]>([[red, []], [blue, []]]);
  const say = async (when: string, pairs: readonly (readonly [Peer, Peer])[]) => {
    const texts = Array.from({ length: 5 }, (_, index) => `${when} ${index + 1}`);
    for (const [from, to] of pairs) {
      said.get(from)?.push(...texts);
      await from.say(to.id, texts);
    }
  };
  // A process that is stopped says nothing.
  const able = outage.notices === "both" ? [there, back] : [there];
  await say("before", [there, back]);
  const allTold = () =>
    Promise.all(
      [there, back].map(([from, to]) =>
        assertTold(from, to, said.get(from) ?? [], { withinMs: PATIENCE_MS })
      ),
    );
  await allTold();

  await outage.begin(far, blue);
  const began = performance.now();
  await say("into the void", able);
  const losses = await Promise.all(
    able.map(([peer]) => peer.once("peer-down", () => true, { withinMs: PATIENCE_MS })),
  );
  for (const { line, at } of losses) {
    assertEquals(line.departure, "lost");
    assert(at - began < NOTICED_MS + LEEWAY_MS, `${title}: noticed after ${seconds(at - began)}`);
  }
  await say("while it is gone", able);
  const rest = outage.lastsMs - (performance.now() - began);
  await new Promise((resolve) => setTimeout(resolve, rest));
  assertEquals(blue.heard(red).length, 5);

  await outage.end(far, blue);
  const ended = performance.now();
  // Nobody says anything before that: a new message would have the other dialled at once.
  const arrivals = await allTold();
  const noticed = losses.map(({ at }) => seconds(at - began)).join(" and ");
  const recovered = arrivals.map((at) => seconds(at - ended)).join(" and ");
  console.log(`${title}: noticed after ${noticed}; all there ${recovered} after its end`);
  for (const at of arrivals) assert(at - ended < outage.recoveredMs + LEEWAY_MS, recovered);
  await say("after", [there, back]);
  await allTold();
  for (const peer of [red, blue]) assertEquals(peer.peers().length, 1);
  assertQuiet(red, blue);
}

netTest(
  "a peer that is out of reach is given up, and all messages arrive when it is back",
  async () => {
    await together({
      async "its packets are dropped"() {
        await survive("partition", {
          begin: (far) => far.cut(),
          end: (far) => far.heal(),
          lastsMs: LONG ? 600_000 : 25_000,
          recoveredMs: 30_000,
          notices: "both",
        });
      },
      async "its cable is pulled"() {
        await survive("cable", {
          begin: (far) => far.unplug(),
          end: (far) => far.plug(),
          lastsMs: LONG ? 60_000 : 25_000,
          recoveredMs: 10_000,
          notices: "both",
        });
      },
      async "its process is stopped"() {
        await survive("SIGSTOP", {
          begin: (_, blue) => Promise.resolve(blue.freeze()),
          end: (_, blue) => Promise.resolve(blue.thaw()),
          lastsMs: LONG ? 300_000 : 25_000,
          recoveredMs: 15_000,
          notices: "red",
        });
      },
    });
  },
);

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
