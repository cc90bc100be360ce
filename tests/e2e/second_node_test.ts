/** Commands whose node stays, on a profile that has a node already: `listen` and `menu`. */
import { assertEquals, assertMatch } from "@std/assert";
import type { MessageLine } from "../../src/commands/ndjson.ts";
import { arrived, peerUp, ready } from "./lines.ts";
import { PipedMenu } from "./menu_program.ts";
import { demoPeer, freePort, Home, listen, LOOPBACK, type Running } from "./program.ts";

function texts(running: Running): string[] {
  return running.events.filter((line): line is MessageLine => line.event === "message")
    .map(({ text }) => text);
}

async function deliver(home: Home, to: string, text: string): Promise<void> {
  const { code, err } = await home.run(["send", to, text, ...LOOPBACK]);
  assertEquals(code, 0, err.join("\n"));
}

Deno.test("a second `listen` prints what the first one's node takes, and takes its place", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const port = freePort();
  const to = `127.0.0.1:${port}`;
  // Whoever gives orders marks nothing as shown.
  const first = red.start(demoPeer(port));
  const { peerId } = await first.find(ready);
  await deliver(green, to, "before");
  const second = red.start(listen(port));
  assertEquals((await second.find(ready)).peerId, peerId);
  await second.find(arrived("before"));
  await deliver(green, to, "meanwhile");
  await second.find(arrived("meanwhile"));
  assertMatch(second.errors, /no effect: --host, --port, --no-mdns; the node that runs/);

  await first.crash();
  await second.until(() => second.events.filter(ready).length === 2);
  await deliver(green, to, "after");
  await second.find(arrived("after"));
  assertEquals(texts(second), ["before", "meanwhile", "after"]);
  second.kill("SIGTERM");
  assertEquals((await second.finished()).code, 0);
});

Deno.test("`listen` waits for a command that only runs its node for a moment", async () => {
  await using red = await Home.make();
  const sending = red.start(["send", `127.0.0.1:${freePort()}`, "hello", "--verbose", ...LOOPBACK]);
  await sending.said(/nobody listens there|first start/);
  const listener = red.start(listen());
  await listener.said(/is in use by process \d+ \(send, .*; waiting until it is done/);
  sending.kill("SIGTERM");
  await listener.find(ready);
  assertEquals((await sending.finished()).code, 130);
  assertEquals((await red.run(["outbox"])).out.length > 0, true);
});

Deno.test("`menu` works through a node that runs, and goes on without it", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const there = await green.listen(["--name", "green"]);
  const port = freePort();
  const node = red.start([...demoPeer(port), "--name", "red"]);
  await node.find(ready);
  await deliver(green, `127.0.0.1:${port}`, "early bird");

  await using menu = await PipedMenu.open(red, "red", port);
  await menu.seen((line) => / green: early bird$/.test(line));
  await menu.answer("1", `127.0.0.1:${there.port}`, "through the node");
  await menu.seen((line) => /^✓ delivered to green \(\w{6}\) in \d/.test(line));
  await node.find(peerUp(there.peerId));
  await deliver(green, `127.0.0.1:${port}`, "while it is open");
  await menu.seen((line) => / green: while it is open$/.test(line));

  await node.crash();
  await menu.seen((line) => line === "the node that ran is gone; going on");
  await menu.seen((line) => line === `red is listening on 127.0.0.1:${port}`, 2);
  await deliver(green, `127.0.0.1:${port}`, "afterwards");
  await menu.seen((line) => / green: afterwards$/.test(line));
  await menu.answer("0");
  const { code, out } = await menu.running.finished();
  assertEquals([code, out.at(-1)], [0, "Goodbye."]);
  for (const text of ["early bird", "while it is open", "afterwards"]) {
    assertEquals(out.filter((line) => line.endsWith(` green: ${text}`)).length, 1, out.join("\n"));
  }
});

Deno.test("`listen --quiet` leaves what arrives for the `menu` that works through it", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { node, port } = await red.listen(["--quiet", "--name", "red"]);
  const sent = await green.run(
    ["send", `127.0.0.1:${port}`, "for later", "--json", "--name", "green", ...LOOPBACK],
  );
  assertEquals(
    sent.events.map((line) => line.event === "result" && line.state).at(-1),
    "delivered",
  );
  await using menu = await PipedMenu.open(red, "red", port);
  await menu.seen((line) => /^1 message arrived while you were away$/.test(line));
  await menu.seen((line) => / green: for later$/.test(line));
  await menu.answer("0");
  assertEquals((await menu.running.finished()).code, 0);
  await using again = await PipedMenu.open(red, "red", port);
  await again.answer("0");
  const { out } = await again.running.finished();
  assertEquals(out.filter((line) => line.includes("for later")), []);
  node.kill("SIGTERM");
  const { events } = await node.finished();
  assertEquals(events.map(({ event }) => event), ["ready"]);
});
