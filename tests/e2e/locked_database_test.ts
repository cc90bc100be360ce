/**
 * Another program holds the lock of a node's database for seconds: nothing is lost or doubled, the
 * node answers meanwhile, and after the release everything arrives.
 *
 * `P2P_CHAT_LONG=1` holds it for 30 s.
 */
import { assert, assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { acceptedIds, assertSameMessages, assertShownOnce, orderMessages } from "./ledger.ts";
import { arrived, delivered, ready } from "./lines.ts";
import { demoPeer, Home, LOOPBACK, type Running } from "./program.ts";

const LOCKED_MS = Deno.env.get("P2P_CHAT_LONG") === "1" ? 30_000 : 3_000;
const MESSAGES = 20;
/** Promised are 2 s after the release; a busy machine gets five times that. */
const RECOVERY_MS = 10_000;

for (const lock of ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"]) {
  Deno.test(`a node whose database another program locks (${lock}) delivers everything after the release`, async () => {
    await using homeOfRed = await Home.make();
    await using homeOfGreen = await Home.make();
    const red = homeOfRed.start(demoPeer());
    const green = homeOfGreen.start(demoPeer());
    const [toRed, toGreen] = await Promise.all([red.find(ready), green.find(ready)]);
    const address = `127.0.0.1:${toRed.port}`;
    await orderMessages(green, address, "before", 1);
    await red.find(arrived("before, 1 of 1"));
    await orderMessages(red, toGreen.peerId, "before", 1);
    await green.find(arrived("before, 1 of 1"));

    {
      // In this process, so for the nodes another one.
      using _lock = holdLock(`${homeOfRed.profile}/chat.db`, lock);
      const released = elapsed(LOCKED_MS);
      await orderMessages(green, address, "to red", MESSAGES);
      await orderMessages(red, toGreen.peerId, "to green", MESSAGES);
      await green.until(() => acceptedIds(green.events).length === 1 + MESSAGES);
      // It still answers.
      const connected = await homeOfGreen.run(
        ["connect", address, "--profile", "other", ...LOOPBACK],
      );
      assertEquals(connected.code, 0, connected.err.join("\n"));
      const history = homeOfRed.run(["history", "--json"]);
      assertEquals((await history).code, 0, "reading works beside the lock");
      await released;
      assertEquals(received(red), 1, "nothing was acknowledged that could not be saved");
    }
    const released = performance.now();
    await settled(green, 1 + MESSAGES);
    await settled(red, 1 + MESSAGES);
    const took = performance.now() - released;
    assert(took < RECOVERY_MS, `${took} ms after the release`);

    const [ofRed, ofGreen] = await Promise.all([homeOfRed.history(), homeOfGreen.history()]);
    const [one, other] = [
      { peerId: toRed.peerId, history: ofRed },
      { peerId: toGreen.peerId, history: ofGreen },
    ];
    assertSameMessages(one, other);
    assertSameMessages(other, one);
    assertShownOnce([red], ofRed);
    assertShownOnce([green], ofGreen);
  });
}

/** Takes the lock for writing until the result is disposed. */
function holdLock(path: string, begin: string): Disposable {
  const db = new DatabaseSync(path);
  // A transaction of the node may be under way.
  db.exec("PRAGMA busy_timeout = 5000");
  db.exec(begin);
  return { [Symbol.dispose]: () => db.close() };
}

/** All `count` own messages were accepted and delivered. */
async function settled(sender: Running, count: number): Promise<void> {
  await sender.until(() => acceptedIds(sender.events).length === count);
  for (const id of acceptedIds(sender.events)) await sender.find(delivered(id));
}

function received(node: Running): number {
  return node.events.filter(({ event }) => event === "message").length;
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
