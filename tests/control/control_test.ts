/** Nodes that are worked through over real sockets. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { connectToOwner } from "../../src/control/client.ts";
import { PROTOCOL_VERSION } from "../../src/control/wire.ts";
import { ChatError } from "../../src/errors.ts";
import type { ConversationSummary, HistoryQuery, NodeEvent } from "../../src/node/chat_node.ts";
import { activePeer, BLUE, NOW, RED, SELF, type TwinNode } from "../commands/twin_node.ts";
import { outboxEntry, receivedMessage } from "../menu/messages.ts";
import { ControlFixture } from "./control_fixture.ts";

const TO_RED = { kind: "peer", peerId: RED } as const;
const HELLO = { program: "test", protocol: PROTOCOL_VERSION };

async function refusal(work: Promise<unknown>): Promise<ChatError> {
  return await assertRejects(() => work, ChatError);
}

/** Resolves with the events that fit, when there are `count` of them. */
function events(node: Pick<TwinNode, "subscribe">, count: number): Promise<NodeEvent[]> {
  const { promise, resolve } = Promise.withResolvers<NodeEvent[]>();
  const seen: NodeEvent[] = [];
  node.subscribe((event) => {
    seen.push(event);
    if (seen.length === count) resolve(seen);
  });
  return promise;
}

Deno.test("RemoteNode answers as the node itself does", async () => {
  const known = {
    peerId: BLUE,
    name: "blue",
    addresses: ["/ip4/10.0.0.1/tcp/7000"],
    source: "asked",
    lastSeen: NOW,
    connected: false,
  } as const;
  await using owner = await ControlFixture.serve({
    peers: [activePeer(), activePeer({ peerId: BLUE, name: "blue", roundTripMs: undefined })],
    known: [known],
    outbox: [outboxEntry("a"), outboxEntry("b")],
    unread: [receivedMessage(1)],
    history: () => [receivedMessage(1), outboxEntry("a").message],
    connectAll: () => Promise.resolve([{ target: "x", peer: undefined, error: "no" }]),
    settleConnections: () => Promise.resolve(),
  });
  const { node } = owner;
  const remote = await owner.connect();
  const { signal } = new AbortController();
  assertEquals([remote.peerId, remote.name], [SELF, node.name]);
  assertEquals(remote.addresses(), node.addresses());
  assertEquals(await remote.peers(), await node.peers());
  assertEquals(await remote.knownPeers(), await node.knownPeers());
  assertEquals(await remote.resolve("red"), TO_RED);
  assertEquals(await remote.resolve("127.0.0.1:7001"), await node.resolve("127.0.0.1:7001"));
  assertEquals(await remote.counts(), { waiting: 2, unread: 1 });
  assertEquals(await remote.outbox(9), await node.outbox(9));
  assertEquals(await remote.outbox(1), await node.outbox(1));
  assertEquals(await remote.history({ limit: 9 }), await node.history({ limit: 9 }));
  assertEquals(await remote.reachability(TO_RED), await node.reachability(TO_RED));
  assertEquals(await remote.unread(9), await node.unread(9));
  assertEquals(await remote.connect(TO_RED, { signal }), activePeer());
  assertEquals(await remote.connectAll({ signal }), await node.connectAll());
  await remote.settleConnections({ signal });
  assertEquals((await remote.cancel("a"))?.id, "a");
  assertEquals(await remote.cancel("a"), undefined);
  await remote.retry();
  assertEquals(node.retries, 1);
  await remote.shown(await remote.unread(9));
  assertEquals(node.seen.map(({ position }) => position), [receivedMessage(1).position]);
  assertEquals([remote.displayName(RED), remote.displayName(BLUE)], ["red", "blue"]);
  assertEquals(remote.displayName(SELF), node.name);
});

