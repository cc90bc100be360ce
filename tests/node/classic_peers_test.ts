/** Classic peers in real nodes, over real sockets; the old program is a socket of the test. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { openHistory } from "../../src/history/mod.ts";
import type { NodeEvent } from "../../src/node/mod.ts";
import { TestNode, TestProfile } from "./node_fixture.ts";

const PATIENCE_MS = 30_000;
const text = (words: string) => (event: NodeEvent) =>
  event.event === "message" && event.message.text === words;

/** What an old program of dialect A gets: each letter, in order. */
class Letters implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  get port(): number {
    return this.#listener.addr.port;
  }

  get peerId(): string {
    return `classic:127.0.0.1:${this.port}`;
  }

  async next(): Promise<string> {
    using socket = await this.#listener.accept();
    return await new Response(socket.readable).text().catch(() => "");
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
  }
}

/** A letter of an old program that says it listens on `port`. */
async function write(port: number, words: string, to: number): Promise<void> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port: to });
  await socket.write(new TextEncoder().encode(`127.0.0.1:${port} old ${words}`));
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

function settings(node: TestNode, mandatory: readonly string[], classicTeam?: string) {
  const readReceipts = true;
  node.node.reconfigure({ name: node.node.name, mandatory, readReceipts, classicTeam });
}

Deno.test("an old program that writes is a peer, is known, and is told nothing of what was shown", async () => {
  await using profile = await TestProfile.make();
  const classicPort = freePort();
  const peerId = "classic:127.0.0.1:4001";
  {
    await using me = await TestNode.start(profile, { classicPort });
    await write(4001, "hello", classicPort);
    const event = await me.until(text("hello"));
    if (event.event !== "message") throw new Error("that is another event");
    assertEquals(event.message.conversation, { kind: "peer", peerId });
    await me.node.shown([event.message]);
    assertEquals(await me.node.counts(), { waiting: 0, unread: 0 });
    const [active] = await me.node.peers();
    assertEquals([active?.peerId, active?.name, active?.address], [
      peerId,
      "old",
      "/ip4/127.0.0.1/tcp/4001",
    ]);
    const { active: reached, addresses } = await me.node.reachability({ kind: "peer", peerId });
    assertEquals(reached?.peerId, peerId);
    assertEquals(addresses.map(({ address }) => address), ["/ip4/127.0.0.1/tcp/4001"]);
    assertEquals(me.node.displayName(peerId), "old [classic]");
  }
  await using me = await TestNode.start(profile);
  const [known] = await me.node.knownPeers();
  assertEquals([known?.peerId, known?.connected, known?.addresses], [
    peerId,
    false,
    ["/ip4/127.0.0.1/tcp/4001"],
  ]);
  assertEquals(me.node.displayName(peerId), "old [classic]");
  // Nobody asked for plain text in this run.
  assertEquals(await me.node.connectAll({ signal: AbortSignal.timeout(PATIENCE_MS) }), []);
  await me[Symbol.asyncDispose]();
  using history = openHistory(`${profile.folder}/chat.db`, profile.identity.peerId, 0);
  assertEquals(history.readMarks.receiptsFor(peerId, 9), []);
  assertEquals(history.peers.dialectOf(peerId), "a");
  assertEquals(history.peers.atAddress("/ip4/127.0.0.1/tcp/4001"), undefined, "not for libp2p");
});

Deno.test("other mandatory classic peers are greeted at once, under the name of this moment", async () => {
  await using profile = await TestProfile.make();
  await using old = new Letters();
  await using me = await TestNode.start(profile, { name: "my name", classicPort: freePort() });
  const greeting = old.next();
  settings(me, [old.peerId], "another_name");
  assertStringIncludes(await greeting, " another_name connect");
  await me.until((event) => event.event === "peer-up" && event.peer.source === "mandatory");
  const farewell = old.next();
  await me[Symbol.asyncDispose]();
  assertStringIncludes(await farewell, " another_name exit");
});

Deno.test("settleConnections() waits until a mandatory classic peer was tried", async () => {
  await using profile = await TestProfile.make();
  const peerId = `classic:127.0.0.1:${freePort()}`;
  await using me = await TestNode.start(profile, { mandatory: [peerId] });
  await me.node.settleConnections({ signal: AbortSignal.timeout(PATIENCE_MS) });
  const { nextAttempt } = await me.node.reachability({ kind: "peer", peerId });
  assert(nextAttempt !== undefined, "and it is tried again");
  const [result] = await me.node.connectAll({ signal: AbortSignal.timeout(PATIENCE_MS) });
  assertEquals(result?.error, "nobody listens there (connection refused)");
});

Deno.test("a classic port that is taken is told with the setting to change", async () => {
  await using profile = await TestProfile.make();
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const classicPort = taken.addr.port;
  const error = await assertRejects(() => TestNode.start(profile, { classicPort }), ChatError);
  assertEquals(error.code, "cannot-listen");
  assertEquals(error.message, `port ${classicPort} is in use by another program`);
  assertEquals(error.hint, "choose another with --classic-port");
});

Deno.test("a classic port that is the port for peers is told as what it is", async () => {
  await using profile = await TestProfile.make();
  const port = freePort();
  const starting = TestNode.start(profile, { port, classicPort: port });
  const { message, hint } = await assertRejects(() => starting, ChatError);
  assertEquals(message, `port ${port} is the one on which peers reach this program`);
  assertEquals(hint, "choose another with --classic-port for the old programs");
});

Deno.test("what is written to a classic peer waits for it, is sent, and nobody can take it back then", async () => {
  await using profile = await TestProfile.make();
  await using old = new Letters();
  await using me = await TestNode.start(profile);
  const got = old.next();
  const own = await me.node.send({ kind: "peer", peerId: old.peerId }, "hello");
  assertEquals(own.state, "queued");
  const after = await me.node.settled(own.id, { signal: AbortSignal.timeout(PATIENCE_MS) });
  assertEquals([after.state, after.unanswerable], ["sent", true]);
  assertStringIncludes(await got, " peer hello");
  assertEquals(await me.node.cancel(own.id), undefined);
  assertEquals(await me.node.outbox(9), []);
});
