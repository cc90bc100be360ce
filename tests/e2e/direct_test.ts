/** Messages between real processes, the ordinary way. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { gotThere } from "./ledger.ts";
import { arrived, delivered, notice, ready } from "./lines.ts";
import { freePort, Home, listen, LOOPBACK } from "./program.ts";

Deno.test("`send` delivers to a listener, which prints the message", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const listener = red.start([...listen(), "--name", "red"]);
  const { port, peerId } = await listener.find(ready);

  const sent = await green.run(
    ["send", `127.0.0.1:${port}`, "hello", "red", "--name", "green", ...LOOPBACK],
  );
  assertEquals(sent.code, 0, sent.err.join("\n"));
  assertMatch(sent.out.join("\n"), /^delivered to red \(\w+\) in [\d.]+ m?s$/);
  const message = await listener.find(arrived("hello red"));
  assertEquals([message.direction, message.name], ["in", "green"]);

  const [own] = await green.history();
  assertEquals([own?.id, own?.peerId], [message.id, peerId]);
  assert(own !== undefined && gotThere(own), own?.state ?? "nothing");
  assertEquals((await red.history()).map(({ id }) => id), [message.id]);
});

Deno.test("`send` takes any text on standard input, and nothing in it acts on a terminal", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const listener = red.start(listen());
  const reader = red.start(["listen", "--port", "0", "--profile", "reader", ...LOOPBACK]);
  const { port } = await listener.find(ready);
  const [, readerPort] = await reader.said(/address +127\.0\.0\.1:(\d+)/);

  const text = "first line\nsecond \u001b[31mred\u001b]0;title\u0007 \u202etxt.exe\u2028 \u{1f600}";
  for (const to of [port, readerPort]) {
    const sent = await green.run(["send", `127.0.0.1:${to}`, ...LOOPBACK], { input: `${text}\n` });
    assertEquals(sent.code, 0, sent.err.join("\n"));
  }
  const { id } = await listener.find(arrived(text));
  await reader.until(() => reader.lines.length > 0);
  for (const line of [...listener.lines, ...reader.lines]) {
    assert(!/[\p{Cc}\u202e\u2028]/u.test(line), JSON.stringify(line));
  }
  assertEquals((await red.history()).map((line) => [line.id, line.text]), [[id, text]]);
});

Deno.test("`send` to an address where nobody answers is queued; a later node delivers it", async () => {
  await using red = await Home.make();
  await using green = await Home.make();
  const port = freePort();
  for (const text of ["first", "second"]) {
    const sent = await green.run(
      ["send", `127.0.0.1:${port}`, text, "--timeout", "200ms", ...LOOPBACK],
    );
    assertEquals(sent.code, 3);
    assertMatch(sent.err.at(-2) ?? "", /^error: not delivered to 127\.0\.0\.1:\d+ within 200 ms/);
    assertMatch(sent.err.at(-1) ?? "", /^hint: /);
  }
  const queued = await green.history();
  assertEquals(
    queued.map(({ text, state, peerId, address }) => ({ text, state, peerId, address })),
    ["first", "second"].map((text) => ({
      text,
      state: "queued",
      peerId: null,
      address: `/ip4/127.0.0.1/tcp/${port}`,
    })),
  );

  const sender = green.start(listen());
  await sender.find(ready);
  const recipient = red.start(listen(port));
  const { peerId } = await recipient.find(ready);
  const texts = [await recipient.find(arrived("first")), await recipient.find(arrived("second"))];
  for (const { id } of texts) await sender.find(delivered(id));
  // Trust on first use is shown as such.
  assertMatch((await sender.find(notice)).message, /the first peer to answer there/);
  assertEquals((await green.history()).map((line) => [line.id, line.peerId, gotThere(line)]), [
    ...queued.map(({ id }) => [id, peerId, true]),
  ]);
  assertEquals((await red.history()).map(({ id }) => id), queued.map(({ id }) => id));
});

Deno.test("`connect`, `peers`, `history` and `id` tell of the peers that were met", async () => {
  await using red = await Home.make();
  await using blue = await Home.make();
  await using green = await Home.make();
  const named = [[red, "red"], [blue, "blue"]] as const;
  const listeners = named.map(([home, name]) => home.start([...listen(), "--name", name]));
  const nodes = await Promise.all(listeners.map((listener) => listener.find(ready)));
  const targets = nodes.map(({ port }) => `127.0.0.1:${port}`);

  const connected = await green.run(["connect", ...targets, "--json", ...LOOPBACK]);
  assertEquals(connected.code, 0);
  assertEquals(
    connected.events.map((line) => line.event === "result" && [line.target, line.ok, line.name]),
    [[targets[0], true, "red"], [targets[1], true, "blue"]],
  );
  assertEquals((await green.run(["send", "red", "by name", ...LOOPBACK])).code, 0);

  const peers = await green.run(["peers", "--json", ...LOOPBACK]);
  assertEquals(peers.code, 0);
  assertEquals(
    peers.events.map((line) => line.event === "peer" && [line.name, line.connected, line.peerId])
      .sort(),
    [["blue", true, nodes[1]?.peerId], ["red", true, nodes[0]?.peerId]],
  );
  const history = await green.run(["history", "red"]);
  assertMatch(history.out.join("\n"), /(delivered|read) +you to red: by name$/);
  assertEquals((await green.run(["history", "blue"])).out, []);

  const identity = await red.run(["id", "--json"]);
  const [line] = identity.events;
  assertEquals(line?.event === "identity" && line.peerId, nodes[0]?.peerId);
});