Deno.test("RemoteNode lists conversations, and knows what to call them", async () => {
  const listed: ConversationSummary[] = [
    {
      conversation: { kind: "address", address: "/ip4/127.0.0.1/tcp/7001" },
      last: outboxEntry("a", {
        conversation: { kind: "address", address: "/ip4/127.0.0.1/tcp/7001" },
      }).message,
      unread: 0,
      waiting: 1,
    },
    { conversation: TO_RED, last: receivedMessage(7), unread: 3, waiting: 0 },
  ];
  await using owner = await ControlFixture.serve({
    conversations: () => listed,
    contacts: [{
      peerId: RED,
      alias: "Anna",
      note: "",
      addedAt: NOW,
      verifiedAt: undefined,
      blockedAt: undefined,
    }],
  });
  const remote = await owner.connect();
  assertEquals(await remote.conversations(), listed);
  assertEquals(remote.displayName(RED), "Anna");
  const [first] = listed;
  while (first !== undefined && listed.length <= 1_000) listed.push(first);
  await assertRejects(() => remote.conversations(), Error, "at most 1000 long");
});

Deno.test("RemoteNode asks for pages of the history, and searches it", async () => {
  const texts = ["Lunch?", "no", "LUNCH at noon", "at noon, lunch", "dinner"];
  const all = texts.map((text, index) => receivedMessage(index + 1, { text }));
  const asked: HistoryQuery[] = [];
  await using owner = await ControlFixture.serve({
    history(_, query) {
      asked.push(query);
      return all;
    },
  });
  const remote = await owner.connect();
  const positions = async (query: HistoryQuery) =>
    (await remote.history(query)).map(({ position }) => position);
  assertEquals(await positions({ before: 4, limit: 2 }), [2, 3]);
  assertEquals(await positions({ after: 1, before: 4, limit: 1 }), [2]);
  assertEquals(await positions({ search: '"at noon" lunch', limit: 9 }), [3, 4]);
  const { conversation, ...query } = {
    conversation: TO_RED,
    after: 0,
    before: 9,
    unread: true,
    since: 1,
    search: "'; DROP",
    limit: 100_000,
  };
  assertEquals(await positions({ conversation, ...query }), []);
  assertEquals(asked.at(-1), { conversation, ...query });
});

Deno.test("RemoteNode sends, and tells each subscriber what happens, in order", async () => {
  await using owner = await ControlFixture.serve({
    onSend: (message, node) => {
      node.advance(message, "sent");
      node.advance(message, "delivered");
    },
  });
  const remote = await owner.connect();
  const seen = events(remote, 2);
  const { id } = await remote.send(TO_RED, "hello \u{1F600}\n");
  assertEquals(owner.node.sent, [{ recipient: TO_RED, text: "hello \u{1F600}\n" }]);
  assertEquals(
    (await seen).map((each) => each.event === "state" && [each.message.id, each.message.state]),
    [[id, "sent"], [id, "delivered"]],
  );
  const { signal } = new AbortController();
  assertEquals((await remote.settled(id, { signal })).state, "delivered");
  const more = events(remote, 3);
  owner.node.emit({ event: "peer-up", peer: activePeer() });
  owner.node.emit({ event: "peer-down", peer: activePeer(), departure: "lost" });
  owner.node.emit({ event: "notice", text: "a\x1b[2J" });
  assertEquals(await more, [
    { event: "peer-up", at: NOW, peer: activePeer() },
    { event: "peer-down", at: NOW, peer: activePeer(), departure: "lost" },
    { event: "notice", at: NOW, text: "a\\u{1B}[2J" },
  ]);
  assertEquals(remote.displayName(RED), "red");
});

