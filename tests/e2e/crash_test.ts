/**
 * The invariant under `kill -9`: what was accepted is in the recipient's history, once, in the order
 * in which it was written. The moments are chosen at random, by what the process has printed.
 */
import { assertEquals } from "@std/assert";
import { acceptedIds, assertSameMessages, assertShownOnce, orderMessages } from "./ledger.ts";
import { arrived, delivered, ready } from "./lines.ts";
import { demoPeer, freePort, Home, listen, type Running } from "./program.ts";

const RECIPIENT_CRASHES = 6;
const SENDER_CRASHES = 6;
const MESSAGES_A_ROUND = 100;
const MESSAGES_WHILE_AWAY = 10;

for (const way of ["a peer id", "an address"] as const) {
  Deno.test(`messages to ${way} survive \`kill -9\` of the recipient`, async () => {
    await using red = await Home.make();
    await using green = await Home.make();
    const port = freePort();
    const sender = green.start(demoPeer());
    const runs = [red.start(listen(port))];
    const { peerId } = await latest(runs).find(ready);
    const self = await sender.find(ready);
    const address = `127.0.0.1:${port}`;
    const to = way === "a peer id" ? peerId : address;
    await orderMessages(sender, address, "the first", 1);
    // From here on the sender knows the way.
    await latest(runs).find(arrived("the first, 1 of 1"));
    let count = 1;

    for (const [round, lines] of randomMoments(RECIPIENT_CRASHES, MESSAGES_A_ROUND).entries()) {
      const recipient = latest(runs);
      await orderMessages(sender, to, `round ${round}`, MESSAGES_A_ROUND);
      await recipient.until(() => recipient.lines.length >= lines);
      await recipient.crash();
      await orderMessages(sender, to, `round ${round}, while it is away`, MESSAGES_WHILE_AWAY);
      count += MESSAGES_A_ROUND + MESSAGES_WHILE_AWAY;
      runs.push(red.start(listen(port)));
    }

    await orderMessages(sender, to, "the last", 1);
    count++;
    await sender.until(() => acceptedIds(sender.events).length === count);
    for (const id of acceptedIds(sender.events)) await sender.find(delivered(id));
    const [written, got] = await Promise.all([green.history(), red.history()]);
    assertEquals(written.map(({ id }) => id), acceptedIds(sender.events));
    assertSameMessages({ peerId: self.peerId, history: written }, { peerId, history: got });
    assertShownOnce(runs);
  });
}

Deno.test("messages survive `kill -9` of the sender", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const recipient = red.start(listen());
  const { peerId, port } = await recipient.find(ready);
  const to = `127.0.0.1:${port}`;
  const runs: Running[] = [];

  // Each order is answered by three lines: queued, saved, and later delivered.
  for (const [round, lines] of randomMoments(SENDER_CRASHES, 2 * MESSAGES_A_ROUND).entries()) {
    const sender = green.start(demoPeer());
    runs.push(sender);
    await orderMessages(sender, to, `round ${round}`, MESSAGES_A_ROUND);
    await sender.until(() => sender.lines.length >= lines);
    await sender.crash();
  }

  const sender = green.start(demoPeer());
  runs.push(sender);
  const { peerId: self } = await sender.find(ready);
  await orderMessages(sender, to, "the last", 1);
  await sender.until(() => acceptedIds(sender.events).length === 1);
  await sender.find(delivered(acceptedIds(sender.events)[0] ?? ""));
  const [written, got] = await Promise.all([green.history(), red.history()]);
  const saved = new Set(written.map(({ id }) => id));
  const accepted = runs.flatMap(({ events }) => acceptedIds(events));
  assertEquals(accepted.filter((id) => !saved.has(id)), []);
  assertSameMessages({ peerId: self, history: written }, { peerId, history: got });
  assertShownOnce([recipient]);
});

/** How many lines a process may print before it is killed; 0: at once. */
function randomMoments(rounds: number, lines: number): number[] {
  return Array.from({ length: rounds }, () => Math.floor(Math.random() * (lines + 1)));
}

function latest(runs: readonly Running[]): Running {
  const run = runs.at(-1);
  if (run === undefined) throw new Error("nothing was started");
  return run;
}
