/** Peers that play by rules of their own: one that never acknowledges, one that repeats itself. */
import { assert, assertEquals } from "@std/assert";
import { v7 } from "uuid";
import { formatOrder } from "../../src/commands/demo/orders.ts";
import { WINDOW_BYTES } from "../../src/direct/wire.ts";
import { acceptedIds, orderMessages, shownIds } from "./ledger.ts";
import { arrived, ready } from "./lines.ts";
import { demoPeer, freePort, Home, listen, type Running } from "./program.ts";
import { RawPeer } from "./raw_peer.ts";

const MESSAGES = 10_000;
const TEXT = "x".repeat(16 * 1024);
/** Orders that wait in the standard input at a time: they count as memory of the program. */
const ORDERS_AT_A_TIME = 100;
/** All texts are 164 MB. What is on its way is 1 MiB; the rest of this is garbage not collected yet. */
const MOST_GROWTH_MB = 100;

Deno.test({
  name: "a peer that never acknowledges 10,000 messages costs bounded memory; others are served",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using home = await Home.make();
    await using blueHome = await Home.make();
    await using mute = await RawPeer.start("mute");
    const blue = await blueHome.listen();
    const sender = home.start(demoPeer());
    await sender.find(ready);
    const memory = await mostResident(sender);

    const order = formatOrder({ order: "send", to: mute.address, text: TEXT });
    for (let ordered = 0; ordered < MESSAGES;) {
      await sender.write(order.repeat(ORDERS_AT_A_TIME));
      ordered += ORDERS_AT_A_TIME;
      const saved = ordered + (ordered > MESSAGES / 2 ? 1 : 0);
      await sender.until(() => acceptedIds(sender.events).length >= saved);
      if (ordered === MESSAGES / 2) {
        await orderMessages(sender, `127.0.0.1:${blue.port}`, "in the middle", 1);
        await blue.node.find(arrived("in the middle, 1 of 1"));
      }
    }
    await orderMessages(sender, blue.peerId, "at the end", 1);
    await blue.node.find(arrived("at the end, 1 of 1"));
    assertEquals(acceptedIds(sender.events).length, MESSAGES + 2);

    // Also when the stream was opened anew meanwhile, it begins with the same messages.
    const sent = new Set(
      mute.frames.flatMap((one) => one.type === "message" ? one.message.id : []),
    );
    assert(sent.size > 0);
    assert(sent.size * TEXT.length <= WINDOW_BYTES, `${sent.size} messages are unanswered`);
    const growth = await mostResident(sender) - memory;
    assert(growth < MOST_GROWTH_MB, `grew by ${growth} MB`);
  },
});

Deno.test("a replay of an old message is answered, and not shown again, also after a restart", async () => {
  await using home = await Home.make();
  await using stranger = await RawPeer.start("parrot");
  const port = freePort();
  const runs: Running[] = [];
  const message = { id: v7(), sequence: 1, sentAt: 0, text: "once", replyTo: undefined };
  for (const run of ["the first run", "the second run"]) {
    const listener = home.start(listen(port));
    runs.push(listener);
    await listener.find(ready);
    for (const repetition of ["once", "again"]) {
      assertEquals((await stranger.send(port, [message])).type, "acknowledgement", repetition);
    }
    // What comes after it was looked at after it.
    const next = { ...message, id: v7(), sequence: 2, text: `after it in ${run}` };
    await stranger.send(port, [message, next]);
    await listener.find(arrived(next.text));
    listener.kill("SIGTERM");
    await listener.finished();
  }
  const history = await home.history();
  const texts = ["once", "after it in the first run", "after it in the second run"];
  assertEquals(history.map(({ text }) => text), texts);
  assertEquals(shownIds(runs), history.map(({ id }) => id));
});

/** The most memory that a process ever had in use, MB. */
async function mostResident({ pid }: Running): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_000;
}