Deno.test("RemoteNode gets no events while nobody listens", async () => {
  await using owner = await ControlFixture.serve();
  const remote = await owner.connect();
  const seen: string[] = [];
  const listen = () =>
    remote.subscribe((event) => {
      if (event.event === "notice") seen.push(event.text);
    });
  const [one, other] = [listen(), listen()];
  await remote.counts();
  assertEquals(owner.node.listeners, 1);
  one[Symbol.dispose]();
  one[Symbol.dispose]();
  await remote.counts();
  assertEquals(owner.node.listeners, 1);
  owner.node.emit({ event: "notice", text: "for the other" });
  await remote.counts();
  other[Symbol.dispose]();
  await remote.counts();
  assertEquals(owner.node.listeners, 0);
  owner.node.emit({ event: "notice", text: "for nobody" });
  listen();
  await remote.counts();
  assertEquals(owner.node.listeners, 1);
  owner.node.emit({ event: "notice", text: "again" });
  await remote.counts();
  assertEquals(seen, ["for the other", "again"]);
  await remote[Symbol.asyncDispose]();
  while (owner.node.listeners > 0) await new Promise((turn) => setTimeout(turn, 1));
});

Deno.test("RemoteNode sends under an id of its own, once, as a reply", async () => {
  await using owner = await ControlFixture.serve();
  const remote = await owner.connect();
  const id = "0190aaaa-bbbb-8ccc-8ddd-eeeeffff0001";
  const first = await remote.send(TO_RED, "hello", { id, replyTo: "a" });
  assertEquals([first.id, first.replyTo], [id, "a"]);
  assertEquals(await remote.send(TO_RED, "hello", { id, replyTo: "a" }), first);
  assertEquals(owner.node.sent.length, 1);
});

Deno.test("RemoteNode rejects with code, message and hint of the node's error", async () => {
  const error = new ChatError("unreachable", "nobody is there", { hint: "wait" });
  await using owner = await ControlFixture.serve({ connect: () => Promise.reject(error) });
  const remote = await owner.connect();
  const { signal } = new AbortController();
  const thrown = await refusal(remote.connect(TO_RED, { signal }));
  assertEquals([thrown.code, thrown.message, thrown.hint], [
    "unreachable",
    "nobody is there",
    "wait",
  ]);
  assertEquals((await refusal(remote.resolve("nobody"))).code, "no-such-peer");
  await assertRejects(() => remote.outbox(-1), Error, "params.limit is not a whole number");
  await assertRejects(() => remote.resolve("x".repeat(5_000)), Error, "params.peer is not at most");
});

Deno.test("RemoteNode takes a request back when its signal aborts", async () => {
  const aborted = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await using owner = await ControlFixture.serve({
    connect: (_, signal) =>
      new Promise((_resolve, reject) => {
        asked.resolve();
        signal.addEventListener("abort", () => {
          aborted.resolve();
          reject(signal.reason);
        });
      }),
  });
  const remote = await owner.connect();
  const controller = new AbortController();
  const connecting = remote.connect(TO_RED, { signal: controller.signal });
  await asked.promise;
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await connecting.catch((error) => error), reason);
  await aborted.promise;
  assertEquals(await remote.counts(), { waiting: 0, unread: 0 });
});

Deno.test("RemoteNode ends with the node: `ended` aborts and everything rejects", async () => {
  await using owner = await ControlFixture.make({
    connect: (_, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      ),
  });
  const server = await owner.serve();
  const remote = await owner.connect();
  const { signal } = new AbortController();
  const connecting = refusal(remote.connect(TO_RED, { signal }));
  assertEquals(await remote.counts(), { waiting: 0, unread: 0 });
  const ended = new Promise((resolve) => remote.ended.addEventListener("abort", resolve));
  await server[Symbol.asyncDispose]();
  assertEquals((await connecting).code, "node-stopped");
  await ended;
  assertEquals((await refusal(remote.counts())).code, "node-stopped");
  assertEquals(await connectToOwner(owner.profile), undefined);
});

Deno.test("the control socket is for its owner alone", async () => {
  await using owner = await ControlFixture.serve();
  const { mode = null } = await Deno.stat(owner.profile.controlSocket);
  assertEquals((mode ?? 0) & 0o777, 0o600);
});

