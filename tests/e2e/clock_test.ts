/**
 * Clocks that were set: before a restart and while the program runs. Messages still arrive, keep the
 * order in which they were written, and nothing waits for a time of day.
 */
import { assertEquals, assertNotEquals } from "@std/assert";
import { FakeClock, FAKETIME_LIBRARY } from "./fake_clock.ts";
import { acceptedIds, assertSameMessages, assertShownOnce, orderMessages } from "./ledger.ts";
import { arrived, delivered, ready } from "./lines.ts";
import { demoPeer, freePort, Home, listen, type Running } from "./program.ts";
import { Stranger } from "./stranger.ts";

const ignore = FAKETIME_LIBRARY === undefined;
const HOUR_MS = 3_600_000;

for (const offset of ["-1h", "+1h", "-10y", "+10y"] as const) {
  Deno.test({
    name: `messages keep their order over restarts with the clock ${offset} off`,
    ignore,
    async fn() {
      await using red = await Home.make();
      await using green = await Home.make();
      await using clock = await FakeClock.make(offset);
      const port = freePort();
      const listeners: Running[] = [];
      const startListener = async (env: Record<string, string>) => {
        const listener = red.start(listen(port), { env });
        listeners.push(listener);
        const { peerId } = await listener.find(ready);
        return { listener, peerId };
      };
      const to = `127.0.0.1:${port}`;

      // The clocks are right.
      const { listener: first, peerId } = await startListener({});
      const self = await write(green, to, "before", "delivered");
      await first.find(arrived("before, 2 of 2"));
      await end(first);
      // Nobody is there; then the sender's clock is set.
      await write(green, to, "waiting", "saved");
      const sender = green.start(demoPeer(), { env: clock.env });
      await orderMessages(sender, to, "written with the wrong clock", 2);
      const { listener: second } = await startListener({});
      await second.find(arrived("written with the wrong clock, 2 of 2"));
      await end(second);
      // The recipient's is set, too.
      await orderMessages(sender, to, "waiting again", 2);
      const { listener: third } = await startListener(clock.env);
      await third.find(arrived("waiting again, 2 of 2"));
      await sender.until(() => acceptedIds(sender.events).length === 4);
      for (const id of acceptedIds(sender.events)) await sender.find(delivered(id));
      await sender.closeInput();
      await sender.finished();
      // The sender's is right again.
      await write(green, to, "after", "delivered");
      await end(third);

      const [written, got] = await Promise.all([green.history(), red.history()]);
      assertEquals(
        written.map(({ text }) => text),
        ["before", "waiting", "written with the wrong clock", "waiting again", "after"]
          .flatMap((label) => [`${label}, 1 of 2`, `${label}, 2 of 2`]),
      );
      assertSameMessages({ peerId: self, history: written }, { peerId, history: got });
      assertShownOnce(listeners, got);
      // The clock was wrong, or nothing was tested.
      const [before, wrong] = [written[0]?.sentAt, written[4]?.sentAt].map((time) =>
        Date.parse(time ?? "")
      );
      assertNotEquals(Math.round(((wrong ?? NaN) - (before ?? NaN)) / HOUR_MS), 0);
    },
  });
}

for (const offset of ["-10y", "+10y"] as const) {
  Deno.test({
    name: `a node goes on when its clock is set to ${offset} while it runs`,
    ignore,
    async fn() {
      await using red = await Home.make();
      await using blue = await Home.make();
      await using green = await Home.make();
      await using clock = await FakeClock.make("+0");
      const sender = green.start(demoPeer(), { env: clock.env });
      const there = await red.listen();
      await orderMessages(sender, `127.0.0.1:${there.port}`, "before", 1);
      await there.node.find(arrived("before, 1 of 1"));
      const later = await refuse(sender);
      // Its answer comes after it has decided when to try again.
      await orderMessages(sender, `127.0.0.1:${there.port}`, "in time", 1);
      await there.node.find(arrived("in time, 1 of 1"));
      await sender.until(() => acceptedIds(sender.events).length === 3);

      await clock.set(offset);
      await orderMessages(sender, `127.0.0.1:${there.port}`, "after", 1);
      const after = await there.node.find(arrived("after, 1 of 1"));
      const before = await there.node.find(arrived("before, 1 of 1"));
      const hours = (Date.parse(after.sentAt ?? "") - Date.parse(before.sentAt ?? "")) / HOUR_MS;
      assertNotEquals(Math.round(hours), 0);
      // Only the sender knows of the other one: it is its own timer that dials again.
      const come = await blue.listen([], later);
      await come.node.find(arrived("to somebody who comes later, 1 of 1"));
      for (const id of acceptedIds(sender.events)) await sender.find(delivered(id));
    },
  });
}

/** Has it write to somebody who hangs up. @returns the port, where nobody listens any more */
async function refuse(sender: Running): Promise<number> {
  await using stranger = new Stranger("no\n");
  await orderMessages(sender, stranger.address, "to somebody who comes later", 1);
  await stranger.called;
  return Number(stranger.address.split(":").at(-1));
}

/** Starts a sender, has it write two messages, and ends it. @returns its peer id */
async function write(
  home: Home,
  to: string,
  label: string,
  until: "saved" | "delivered",
): Promise<string> {
  const sender = home.start(demoPeer());
  const { peerId } = await sender.find(ready);
  await orderMessages(sender, to, label, 2);
  await sender.until(() => acceptedIds(sender.events).length === 2);
  if (until === "delivered") {
    for (const id of acceptedIds(sender.events)) await sender.find(delivered(id));
  }
  await sender.closeInput();
  await sender.finished();
  return peerId;
}

async function end(listener: Running): Promise<void> {
  listener.kill("SIGTERM");
  await listener.finished();
}
