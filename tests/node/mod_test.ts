/** Whole nodes over loopback: what the commands rely on. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { TestNode, TestProfile } from "./node_fixture.ts";

Deno.test("startNode() starts, stops and leaves nothing behind", async () => {
  using profile = await TestProfile.make();
  for (let round = 0; round < 2; round++) {
    await using one = await TestNode.start(profile);
    assert(one.port > 0);
    assertEquals(await one.node.peers(), []);
  }
});

Deno.test("startNode() says which port is in use, and leaves nothing behind", async () => {
  using profile = await TestProfile.make();
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const error = await assertRejects(
    () => TestNode.start(profile, { port: listener.addr.port }),
    ChatError,
  );
  assertEquals(error.code, "cannot-listen");
  assert(error.message.includes(`port ${listener.addr.port} is in use`), error.message);
  await using _again = await TestNode.start(profile);
});

Deno.test("startNode() says that this machine lacks the address", async () => {
  using profile = await TestProfile.make();
  const error = await assertRejects(
    () => TestNode.start(profile, { host: "192.0.2.77", port: 7000 }),
    ChatError,
  );
  assert(error.message.includes("no address like 192.0.2.77:7000"), error.message);
});

Deno.test("ChatNode.send() delivers to an address whose peer was never met, and remembers it", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using red = await TestNode.start(redProfile, { name: "red" });
  {
    await using blue = await TestNode.start(blueProfile, { name: "blue" });
    assertEquals(await blue.deliver(red.address, "hello"), "delivered");
    assertEquals(red.texts(), ["hello"]);
    assert(blue.notices()[0]?.includes("the first peer to answer there"), blue.notices()[0]);
    await red.until((event) => event.event === "peer-up");
    assertEquals(red.node.displayName(blue.node.peerId), "blue");
  }
  await red.until((event) => event.event === "peer-down" && event.departure === "goodbye");
  await using blue = await TestNode.start(blueProfile, { name: "blue" });
  assertEquals(await blue.node.resolve("red"), { kind: "peer", peerId: red.node.peerId });
  assertEquals(await blue.deliver("red", "by name"), "delivered");
  assertEquals((await blue.node.history({ limit: 9 })).map(({ text }) => text), [
    "hello",
    "by name",
  ]);
});

Deno.test("ChatNode.send() to an address where nobody answers waits for the first who does", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  let port: number;
  {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    port = listener.addr.port;
  }
  const waiting = await (async () => {
    await using blue = await TestNode.start(blueProfile, { name: "blue" });
    const own = await blue.node.send(await blue.node.resolve(`127.0.0.1:${port}`), "first");
    await blue.node.send(await blue.node.resolve(`127.0.0.1:${port}`), "second");
    return own;
  })();
  assertEquals(waiting.conversation, { kind: "address", address: `/ip4/127.0.0.1/tcp/${port}` });

  await using red = await TestNode.start(redProfile, { name: "red", port });
  await using blue = await TestNode.start(blueProfile, { name: "blue" });
  await red.until((event) => event.event === "message" && event.message.text === "second");
  assertEquals(red.texts(), ["first", "second"]);
  const settled = await blue.node.settled(waiting.id, { signal: AbortSignal.timeout(60_000) });
  assertEquals(settled.conversation, { kind: "peer", peerId: red.node.peerId });
});

Deno.test("ChatNode.send() to an address says when another peer answers there than before", async () => {
  using redProfile = await TestProfile.make();
  using otherProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using blue = await TestNode.start(blueProfile);
  let port: number;
  {
    await using red = await TestNode.start(redProfile, { name: "red" });
    port = red.port;
    await blue.deliver(red.address, "to red");
  }
  await blue.until((event) => event.event === "peer-down");
  await using other = await TestNode.start(otherProfile, { name: "other", port });
  const found = await blue.node.connect(
    { kind: "address", address: `/ip4/127.0.0.1/tcp/${port}` },
    { signal: AbortSignal.timeout(60_000) },
  );
  assertEquals(found.peerId, other.node.peerId);
  assert(blue.notices().some((text) => text.includes("before it was red")), `${blue.notices()}`);
});

Deno.test("ChatNode.connect() says why it failed", async () => {
  using profile = await TestProfile.make();
  await using one = await TestNode.start(profile);
  const failure = async (peer: string) => {
    const recipient = await one.node.resolve(peer);
    const signal = AbortSignal.timeout(30_000);
    return await assertRejects(() => one.node.connect(recipient, { signal }), ChatError);
  };
  const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = nobody.addr;
  nobody.close();
  assertEquals((await failure(`127.0.0.1:${port}`)).code, "unreachable");
  assert((await failure(`127.0.0.1:${port}`)).message.includes("connection refused"));
  assert((await failure("no-such-host.invalid:7000")).message.includes("does not resolve"));
  assert((await failure(one.address)).message.includes("this very node"));

  using foreign = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    for await (const connection of foreign) {
      await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
      connection.close();
    }
  })();
  assertEquals((await failure(`127.0.0.1:${foreign.addr.port}`)).code, "not-a-peer");
  foreign.close();
  await served;
});

Deno.test("ChatNode connects to a mandatory peer that comes later, and again after its restart", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  let port: number;
  {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    port = listener.addr.port;
  }
  await using blue = await TestNode.start(blueProfile, { mandatory: [`127.0.0.1:${port}`] });
  for (let round = 1; round <= 2; round++) {
    await using _red = await TestNode.start(redProfile, { name: "red", port });
    await blue.until(() => blue.events.filter(({ event }) => event === "peer-up").length === round);
    assertEquals((await blue.node.peers())[0]?.source, "mandatory");
  }
});

Deno.test("ChatNode knows the round trip to a peer as soon as `peers` shows it", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using red = await TestNode.start(redProfile, { name: "red" });
  await using blue = await TestNode.start(blueProfile, { mandatory: [red.address] });
  await Promise.all([red, blue].map((one) => one.until(({ event }) => event === "peer-up")));
  const up = performance.now();
  for (const { node } of [red, blue]) {
    // The command has about 3 s.
    while ((await node.peers())[0]?.roundTripMs === undefined && performance.now() - up < 3_000) {
      await new Promise((turn) => setTimeout(turn, 10));
    }
    assert((await node.peers())[0]?.roundTripMs !== undefined);
  }
});

Deno.test("ChatNode finds peers through a common one, and says how it found them", async () => {
  using hubProfile = await TestProfile.make();
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using hub = await TestNode.start(hubProfile, { name: "hub" });
  await using red = await TestNode.start(redProfile, { name: "red", mandatory: [hub.address] });
  await red.until(({ event }) => event === "peer-up");
  await using blue = await TestNode.start(blueProfile, { name: "blue", mandatory: [hub.address] });
  await blue.until((event) => event.event === "peer-up" && event.peer.name === "red");
  const found = (await blue.node.peers()).find(({ name }) => name === "red");
  assert(found?.source === "exchange" || found?.source === "inbound", found?.source);
  assertEquals(await blue.deliver("red", "hello"), "delivered");
});

Deno.test("ChatNode reaches a peer although one of its addresses swallows every dial", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using blue = await TestNode.start(blueProfile);
  let port: number;
  {
    await using red = await TestNode.start(redProfile, { name: "red" });
    port = red.port;
    assertEquals(await blue.deliver(red.address, "hello"), "delivered");
  }
  await blue.until((event) => event.event === "peer-down");
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const swallowed: Deno.Conn[] = [];
  const swallowing = (async () => {
    for await (const connection of silent) swallowed.push(connection);
  })();
  const peerId = redProfile.identity.peerId;
  const address = `/ip4/127.0.0.1/tcp/${silent.addr.port}`;
  const own = await blue.node.send({ kind: "peer", peerId, address }, "are you there?");
  // It knows nobody any more, so it does not dial by itself.
  for (const file of ["chat.db", "chat.db-wal", "chat.db-shm"]) {
    await Deno.remove(`${redProfile.folder}/${file}`).catch(() => {});
  }
  await using red = await TestNode.start(redProfile, { name: "red", port });
  await red.until((event) => event.event === "message" && event.message.id === own.id);
  silent.close();
  await swallowing;
  for (const connection of swallowed) connection.close();
});

Deno.test("ChatNode.outbox() tells how the search goes, and cancel() ends it", async () => {
  using profile = await TestProfile.make();
  await using one = await TestNode.start(profile);
  const { node } = one;
  const nowhere = await node.resolve(freeAddress());
  const { id } = await node.send(nowhere, "is anybody there?");
  const turn = () => new Promise((resolve) => setTimeout(resolve, 5));
  while ((await node.outbox(1))[0]?.search === undefined) await turn();
  const [entry] = await node.outbox(1);
  assertEquals([entry?.message.id, entry?.search?.attempts], [id, 1]);
  assertEquals(entry?.search?.failure, "nobody listens there (connection refused)");
  assertEquals((await node.reachability(nowhere)).waiting, 1);
  assertEquals(await node.counts(), { waiting: 1, unread: 0 });

  assertEquals((await node.cancel(id))?.state, "queued");
  assertEquals(await node.cancel(id), undefined);
  assertEquals(await node.outbox(1), []);
  await one.until((event) => event.event === "state" && event.message.state === "cancelled");
  // What was planned is the last attempt.
  while ((await node.reachability(nowhere)).nextAttempt !== undefined) await turn();
  assertEquals((await node.reachability(nowhere)).search, undefined);
});

Deno.test("ChatNode.reachability() tells of every address what came of dialling it", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using blue = await TestNode.start(blueProfile);
  let address = "";
  {
    await using red = await TestNode.start(redProfile);
    address = red.address;
    assertEquals(await blue.deliver(address, "hello"), "delivered");
    const recipient = await blue.node.resolve(address);
    const there = await blue.node.reachability(recipient);
    assertEquals(there.active?.peerId, red.node.peerId);
    assertEquals(there.addresses.map(({ failure }) => failure), [undefined]);
  }
  await blue.until(({ event }) => event === "peer-down");
  const recipient = { kind: "peer", peerId: redProfile.identity.peerId } as const;
  const signal = AbortSignal.timeout(30_000);
  await assertRejects(() => blue.node.connect(recipient, { signal }), ChatError);
  const gone = await blue.node.reachability(recipient);
  assertEquals(gone.active, undefined);
  assertEquals(gone.addresses.map(({ failure }) => failure), [
    "nobody listens there (connection refused)",
  ]);
});

Deno.test("ChatNode.shown() tells the sender, and nothing is unread then", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using blue = await TestNode.start(blueProfile);
  {
    await using red = await TestNode.start(redProfile);
    for (const text of ["one", "two"]) await blue.deliver(red.address, text);
    // It was never shown to anybody.
    assertEquals(await red.node.unread(10), []);
  }
  await using red = await TestNode.start(redProfile);
  const unread = await red.node.unread(10);
  assertEquals(unread.map(({ text }) => text), ["one", "two"]);
  assertEquals(await red.node.counts(), { waiting: 0, unread: 2 });
  await red.node.shown(unread.slice(0, 1));
  assertEquals((await red.node.unread(10)).map(({ text }) => text), ["two"]);
  await blue.deliver(red.address, "three");
  const read = await blue.until((event) =>
    event.event === "state" && event.message.state === "read"
  );
  assertEquals(read.event === "state" && read.message.text, "one");
});

/** `127.0.0.1:PORT` where nobody listens. */
function freeAddress(): string {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return `127.0.0.1:${listener.addr.port}`;
}