Deno.test("fifty clients are served while one of them never reads", async () => {
  await using owner = await ControlFixture.serve();
  const silent = await owner.raw();
  await silent.ask("hello", HELLO);
  await silent.ask("subscribe", undefined, 2);
  const clients = await Promise.all(Array.from({ length: 49 }, () => owner.connect()));
  const texts = Array.from({ length: 400 }, (_, index) => `${index} ${"x".repeat(20_000)}`);
  const seen = clients.map((client) => events(client, texts.length));
  for (const client of clients) await client.counts();
  for (const text of texts) {
    owner.node.emit({ event: "notice", text });
    // As in a node, whose events come from sockets.
    await new Promise((resolve) => setTimeout(resolve));
  }
  for (const each of await Promise.all(seen)) {
    assertEquals(each.map((event) => event.event === "notice" && event.text), texts);
  }
  await owner.trouble("a client of the control socket is given up");
  assertEquals(owner.troubles.length, 1);
  assertEquals(owner.node.listeners, 49);
});

Deno.test("a client too many is told so, and there is room when one leaves", async () => {
  await using owner = await ControlFixture.serve();
  const clients = await Promise.all(Array.from({ length: 64 }, () => owner.connect()));
  const error = await refusal(owner.connect());
  assertMatch(error.message, /serves 64 commands already/);
  await clients[0]?.[Symbol.asyncDispose]();
  for (;;) {
    const next = await owner.connect().catch(() => undefined);
    if (next !== undefined) break;
  }
});

for (
  const [what, garbage] of [
    ["no JSON", "GET / HTTP/1.1\r\n\r\n"],
    ["no request", '{"jsonrpc":"1.0","id":1}\n'],
    ["null", "null\n"],
    ["a batch", '[{"jsonrpc":"2.0","id":1,"method":"peers"}]\n'],
    ["no hello first", '{"jsonrpc":"2.0","id":1,"method":"peers"}\n'],
    ["nesting without end", `${"[".repeat(100_000)}\n`],
    ["a hello that is none", '{"jsonrpc":"2.0","id":1,"method":"hello","params":7}\n'],
  ] as const
) {
  Deno.test(`a client that sends ${what} is closed, and only that one`, async () => {
    await using owner = await ControlFixture.serve();
    const other = await owner.connect();
    const bad = await owner.raw();
    await bad.write(garbage);
    await bad.closed();
    await owner.trouble("a client of the control socket is refused");
    assertEquals(await other.counts(), { waiting: 0, unread: 0 });
  });
}

Deno.test("a request of 100 MB is refused before it is read", async () => {
  await using owner = await ControlFixture.serve();
  const other = await owner.connect();
  const big = await owner.raw();
  await big.ask("hello", HELLO);
  await big.line();
  const before = Deno.memoryUsage().rss;
  let written = 0;
  const piece = "x".repeat(1_000_000);
  const failed = await (async () => {
    for (; written < 100; written++) await big.write(piece);
  })().then(() => false, () => true);
  assert(failed && written < 50, `${written} MB were taken`);
  assert(Deno.memoryUsage().rss - before < 50e6);
  await owner.trouble("a client of the control socket is refused");
  assertEquals(await other.counts(), { waiting: 0, unread: 0 });
});

Deno.test("bytes that are no UTF-8 close their client", async () => {
  await using owner = await ControlFixture.serve();
  const bad = await owner.raw();
  await bad.connection.write(new Uint8Array([0xff, 0xfe, 0x0a]));
  await bad.closed();
  await owner.trouble("a client of the control socket is refused");
});

