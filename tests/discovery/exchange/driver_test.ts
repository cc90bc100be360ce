import { dial, type LoopbackNode, loopbackNode } from "../../presence/loopback_node.ts";
import { assert, assertEquals } from "@std/assert";
import type { Stream } from "@libp2p/interface";
import { ExchangeDriver } from "../../../src/discovery/exchange/driver.ts";
import type { ConnectedPeer } from "../../../src/discovery/exchange/records.ts";
import {
  decodeFrame,
  encodeAnswer,
  encodeQuestion,
  EXCHANGE_PROTOCOL,
  MAX_FRAME_BYTES,
  type PeerRecord,
} from "../../../src/discovery/exchange/wire.ts";
import { encodeFrames, FrameDecoder } from "../../../src/framing/mod.ts";

const CAROL = "12D3KooWA1bwfANgA73sYxvhNWEkw5LxFa2MrXwBvixYENVxGnzL";
const ADDRESS = "/ip4/127.0.0.1/tcp/7003";

/** A started node with peer exchange, who it says is connected, and what it learned. */
class Participant implements AsyncDisposable {
  readonly peers: ConnectedPeer[] = [];
  readonly learned: [PeerRecord, from: string][] = [];
  readonly troubles: string[] = [];
  readonly exchange: ExchangeDriver;

  private constructor(readonly node: LoopbackNode) {
    this.exchange = new ExchangeDriver({
      libp2p: node.libp2p,
      connectedPeers: () => this.peers,
      addressesOf: () => Promise.resolve([ADDRESS]),
      onLearned: (peer, from) => this.learned.push([peer, from]),
      now: () => 1_000,
      monotonic: () => performance.now(),
      random: () => 0.5,
      onTrouble: (_what, { error }) => this.troubles.push(String(error)),
    });
  }

  static async start(): Promise<Participant> {
    const participant = new Participant(await loopbackNode());
    await participant.exchange.start();
    await participant.node.libp2p.start();
    return participant;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.exchange[Symbol.asyncDispose]();
    await this.node[Symbol.asyncDispose]();
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((turn) => setTimeout(turn, 0));
}

/** Resolves when a stream that nobody reads is over, with whether by an error. */
function ended(stream: Stream): Promise<boolean> {
  return new Promise((resolve) => {
    if (stream.status !== "open") resolve(stream.status !== "closed");
    stream.addEventListener("close", ({ error }) => resolve(error !== undefined));
  });
}

/** All frames that arrive on a stream until it ends. */
async function framesOf(stream: Stream) {
  const decoder = new FrameDecoder(MAX_FRAME_BYTES);
  const frames = [];
  for await (const chunk of stream) {
    frames.push(...decoder.push(chunk.subarray()).map((payload) => decodeFrame(payload)));
  }
  return frames;
}

Deno.test("ExchangeDriver learns to whom a peer is connected, and frees the stream", async () => {
  await using ada = await Participant.start();
  await using bob = await Participant.start();
  bob.peers.push({ peerId: CAROL, name: "Carol", lastSeen: 900 });
  bob.peers.push({ peerId: ada.node.peerId, name: "Ada", lastSeen: 950 });
  const connection = await dial(ada.node, bob.node);
  ada.exchange.peerConnected(bob.node.peerId);
  await until(() => ada.learned.length > 0);
  const carol = { peerId: CAROL, name: "Carol", addresses: [ADDRESS], seenAgoMs: 100 };
  assertEquals(ada.learned, [[carol, bob.node.peerId]]);
  await until(() => connection.streams.every(({ protocol }) => protocol !== EXCHANGE_PROTOCOL));
  assertEquals([ada.troubles, bob.troubles], [[], []]);
});

Deno.test("ExchangeDriver asks both ways over one connection", async () => {
  await using ada = await Participant.start();
  await using bob = await Participant.start();
  for (const { peers } of [ada, bob]) peers.push({ peerId: CAROL, name: "", lastSeen: 900 });
  await dial(ada.node, bob.node);
  await until(() => bob.node.libp2p.getConnections().length > 0);
  ada.exchange.peerConnected(bob.node.peerId);
  bob.exchange.peerConnected(ada.node.peerId);
  await until(() => ada.learned.length > 0 && bob.learned.length > 0);
});

Deno.test("ExchangeDriver answers a peer only once in 5 s", async () => {
  await using bob = await Participant.start();
  await using mallory = await loopbackNode();
  await mallory.libp2p.start();
  const connection = await dial(mallory, bob.node);
  const first = await connection.newStream(EXCHANGE_PROTOCOL);
  const answer = framesOf(first);
  first.send(encodeQuestion());
  await first.close();
  assertEquals(await answer, [{ type: "answer", records: [] }]);

  const second = await connection.newStream(EXCHANGE_PROTOCOL);
  const reset = ended(second);
  second.send(encodeQuestion());
  assertEquals(await reset, true);
  assertEquals(bob.troubles, ["Error: asked again too soon"]);
});

for (
  const [what, bytes] of [
    ["an answer instead of a question", encodeAnswer([])],
    ["a frame over the limit", encodeFrames([new Uint8Array(65)])],
    ["a length of 0xFFFFFFFF", Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)],
  ] as const
) {
  Deno.test(`ExchangeDriver resets the stream for ${what}`, async () => {
    await using bob = await Participant.start();
    await using mallory = await loopbackNode();
    await mallory.libp2p.start();
    const connection = await dial(mallory, bob.node);
    const stream = await connection.newStream(EXCHANGE_PROTOCOL);
    const reset = ended(stream);
    stream.send(bytes);
    assertEquals(await reset, true);
    assertEquals(bob.troubles.length, 1);
  });
}

