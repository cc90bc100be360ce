/** Contacts in real nodes: who is blocked is refused at the connection, and an alias wins. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import type { NodeEvent } from "../../src/node/mod.ts";
import { TestNode, TestProfile } from "./node_fixture.ts";

const PATIENCE_MS = 30_000;

const up = (peerId: string) => (event: NodeEvent) =>
  event.event === "peer-up" && event.peer.peerId === peerId;
const down = (peerId: string) => (event: NodeEvent) =>
  event.event === "peer-down" && event.peer.peerId === peerId;
const text = (words: string) => (event: NodeEvent) =>
  event.event === "message" && event.message.text === words;

const block = ({ node }: TestNode, { identity: { peerId } }: TestProfile) =>
  node.changeContacts([{ peerId, blockedAt: Date.now() }]);
const unblock = ({ node }: TestNode, { identity: { peerId } }: TestProfile) =>
  node.changeContacts([{ peerId, blockedAt: 0 }]);

async function connect(from: TestNode, to: TestNode): Promise<void> {
  await from.node.connect(await from.node.resolve(to.address), {
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

async function refusal(work: Promise<unknown>): Promise<ChatError> {
  const error = await assertRejects(() => work, ChatError);
  return error;
}

/** Green blocks red, or not yet. */
async function pair() {
  const stack = new AsyncDisposableStack();
  const greenProfile = stack.use(await TestProfile.make());
  const redProfile = stack.use(await TestProfile.make());
  const green = stack.use(await TestNode.start(greenProfile, { name: "green" }));
  const red = stack.use(await TestNode.start(redProfile, { name: "red" }));
  return {
    green,
    red,
    greenProfile,
    redProfile,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test("a peer that is blocked cannot connect, and nothing of it arrives", async () => {
  await using peers = await pair();
  const { green, red, greenProfile, redProfile } = peers;
  await block(green, redProfile);
  const { id } = await red.node.send(await red.node.resolve(green.address), "let me in");
  const error = await refusal(connect(red, green));
  assert(!/block/.test(error.message), `it is not told why: ${error.message}`);
  assertEquals(await green.node.peers(), []);
  await unblock(green, redProfile);
  await red.node.retry();
  await green.until(text("let me in"));
  const own = await red.node.settled(id, { signal: AbortSignal.timeout(PATIENCE_MS) });
  assertEquals(own.conversation, { kind: "peer", peerId: greenProfile.identity.peerId });
  assert(
    !green.events.slice(0, green.events.findIndex(up(redProfile.identity.peerId)))
      .some(({ event }) => event === "message"),
  );
});

Deno.test("nobody who is blocked is dialled, by id, by name or by address", async () => {
  await using peers = await pair();
  const { green, red, redProfile } = peers;
  const { peerId } = redProfile.identity;
  await connect(green, red);
  await block(green, redProfile);
  for (const peer of [peerId, "red", red.address]) {
    const error = await refusal(
      green.node.connect(await green.node.resolve(peer), {
        signal: AbortSignal.timeout(PATIENCE_MS),
      }),
    );
    assertEquals([error.code, error.message.endsWith(": blocked by you")], ["refused", true], peer);
    assert(error.hint?.includes("contact unblock"), error.hint);
  }
  const error = await refusal(green.node.send({ kind: "peer", peerId }, "no"));
  assertEquals([error.code, error.message], ["refused", "red: blocked by you"]);
  assertEquals(await green.node.connectAll({ signal: AbortSignal.timeout(PATIENCE_MS) }), []);
  assertEquals((await green.node.outbox(9)).length, 0);
});

Deno.test("changeContacts() closes the connection of a peer that is blocked", async () => {
  await using peers = await pair();
  const { green, red, greenProfile, redProfile } = peers;
  await connect(red, green);
  assertEquals(await red.deliver("green", "before"), "delivered");
  await Promise.all([
    block(green, redProfile),
    green.until(down(redProfile.identity.peerId)),
    red.until(down(greenProfile.identity.peerId)),
  ]);
  assertEquals(await green.node.peers(), []);
  const { id } = await red.node.send(await red.node.resolve("green"), "after");
  await refusal(connect(red, green));
  assertEquals(green.texts(), ["before"]);
  await unblock(green, redProfile);
  await red.node.retry();
  await red.node.settled(id, { signal: AbortSignal.timeout(PATIENCE_MS) });
  assertEquals(green.texts(), ["before", "after"]);
});

Deno.test("what waits for a peer that is blocked stays, and goes out when that is over", async () => {
  await using peers = await pair();
  const { green, redProfile, greenProfile } = peers;
  const { peerId } = redProfile.identity;
  await connect(green, peers.red);
  const { port } = peers.red;
  await peers.red[Symbol.asyncDispose]();
  await green.until(down(peerId));
  const { id } = await green.node.send({ kind: "peer", peerId }, "waiting");
  await block(green, redProfile);
  await using red = await TestNode.start(redProfile, { name: "red", port });
  await refusal(connect(red, green));
  await green.node.retry();
  const [entry] = await green.node.outbox(9);
  assertEquals([entry?.message.state, entry?.blocked], ["queued", true]);
  assertEquals((await green.node.reachability({ kind: "peer", peerId })).nextAttempt, undefined);
  assertEquals(red.texts(), []);
  await unblock(green, redProfile);
  await red.until(text("waiting"));
  await green.node.settled(id, { signal: AbortSignal.timeout(PATIENCE_MS) });
  assertEquals(red.events.filter(up(greenProfile.identity.peerId)).length, 1);
});

Deno.test("a block holds over a restart", async () => {
  await using peers = await pair();
  const { red, redProfile, greenProfile } = peers;
  await block(peers.green, redProfile);
  await peers.green[Symbol.asyncDispose]();
  await using green = await TestNode.start(greenProfile, { name: "green" });
  await refusal(connect(red, green));
  assertEquals(await green.node.peers(), []);
});

Deno.test("an alias wins over a stranger who goes by that name", async () => {
  await using peers = await pair();
  const { green, red, redProfile } = peers;
  const { peerId } = redProfile.identity;
  using strangerProfile = await TestProfile.make();
  await using stranger = await TestNode.start(strangerProfile, { name: "Аnna" });
  await green.node.changeContacts([{ peerId, alias: "Anna" }]);
  await connect(green, red);
  await connect(stranger, green);
  await green.until(up(strangerProfile.identity.peerId));
  assertEquals(await green.node.resolve("anna"), { kind: "peer", peerId });
  assertEquals(green.node.displayName(peerId), "Anna");
  const shown = green.node.displayName(strangerProfile.identity.peerId);
  assertEquals(shown, `Аnna (${strangerProfile.identity.peerId.slice(8, 14)})`);
});
