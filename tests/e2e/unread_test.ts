/** What arrived while nobody looked is shown by the next `listen`, and by that one only. */
import { assertEquals, assertMatch } from "@std/assert";
import type { MessageLine } from "../../src/commands/ndjson.ts";
import { orderMessages } from "./ledger.ts";
import { peerUp, ready } from "./lines.ts";
import { demoPeer, freePort, Home, listen, LOOPBACK, type Running } from "./program.ts";

function texts(running: Running): string[] {
  return running.events.filter((line): line is MessageLine => line.event === "message")
    .map(({ text }) => text);
}

async function stop(running: Running): Promise<void> {
  running.kill("SIGTERM");
  await running.finished();
}

Deno.test("`listen` shows once what a run that shows nothing has taken", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const port = freePort();
  // Whoever gives it orders sees its lines; it does not count as a person.
  const taking = red.start(demoPeer(port));
  await taking.find(ready);
  for (const text of ["first", "second"]) {
    const sent = await green.run(["send", `127.0.0.1:${port}`, text, ...LOOPBACK]);
    assertEquals(sent.code, 0, sent.err.join("\n"));
  }
  await stop(taking);

  const listener = red.start(listen(port));
  await listener.until(() => texts(listener).length === 2);
  const sent = await green.run(["send", `127.0.0.1:${port}`, "third", ...LOOPBACK]);
  assertEquals(sent.code, 0, sent.err.join("\n"));
  await listener.until(() => texts(listener).length === 3);
  await stop(listener);
  assertEquals(texts(listener), ["first", "second", "third"]);

  const next = red.start(listen(port));
  await next.find(ready);
  assertEquals((await green.run(["connect", `127.0.0.1:${port}`, ...LOOPBACK])).code, 0);
  await stop(next);
  assertEquals(texts(next), []);
});

Deno.test("`listen` says to a person that messages arrived while nobody looked", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const port = freePort();
  const taking = red.start(demoPeer(port));
  await taking.find(ready);
  assertEquals((await green.run(["send", `127.0.0.1:${port}`, "hello", ...LOOPBACK])).code, 0);
  await stop(taking);

  const listener = red.start(["listen", "--port", "0", ...LOOPBACK]);
  await listener.said(/^1 message arrived while you were away$/m);
  await listener.until(() => listener.lines.length > 0);
  assertMatch(listener.lines[0] ?? "", /^\d\d:\d\d \w+: hello$/);
  await stop(listener);
});

Deno.test("what was printed into a closed pipe is shown again", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const port = freePort();
  const to = `127.0.0.1:${port}`;
  const listener = red.start(listen(port));
  await listener.find(ready);
  const sender = green.start([...demoPeer(), "--mandatory", to]);
  const { peerId } = await sender.find(ready);
  await listener.find(peerUp(peerId));
  await listener.closeOutput();
  await orderMessages(sender, to, "hello", 1);
  assertEquals((await listener.finished()).code, 0);

  const next = red.start(listen(port));
  await next.until(() => texts(next).length === 1);
  await stop(next);
  assertEquals(texts(next), ["hello, 1 of 1"]);
});