Deno.test("ExchangeDriver resets a stream that is closed before it asks", async () => {
  await using bob = await Participant.start();
  await using mallory = await loopbackNode();
  await mallory.libp2p.start();
  const connection = await dial(mallory, bob.node);
  const stream = await connection.newStream(EXCHANGE_PROTOCOL);
  const over = ended(stream);
  await stream.close();
  await over;
  await until(() => bob.troubles.length > 0);
  assertEquals(bob.troubles, ["Error: the stream ended before a whole frame"]);
});

for (
  const [what, answer] of [
    ["nothing", (stream: Stream) => stream.close()],
    ["a question", (stream: Stream) => stream.send(encodeQuestion())],
    ["noise", (stream: Stream) => stream.send(encodeFrames([Uint8Array.of(0xff)]))],
    ["a reset", (stream: Stream) => stream.abort(new Error("test"))],
  ] as const
) {
  Deno.test(`ExchangeDriver survives a peer that answers with ${what}`, async () => {
    await using ada = await Participant.start();
    await using mallory = await loopbackNode();
    await mallory.libp2p.handle(EXCHANGE_PROTOCOL, (stream) => void answer(stream));
    await mallory.libp2p.start();
    await dial(ada.node, mallory);
    ada.exchange.peerConnected(mallory.peerId);
    await until(() => ada.troubles.length > 0);
    assertEquals(ada.learned, []);
  });
}

Deno.test("ExchangeDriver believes an answer on a stream that is never closed", async () => {
  await using ada = await Participant.start();
  await using mallory = await loopbackNode();
  const carol = { peerId: CAROL, name: "Carol", addresses: [ADDRESS], seenAgoMs: 1 };
  await mallory.libp2p.handle(
    EXCHANGE_PROTOCOL,
    (stream) => void stream.send(encodeAnswer([carol])),
  );
  await mallory.libp2p.start();
  await dial(ada.node, mallory);
  ada.exchange.peerConnected(mallory.peerId);
  await until(() => ada.learned.length > 0);
  assertEquals(ada.learned, [[carol, mallory.peerId]]);
});

Deno.test("ExchangeDriver does not wait for a peer that never answers when it is disposed of", async () => {
  await using mallory = await loopbackNode();
  const asked = Promise.withResolvers<void>();
  await mallory.libp2p.handle(EXCHANGE_PROTOCOL, () => asked.resolve());
  await mallory.libp2p.start();
  await using ada = await Participant.start();
  await dial(ada.node, mallory);
  ada.exchange.peerConnected(mallory.peerId);
  await asked.promise;
  await ada.exchange[Symbol.asyncDispose]();
  assertEquals(ada.troubles, []);
});

Deno.test("ExchangeDriver reports a peer that does not speak the protocol, once", async () => {
  await using ada = await Participant.start();
  await using stranger = await loopbackNode();
  await stranger.libp2p.start();
  await dial(ada.node, stranger);
  ada.exchange.peerConnected(stranger.peerId);
  await until(() => ada.troubles.length > 0);
  assert(ada.troubles[0]?.startsWith("UnsupportedProtocolError"));
});
