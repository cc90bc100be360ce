/** `chat` line by line, with real processes that talk through pipes. */
import { assert, assertEquals } from "@std/assert";
import { shortPeerId } from "../../src/node/recipient.ts";
import { freePort, Home, LOOPBACK } from "./program.ts";

/** Nothing but text: no control characters, no signs that stand for a word. */
const SPOKEN = /^[\x20-\x7e]*$/;

Deno.test("two `chat` in pipes talk with each other, and end with their input", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const port = freePort();
  const there = red.start(["listen", "--quiet", "--name", "red", "--port", `${port}`, ...LOOPBACK]);
  await there.said(/red is listening/);
  const here = green.start([
    "chat",
    `127.0.0.1:${port}`,
    "--name",
    "green",
    "--port",
    "0",
    ...LOOPBACK,
  ]);
  await here.write("hello\n");
  await here.until(() => here.lines.includes("delivered: hello"));
  // Through the node of `listen`, which shows nothing itself.
  const back = red.start(["chat", "green"]);
  await back.until(() => back.lines.some((line) => /^\d\d:\d\d green: hello$/.test(line)));
  await here.until(() => here.lines.includes("read: hello"));
  await back.write("hi there\n//help\n/who\n");
  await here.until(() => here.lines.some((line) => /^\d\d:\d\d red: \/help$/.test(line)));
  assert(here.lines.some((line) => /^\d\d:\d\d red: hi there$/.test(line)));
  await back.until(() => back.lines.some((line) => line.startsWith("connected    for")));
  await back.until(() => back.lines.some((line) => line.startsWith("read: ")));
  await here.write("bye\n");
  await here.closeInput();
  const [gone, left] = [await here.finished(), await (back.closeInput(), back.finished())];
  assertEquals([gone.code, left.code], [0, 0]);
  for (const line of [...gone.out, ...gone.err, ...left.out, ...left.err]) {
    assert(SPOKEN.test(line), JSON.stringify(line));
  }
  // What was typed is not told again, but for its states.
  assertEquals(gone.out.filter((line) => line.endsWith("hello")), [
    "delivered: hello",
    "read: hello",
  ]);
  // It was shown, so that it does not come again.
  const again = await red.run(["chat", "green", "--history", "0"], { input: "/quit\n" });
  assertEquals([again.code, again.out], [0, []]);
});

Deno.test("`chat` goes on when the node is killed through which it works", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const port = freePort();
  const { node: there } = await red.listen(["--name", "red"], port);
  const { node } = await green.listen();
  const chat = green.start(["chat", `127.0.0.1:${port}`, "--port", "0", ...LOOPBACK]);
  await chat.write("one\n");
  await chat.until(() => chat.lines.includes("delivered: one"));
  await node.crash();
  await chat.write("two\n");
  await chat.said(/going on with a node of its own/);
  await there.find((line) => line.event === "message" && line.text === "two" ? line : undefined);
  await chat.until(() => chat.lines.includes("delivered: two"));
  await chat.write("/quit\n");
  assertEquals((await chat.finished()).code, 0);
});

Deno.test("`chat` with nobody ends with 4, and Ctrl-C ends it with 130", async () => {
  await using green = await Home.make();
  const nobody = await green.run(["chat", "nobody", "--port", "0", ...LOOPBACK], { input: "" });
  assertEquals(nobody.code, 4);
  const chat = green.start(["chat", `127.0.0.1:${freePort()}`, "--port", "0", ...LOOPBACK]);
  await chat.write("hello\n");
  await chat.until(() => chat.lines.includes("queued: hello"));
  chat.kill("SIGINT");
  const { code, err } = await chat.finished();
  assertEquals([code, err.at(-1)?.split(":")[0]], [130, "1 message is not delivered yet"]);
});

Deno.test("`chat` in a pipe asks before it writes to somebody else at a known address", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  await using other = await Home.make();
  const port = freePort();
  const { node } = await green.listen(["--name", "green"], port);
  const to = `127.0.0.1:${port}`;
  assertEquals((await red.run(["send", to, "hello", ...LOOPBACK])).code, 0);
  node.kill("SIGTERM");
  await node.finished();
  const stranger = await other.listen(["--name", "green"], port);

  const chat = ["chat", to, "--port", "0", ...LOOPBACK];
  const refused = await red.run(chat, { input: "secret\nno\n" });
  const asked = "Write to it all the same? Answer yes or no.";
  assertEquals([refused.code, refused.err.filter((line) => line === asked).length], [0, 2]);
  const doubt = refused.err.find((line) => line.startsWith(`${to} is now somebody else:`)) ?? "";
  assert(doubt.includes(shortPeerId(stranger.peerId)), refused.err.join("\n"));

  const accepted = await red.run(chat, { input: "yes\nto the new one\n" });
  assertEquals(accepted.code, 0);
  assert(accepted.out.includes("delivered: to the new one"), accepted.out.join("\n"));
  const arrived = stranger.node.lines.filter((line) => line.includes('"event":"message"'));
  assertEquals(arrived.length, 1, arrived.join("\n"));
});