Deno.test("what every object has is no method, and wrong fields are named", async () => {
  await using owner = await ControlFixture.serve();
  const client = await owner.raw();
  await client.ask("hello", HELLO);
  await client.line();
  const answers: unknown[] = [];
  for (const method of ["toString", "__proto__", "constructor", "hellO"]) {
    await client.ask(method);
    answers.push(await client.line());
  }
  assertEquals(answers.every((each) => /"code":-32601/.test(JSON.stringify(each))), true);
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ["send", { recipient: { kind: "peer", peerId: "red" }, text: "x" }, /recipient.peerId is not/],
    ["send", { recipient: { kind: "address", address: "x" }, text: "x" }, /is not a multiaddr/],
    ["send", { recipient: { kind: "room" }, text: "x" }, /recipient.kind is not one of/],
    ["send", { recipient: TO_RED, text: 7 }, /params.text is not text/],
    ["outbox", { limit: 1e9 }, /params.limit is not a whole number/],
    ["outbox", null, /params is not an object/],
    ["history", { query: { limit: 0 } }, /query.limit is not a whole number/],
    ["history", { query: { limit: 1, before: -1 } }, /query.before is not a whole number/],
    ["history", { query: { limit: 1, before: "7" } }, /query.before is not a whole number/],
    ["history", { query: { limit: 1, search: "x".repeat(4_097) } }, /query.search is not at most/],
    ["shown", { messages: {} }, /params.messages is not a list/],
  ];
  for (const [method, params, expected] of wrong) {
    await client.ask(method, params);
    assertMatch(JSON.stringify(await client.line()), expected);
  }
  assertEquals(owner.node.sent, []);
});

for (const [protocol, words] of [[0, "newer"], [PROTOCOL_VERSION + 1, "older"]] as const) {
  Deno.test(`a client of protocol ${protocol} is told that the node is ${words}`, async () => {
    await using owner = await ControlFixture.serve();
    const client = await owner.raw();
    await client.ask("hello", { program: "9.9.9", protocol });
    assertMatch(
      JSON.stringify(await client.line()),
      new RegExp(`"the node that runs is of a version ${words} than this program, .*9\\.9\\.9`),
    );
    await client.closed();
  });
}

Deno.test("a client that says nothing is given up, and only that one", async () => {
  await using owner = await ControlFixture.serve();
  const other = await owner.connect();
  const mute = await owner.raw();
  await mute.closed();
  await owner.trouble("a client of the control socket said no hello");
  assertEquals(await other.counts(), { waiting: 0, unread: 0 });
});

Deno.test("RemoteNode changes contacts, and learns what to call them", async () => {
  await using owner = await ControlFixture.serve({ known: [] });
  const remote = await owner.connect();
  const changes = [{ peerId: RED, alias: "Anna", note: "n", verifiedAt: NOW }, { peerId: BLUE }];
  const [red, blue] = await remote.changeContacts(changes);
  const contact = { alias: undefined, note: "", addedAt: NOW, verifiedAt: undefined } as const;
  assertEquals(blue, { ...contact, peerId: BLUE, blockedAt: undefined });
  assertEquals([red?.alias, red?.note, red?.verifiedAt], ["Anna", "n", NOW]);
  assertEquals(remote.displayName(RED), "Anna");
  await remote.changeContacts([{ peerId: RED, alias: "Eva", blockedAt: NOW }]);
  assertEquals(remote.displayName(RED), "Eva");
  assertEquals(await remote.contacts(), await owner.node.contacts());
  assertEquals(await remote.resolve("eva"), TO_RED);
  assertEquals((await remote.removeContact(RED))?.alias, "Eva");
  assertEquals(await remote.removeContact(RED), undefined);
});

Deno.test("a change of contacts that is none is refused, and the client stays", async () => {
  await using owner = await ControlFixture.serve();
  const remote = await owner.connect();
  for (
    const change of [
      { peerId: "red" },
      { peerId: RED, blockedAt: -1 },
      { peerId: RED, verifiedAt: 1.5 },
      { peerId: RED, addresses: ["/ip4/127.0.0.1/tcp/7000/ws"] },
    ]
  ) await assertRejects(() => remote.changeContacts([change]), Error, "changes[0]");
  assertEquals(owner.node.contactsNow.size, 0);
  assertEquals(await remote.contacts(), []);
});
