/** `events`, `history --follow` and `peers --watch` of the real program, with a node that runs. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { MessageLine, NdjsonLine, PeerLine } from "../../src/commands/ndjson.ts";
import { arrived, delivered, peerDown, peerUp, ready, result } from "./lines.ts";
import { Home, LOOPBACK, type Running } from "./program.ts";

/** A node, and somebody who writes to it. */
async function listener(red: Home) {
  const { node, port, peerId } = await red.listen(["--name", "red", "--no-read-receipts"]);
  return { node, peerId, to: `127.0.0.1:${port}` };
}

async function send(from: Home, to: string, text: string): Promise<string> {
  const { code, events, err } = await from.run(["send", to, text, "--json", ...LOOPBACK]);
  assertEquals(code, 0, err.join("\n"));
  return events.flatMap((line) => result(line) ?? [])[0]?.id ?? "";
}

const messages = (running: Running) =>
  running.events.filter((line): line is MessageLine => line.event === "message");

Deno.test("`events` tells what the node that runs does, own messages of other commands too", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { node, to } = await listener(red);
  const events = red.start(["events"]);
  const calm = red.start(["events", "--only", "message"]);
  const { peerId } = await events.find(ready);
  const there = await green.listen(["--name", "green", "--mandatory", to]);
  const { at, connectedSince } = await events.find(peerUp(there.peerId));
  assert(at !== null && connectedSince !== null && at >= connectedSince);
  const id = await send(red, "green", "from another command");
  await events.find((line) =>
    line.event === "state" && line.id === id && line.state === "queued" ? line : undefined
  );
  await events.find(delivered(id));
  await send(green, peerId, "and back");
  await events.find(arrived("and back"));
  await calm.find(arrived("and back"));
  there.node.kill("SIGTERM");
  await events.find(peerDown(there.peerId));
  assertEquals(calm.events.map(({ event }) => event), ["message"]);

  calm.kill("SIGTERM");
  assertEquals((await calm.finished()).code, 0);
  node.kill("SIGTERM");
  assertEquals((await events.finished()).code, 1);
  const last = events.events.at(-1);
  assert(last?.event === "error" && last.code === "node-stopped");
});

Deno.test("`events` runs a node where none does, and others work through it", async () => {
  await using red = await Home.make();
  const events = red.start(["events", "--name", "red", ...LOOPBACK]);
  const { peerId } = await events.find(ready);
  await using green = await Home.make();
  const there = await green.listen(["--name", "green"]);
  await send(red, `127.0.0.1:${there.port}`, "through events");
  await there.node.find(arrived("through events"));
  await there.node.find(peerUp(peerId));
  events.kill("SIGINT");
  assertEquals((await events.finished()).code, 130);
});

Deno.test("`history --follow` goes on where another one was killed, without loss or repetition", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { node, peerId, to } = await listener(red);
  await send(green, to, "before");
  const first = red.start(["history", "--follow", "--json", "--after", "0"]);
  await first.find(arrived("before"));
  await send(green, peerId, "one");
  const { position } = await first.find(arrived("one"));
  await first.crash();

  await send(green, peerId, "meanwhile");
  const second = red.start(["history", "-f", "--json", "--after", `${position}`]);
  await second.find(arrived("meanwhile"));
  const sent = Promise.all(["a", "b", "c", "d"].map((text) => send(green, peerId, text)));
  const own = await red.run(["send", "127.0.0.1:9", "own", "--until", "queued"]);
  assertEquals(own.code, 0, own.err.join("\n"));
  await sent;
  await second.until(() => messages(second).length === 6);
  second.kill("SIGTERM");
  assertEquals((await second.finished()).code, 0);
  const all = await red.history();
  const shown = [...messages(first), ...messages(second)];
  assertEquals(shown.map(({ position }) => position), all.map(({ position }) => position));
  node.kill("SIGTERM");
});

Deno.test("`peers --watch --json` and `--plain` tell who comes and goes", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  await using blue = await Home.make();
  const { to } = await listener(red);
  const there = await green.listen(["--name", "green", "--mandatory", to]);
  const watch = red.start(["peers", "--watch", "--json"]);
  const isGreen = (line: NdjsonLine): PeerLine | undefined =>
    line.event === "peer" && line.peerId === there.peerId ? line : undefined;
  await watch.find((line) => isGreen(line) ?? peerUp(there.peerId)(line));
  const plain = red.start(["peers", "--watch"]);
  await plain.until(() => plain.lines.some((line) => /^green +\w{6} /.test(line)));
  const other = await blue.listen(["--name", "blue", "--mandatory", to]);
  await watch.find(peerUp(other.peerId));
  other.node.kill("SIGTERM");
  await watch.find(peerDown(other.peerId));
  await plain.until(() => plain.lines.some((line) => line.endsWith("blue left")));
  assertMatch(
    plain.lines.join("\n"),
    /^\d\d:\d\d blue is here \(127\.0\.0\.1:\d+, came by itself\)$/m,
  );
  await plain.closeOutput();
  there.node.kill("SIGTERM");
  assertEquals((await plain.finished()).code, 0);
  watch.kill("SIGINT");
  assertEquals((await watch.finished()).code, 130);
});

Deno.test("`peers` knows the round trip of a peer that it has only just met", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const { to } = await listener(red);
  const { events } = await green.run(["peers", "--json", "--mandatory", to, ...LOOPBACK]);
  const [peer] = events.filter((line): line is PeerLine => line.event === "peer");
  assert(peer?.roundTripMs !== null && peer?.roundTripMs !== undefined);
});