const SETTINGS = { name: "blue", mandatory: [], readReceipts: true };

Deno.test("OwnNode.reconfigure() tells connected peers the new name", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using red = await TestNode.start(redProfile, { name: "red" });
  await using blue = await TestNode.start(blueProfile, SETTINGS);
  await blue.deliver(red.address, "one");
  assertEquals(red.node.displayName(blue.node.peerId), "blue");
  blue.node.reconfigure({ ...SETTINGS, name: "azure" });
  assertEquals(blue.node.name, "azure");
  // The name goes on another stream than the messages: it may be behind them.
  while (red.node.displayName(blue.node.peerId) === "blue") await blue.deliver("red", "two");
  assertEquals(red.node.displayName(blue.node.peerId), "azure");
});

Deno.test("OwnNode.reconfigure() dials new mandatory peers, and former ones no more", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  const former = freeAddress();
  await using blue = await TestNode.start(blueProfile, { ...SETTINGS, mandatory: [former] });
  const settle = () => blue.node.settleConnections({ signal: AbortSignal.timeout(60_000) });
  const planned = async (peer: string) =>
    (await blue.node.reachability(await blue.node.resolve(peer))).nextAttempt !== undefined;
  await settle();
  assert(await planned(former));
  await using red = await TestNode.start(redProfile, { name: "red" });
  const other = freeAddress();
  blue.node.reconfigure({ ...SETTINGS, mandatory: [red.address, other] });
  await blue.until((event) => event.event === "peer-up" && event.peer.source === "mandatory");
  await settle();
  assertEquals([await planned(former), await planned(other)], [false, true]);
  blue.node.reconfigure(SETTINGS);
  assertEquals(await planned(other), false);
  // Who is connected stays so.
  assertEquals((await blue.node.peers()).map(({ name }) => name), ["red"]);
});

