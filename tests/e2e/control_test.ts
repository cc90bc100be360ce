/** Commands that work through the node of another process, with real processes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { OutboxLine, PeerLine, WhyLine } from "../../src/commands/ndjson.ts";
import { arrived, peerUp, ready, result } from "./lines.ts";
import { freePort, Home, listen, LOOPBACK } from "./program.ts";

/** Two people whose nodes run and are connected. */
async function pair(green: Home, red: Home) {
  const there = await red.listen(["--name", "red", "--no-read-receipts"]);
  const to = `127.0.0.1:${there.port}`;
  const here = await green.listen(["--name", "green", "--mandatory", to]);
  await here.node.find(peerUp(there.peerId));
  return { here: here.node, there: there.node, to, peerId: there.peerId };
}

Deno.test("`send` works through the node that runs, which loads no second one", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const { here, there, to } = await pair(green, red);
  for (const [peer, text] of [["red", "by name"], [to, "by address"]] as const) {
    const { code, events, err } = await green.run(["send", peer, text, "--json"]);
    assertEquals(code, 0, err.join("\n"));
    const line = events.map(result).at(-1);
    assertEquals([line?.ok, line?.state, line?.name], [true, "delivered", "red"]);
    await there.find(arrived(text));
    await here.find((line) =>
      line.event === "state" && line.id === events.map(result).at(-1)?.id &&
        line.state === "delivered"
        ? line
        : undefined
    );
  }
  const person = await green.run(["send", "red", "for people"]);
  assertMatch(person.out.join("\n"), /^delivered to red \(\w{6}\) in /);
  assertEquals((await green.run(["send", "nobody", "x"])).code, 4);
  assertEquals((await green.run(["history", "--json"])).events.length, 3);
});

Deno.test("`peers`, `connect` and `why` ask the node that runs", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const { to, peerId } = await pair(green, red);
  const { code, events } = await green.run(["peers", "--json"]);
  const [peer] = events.filter((line): line is PeerLine => line.event === "peer");
  assertEquals([code, peer?.peerId, peer?.source], [0, peerId, "mandatory"]);
  for (const args of [["connect", "red"], ["connect", to], ["connect"]]) {
    const { code, out, err } = await green.run(args);
    assertEquals(code, 0, err.join("\n"));
    assertMatch(out.at(-1) ?? "", /connected +red \(\w{6}\) at 127\.0\.0\.1:\d+$/);
  }
  const why = await green.run(["why", "red", "--json"]);
  const [line] = why.events.filter((line): line is WhyLine => line.event === "why");
  assertEquals([why.code, line?.connected, line?.owner], [0, true, null]);
});

Deno.test("`outbox retry` and `send` to nobody leave the rest to the node that runs", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const port = freePort();
  const { node } = await green.listen();
  const sent = await green.run(["send", `127.0.0.1:${port}`, "hello", "--timeout", "300ms"]);
  assertEquals(sent.code, 3);
  assertMatch(sent.err.join("\n"), /nobody listens there.*\nhint: the node that runs keeps trying/);
  const early = await green.run(["outbox", "retry", "--timeout", "300ms"]);
  assertEquals(early.code, 3);
  const { node: there } = await red.listen([], port);
  assertEquals((await green.run(["outbox", "retry"])).code, 0);
  await there.find(arrived("hello"));
  const { events } = await green.run(["outbox", "--json"]);
  assertEquals(events.filter((line): line is OutboxLine => line.event === "outbox"), []);
  node.kill("SIGTERM");
  assertEquals((await node.finished()).code, 0);
});

Deno.test("after kill -9 of the owner a command runs a node of its own", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const { here, there, to } = await pair(green, red);
  await here.crash();
  assert((await Deno.lstat(`${green.profile}/control.sock`)).isSocket);
  const { code, err } = await green.run(["send", to, "again", ...LOOPBACK]);
  assertEquals(code, 0, err.join("\n"));
  await there.find(arrived("again"));
});

Deno.test("commands that start at the same moment settle on one owner", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const { node, port } = await red.listen(["--no-read-receipts"]);
  const texts = ["one", "two", "three"];
  const ended = await Promise.all(
    texts.map((text) => green.run(["send", `127.0.0.1:${port}`, text, ...LOOPBACK])),
  );
  assertEquals(
    ended.map(({ code }) => code),
    [0, 0, 0],
    ended.flatMap(({ err }) => err).join("\n"),
  );
  for (const text of texts) await node.find(arrived(text));
});

Deno.test("a symbolic link in place of the socket is refused, and the node lives", async () => {
  await using green = await Home.make();
  const { code } = await green.run(["peers", "--wait", "0", ...LOOPBACK]);
  assertEquals(code, 0);
  await Deno.symlink("/dev/null", `${green.profile}/control.sock`);
  const node = green.start(listen());
  await node.find(ready);
  await node.said(/no other command can work through this node.*a symbolic link is in its place/);
  const refused = await green.run(["peers"]);
  assertEquals(refused.code, 1);
  assertMatch(refused.err.join("\n"), /a symbolic link is in its place\nhint: remove it/);
});
