/** `why` in front of everything that can be wrong with a peer. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { WhyLine } from "../../src/commands/ndjson.ts";
import { peerUp, ready } from "./lines.ts";
import { freePort, Home, listen, LOOPBACK } from "./program.ts";
import { Stranger } from "./stranger.ts";

async function why(home: Home, peer: string, ...args: string[]) {
  const { code, events, err } = await home.run(["why", peer, "--json", ...args, ...LOOPBACK]);
  const line = events.find((line): line is WhyLine => line.event === "why");
  if (line === undefined) throw new Error(err.join("\n"));
  return { code, line };
}

Deno.test("`why` tells a closed port from something else that answers", async () => {
  await using home = await Home.make();
  await using talker = new Stranger("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  for (
    const [address, error, advice] of [
      [`127.0.0.1:${freePort()}`, /^nobody listens there/, /is p2p-chat running there/],
      [talker.address, /not p2p-chat/, /Something other than p2p-chat answers/],
      ["nosuch.invalid:7000", /does not resolve/, /is it spelled right/],
    ] as const
  ) {
    const { code, line } = await why(home, address);
    assertEquals([code, line.connected, line.waiting, line.owner], [1, false, 0, null]);
    assertMatch(line.addresses[0]?.lastError ?? "", error);
    assertMatch(line.advice.join("\n"), advice);
  }
});

Deno.test("`why` gives a listener that never says anything its time, and says so", async () => {
  await using home = await Home.make();
  await using silent = new Stranger();
  const { code, line } = await why(home, silent.address, "--timeout", "1s");
  assertEquals(code, 1);
  assertMatch(line.lastError ?? "", /no answer|not p2p-chat/);
  assert(line.advice.length > 0);
});

Deno.test("`why` shows the path to a peer that answers, and that all is well", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const { port, peerId } = await red.listen(["--name", "red"]);
  const sent = await green.run(["send", `127.0.0.1:${port}`, "hello", ...LOOPBACK]);
  assertEquals(sent.code, 0, sent.err.join("\n"));
  for (const peer of ["red", `127.0.0.1:${port}`, peerId]) {
    const { code, line } = await why(green, peer);
    assertEquals([code, line.connected, line.peerId], [0, true, peerId]);
    assertEquals([line.address, line.path], [`/ip4/127.0.0.1/tcp/${port}`, "direct"]);
    assertEquals(line.advice, ["All is well: it is connected, and nothing waits."]);
  }
  const { out } = await green.run(["why", "red", ...LOOPBACK]);
  assertMatch(out[0] ?? "", /^red \(\w{6}\) is connected$/);
});

Deno.test("`why` delivers what waits when it reaches the peer", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  const port = freePort();
  const to = `127.0.0.1:${port}`;
  await green.run(["send", to, "hello", "--until", "queued", ...LOOPBACK]);
  const before = await why(green, to);
  assertEquals([before.code, before.line.waiting], [1, 1]);
  await red.listen([], port);
  const after = await why(green, to);
  assertEquals([after.code, after.line.waiting], [0, 0]);
});

Deno.test("`why` tells that another peer answers where one was known", async () => {
  await using green = await Home.make();
  await using red = await Home.make();
  await using blue = await Home.make();
  const port = freePort();
  const first = await red.listen(["--name", "red"], port);
  assertEquals((await green.run(["connect", `127.0.0.1:${port}`, ...LOOPBACK])).code, 0);
  first.node.kill("SIGTERM");
  await first.node.finished();
  await blue.listen(["--name", "blue"], port);
  const { code, line } = await why(green, first.peerId);
  assertEquals(code, 1);
  assertMatch(line.advice.join("\n"), /^Another peer answers at 127\.0\.0\.1:\d+/);
});

Deno.test("`why --direct` reads beside the owner of the profile what that one has found out", async () => {
  await using green = await Home.make();
  const to = `127.0.0.1:${freePort()}`;
  await green.run(["send", to, "hello", "--until", "queued", ...LOOPBACK]);
  const node = green.start(listen());
  await node.find(ready);
  let found = await why(green, to, "--direct");
  while (found.line.nextAttempt === null) found = await why(green, to, "--direct");
  const { code, line } = found;
  assertEquals([code, line.connected, line.waiting], [0, null, 1]);
  assertMatch(line.lastError ?? "", /^nobody listens there/);
  assertMatch(line.owner ?? "", /is in use by process \d+ \(listen, /);
  assertMatch(line.advice.join("\n"), /is p2p-chat running there/);

  await using red = await Home.make();
  const { peerId } = await red.listen(["--no-read-receipts"], Number(to.split(":")[1]));
  await node.find(peerUp(peerId));
  await node.until(() =>
    node.events.some((line) => line.event === "state" && line.state === "delivered")
  );
  const { line: now } = await why(green, peerId, "--direct");
  assertEquals([now.waiting, now.lastError], [0, null]);
});