Deno.test("OwnNode.reconfigure() keeps dialling a former mandatory peer for which messages wait", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  const former = freeAddress();
  await using blue = await TestNode.start(blueProfile, { ...SETTINGS, mandatory: [former] });
  await blue.node.send(await blue.node.resolve(former), "hello");
  blue.node.reconfigure(SETTINGS);
  await using red = await TestNode.start(redProfile, { port: Number(former.split(":")[1]) });
  await red.until((event) => event.event === "message");
});

Deno.test("OwnNode.reconfigure() turns read receipts off and on", async () => {
  using redProfile = await TestProfile.make();
  using blueProfile = await TestProfile.make();
  await using red = await TestNode.start(redProfile);
  await using blue = await TestNode.start(blueProfile, SETTINGS);
  const seen = async (text: string, readReceipts: boolean) => {
    blue.node.reconfigure({ ...SETTINGS, readReceipts });
    await red.deliver(blue.address, text);
    const event = await blue.until((event) =>
      event.event === "message" && event.message.text === text
    );
    if (event.event === "message") await blue.node.shown([event.message]);
  };
  await seen("not told", false);
  await seen("told", true);
  // Receipts go out in the order of the messages.
  const read = await red.until((event) =>
    event.event === "state" && event.message.state === "read"
  );
  assertEquals(read.event === "state" && read.message.text, "told");
});
