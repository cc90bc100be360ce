/**
 * The invariant under `kill -9`: what was accepted is in the recipient's history, once, in the order
 * in which it was written. The long run is `tests/long/crash.ts`.
 */
import { assertEquals } from "@std/assert";
import { planCrashes } from "./crash_plan.ts";
import { crash, NO_FAULTS } from "./crash_run.ts";
import { acceptedIds, assertSameMessages, assertShownOnce, orderMessages } from "./ledger.ts";
import { delivered, ready } from "./lines.ts";
import { demoPeer, freePort, Home, listen, type Running } from "./program.ts";
import { chosenSeed, Random } from "../seeded_random.ts";

const RECIPIENT_CRASHES = 6;
const MESSAGES_A_ROUND = 100;
const MESSAGES_WHILE_AWAY = 10;

for (
  const { peers, addressing, kills } of [
    { peers: 2, addressing: "peer id", kills: 6 },
    { peers: 3, addressing: "address", kills: 6 },
  ] as const
) {
  Deno.test(`messages among ${peers} peers, named by ${addressing}, survive \`kill -9\``, async () => {
    const plan = planCrashes(chosenSeed(), { kills, peers, addressing, longAbsences: false });
    const { faults } = await crash(plan);
    assertEquals(faults, NO_FAULTS, `P2P_CHAT_SEED=${plan.seed}`);
  });
}

Deno.test("messages to `listen` survive `kill -9` of it", async () => {
  const seed = chosenSeed();
  const random = new Random(seed);
  await using red = await Home.make();
  await using green = await Home.make();
  const port = freePort();
  const to = `127.0.0.1:${port}`;
  const sender = green.start(demoPeer());
  const runs = [red.start(listen(port))];
  const { peerId } = await latest(runs).find(ready);
  const self = await sender.find(ready);
  let count = 0;

  for (let round = 0; round < RECIPIENT_CRASHES; round++) {
    const recipient = latest(runs);
    await orderMessages(sender, to, `round ${round}`, MESSAGES_A_ROUND);
    const arrivals = random.int(0, MESSAGES_A_ROUND);
    await recipient.until(() => countOf(recipient, `round ${round},`) >= arrivals);
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
  assertEquals(written.map(({ id }) => id), acceptedIds(sender.events), `P2P_CHAT_SEED=${seed}`);
  assertSameMessages({ peerId: self.peerId, history: written }, { peerId, history: got });
  await latest(runs).closeInput();
  latest(runs).kill("SIGTERM");
  await latest(runs).finished();
  assertShownOnce(runs, got);
});

/** How many messages it printed whose texts begin with `label`. */
function countOf(listener: Running, label: string): number {
  return listener.events
    .filter((line) => line.event === "message" && line.text.startsWith(label)).length;
}

function latest(runs: readonly Running[]): Running {
  const run = runs.at(-1);
  if (run === undefined) throw new Error("nothing was started");
  return run;
}
