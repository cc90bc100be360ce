/** Direct messages between real nodes over loopback. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Libp2p, PrivateKey } from "@libp2p/interface";
import { v7 } from "uuid";
import { DirectDriver, type DirectStore } from "../../src/direct/mod.ts";
import {
  decodeFrame,
  DIRECT_PROTOCOL,
  type DirectFrame,
  encodeAnswers,
  encodeMessages,
  MAX_FRAME_BYTES,
  WINDOW_MESSAGES,
} from "../../src/direct/wire.ts";
import { FrameDecoder } from "../../src/framing/mod.ts";
import type { OwnMessage, ReceivedMessage } from "../../src/history/message_record.ts";
import { type Draft, type History, openHistory } from "../../src/history/mod.ts";
import { makeKey, makeNetwork, stop } from "../network_fixture.ts";

interface PeerOptions {
  readonly key?: PrivateKey;
  readonly port?: number;
  /** Kept over a restart; a new one in memory if left out. */
  readonly history?: History;
  /** Wraps the database, to make it fail. */
  readonly store?: (real: Store) => Partial<Store>;
}

type Store = DirectStore<Draft, OwnMessage, ReceivedMessage>;

function storeOf({ messages }: History): Store {
  return {
    enqueue: (...args) => messages.enqueue(...args),
    waiting: (...args) => messages.waiting(...args),
    record: (...args) => messages.record(...args),
    accept: (...args) => messages.accept(...args),
  };
}

/** A node with direct messages, and what it saw. */
class Peer implements AsyncDisposable {
  readonly received: ReceivedMessage[] = [];
  readonly states: OwnMessage[] = [];
  readonly troubles: string[] = [];
  #changed = Promise.withResolvers<void>();

  private constructor(
    readonly libp2p: Libp2p,
    readonly history: History,
    readonly direct: DirectDriver<Draft, OwnMessage, ReceivedMessage>,
    private readonly ownsHistory: boolean,
  ) {}

  static async start(options: PeerOptions = {}): Promise<Peer> {
    const libp2p = await makeNetwork(options);
    const id = libp2p.peerId.toString();
    const history = options.history ?? openHistory(":memory:", id, Date.now());
    const store = storeOf(history);
    const direct = new DirectDriver<Draft, OwnMessage, ReceivedMessage>({
      libp2p,
      store: { ...store, ...options.store?.(store) },
      now: Date.now,
      monotonic: () => performance.now(),
      random: () => 0,
      onReceived: (messages) => peer.#saw(() => peer.received.push(...messages)),
      onState: (messages) => peer.#saw(() => peer.states.push(...messages)),
      onTrouble: (what) => peer.#saw(() => peer.troubles.push(what)),
    });
    const peer = new Peer(libp2p, history, direct, options.history === undefined);
    libp2p.addEventListener("peer:connect", ({ detail }) => direct.connected(detail.toString()));
    await direct.start();
    await libp2p.start();
    return peer;
  }

  get id(): string {
    return this.libp2p.peerId.toString();
  }

  #saw(note: () => void): void {
    note();
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Resolves when the condition holds; it is looked at again whenever this peer saw something. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise;
  }

  async send(to: Peer, text: string): Promise<OwnMessage> {
    const conversation = { kind: "peer", peerId: to.id } as const;
    const draft = { conversation, id: v7(), text, sentAt: Date.now(), replyTo: undefined };
    const own = await this.direct.save(draft);
    this.direct.queued(to.id);
    return own;
  }

  delivered(): string[] {
    return this.states.filter(({ state }) => state === "delivered").map(({ text }) => text);
  }

  texts(): string[] {
    return this.received.map(({ text }) => text);
  }

  async dial(other: Peer): Promise<void> {
    await this.libp2p.dial(other.libp2p.getMultiaddrs());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.direct[Symbol.asyncDispose]();
    await stop(this.libp2p);
    if (this.ownsHistory) this.history[Symbol.dispose]();
  }
}

/** A stream on which a test speaks the protocol by hand. */
async function rawStream(from: Libp2p, to: Peer) {
  const connection = await from.dial(to.libp2p.getMultiaddrs());
  const stream = await connection.newStream(DIRECT_PROTOCOL);
  const frames: DirectFrame[] = [];
  const decoder = new FrameDecoder(MAX_FRAME_BYTES);
  let changed = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  stream.addEventListener("message", ({ data }) => {
    frames.push(...decoder.push(data.subarray()).map(decodeFrame));
    changed.resolve();
    changed = Promise.withResolvers();
  });
  stream.addEventListener("close", () => closed.resolve());
  const until = async (condition: () => boolean) => {
    while (!condition()) await changed.promise;
  };
  return { stream, frames, until, closed: closed.promise };
}

function wireMessage(text: string, sequence = 1) {
  return { id: v7(), sequence, sentAt: 0, text, replyTo: undefined };
}

Deno.test("DirectDriver delivers messages both ways, in order, and says so", async () => {
  await using red = await Peer.start();
  await using blue = await Peer.start();
  await red.dial(blue);
  const texts = Array.from({ length: 2500 }, (_, index) => `message ${index}`);
  await Promise.all(texts.map((text) => red.send(blue, text)));
  await blue.send(red, "answer");
  await red.until(() => red.delivered().length === texts.length && red.received.length === 1);
  await blue.until(() => blue.delivered().length === 1);
  assertEquals(blue.texts(), texts);
  assertEquals(red.delivered(), texts);
  assertEquals(red.texts(), ["answer"]);
  assertEquals(red.history.messages.waiting(blue.id, 0, 10), []);
});

Deno.test("DirectDriver sends what waits once the peer is there, and again after its restart", async () => {
  await using red = await Peer.start();
  const key = await makeKey();
  const history = openHistory(":memory:", "blue", 1);
  {
    await using blue = await Peer.start({ key, history });
    await red.send(blue, "before the connection");
    await red.dial(blue);
    await red.until(() => red.delivered().length === 1);
  }
  await using blue = await Peer.start({ key, history });
  await red.send(blue, "while it was away");
  await red.dial(blue);
  await red.until(() => red.delivered().length === 2);
  assertEquals(blue.texts(), ["while it was away"]);
  assertEquals(history.list({ limit: 9 }).length, 2);
  history[Symbol.dispose]();
});

Deno.test("DirectDriver does not acknowledge what could not be stored, and gets it again", async () => {
  let failures = 3;
  await using red = await Peer.start();
  await using blue = await Peer.start({
    store: (real) => ({
      accept: (...args) => {
        if (failures-- > 0) throw new Error("disk full");
        return real.accept(...args);
      },
    }),
  });
  await red.dial(blue);
  await red.send(blue, "hello");
  await red.until(() => red.delivered().length === 1);
  assertEquals(failures, -1);
  assertEquals(blue.texts(), ["hello"]);
});

Deno.test("DirectDriver sends again when its own record of a delivery failed", async () => {
  let failures = 1;
  await using red = await Peer.start({
    store: (real) => ({
      record: (...args) => {
        if (args[2] === "delivered" && failures-- > 0) throw new Error("disk full");
        return real.record(...args);
      },
    }),
  });
  await using blue = await Peer.start();
  await red.dial(blue);
  await red.send(blue, "hello");
  await red.until(() => red.delivered().length === 1);
  assertEquals(blue.texts(), ["hello"]);
});

Deno.test("DirectDriver.save() rejects when nothing could be saved", async () => {
  await using red = await Peer.start({
    store: () => ({
      enqueue: () => {
        throw new Error("disk full");
      },
    }),
  });
  await using blue = await Peer.start();
  await assertRejects(() => red.send(blue, "hello"), Error, "disk full");
});

Deno.test("DirectDriver.cancel() takes a waiting message back", async () => {
  await using red = await Peer.start();
  await using blue = await Peer.start();
  const first = await red.send(blue, "no");
  await red.send(blue, "yes");
  assertEquals(red.direct.cancel(blue.id, first.id), true);
  await red.dial(blue);
  await red.until(() => red.delivered().length === 1);
  assertEquals(blue.texts(), ["yes"]);
  assertEquals(red.direct.cancel(blue.id, first.id), false);
});

Deno.test("DirectDriver shows a replayed message once and acknowledges it each time", async () => {
  await using blue = await Peer.start();
  const mallory = await makeNetwork();
  await mallory.start();
  const { stream, frames, until } = await rawStream(mallory, blue);
  const bytes = encodeMessages([wireMessage("again and again")]);
  for (let round = 1; round <= 3; round++) {
    stream.send(bytes);
    await until(() => frames.length === round);
  }
  assertEquals(blue.texts(), ["again and again"]);
  assertEquals(frames.map(({ type }) => type), new Array(3).fill("acknowledgement"));
  await stop(mallory);
});

Deno.test("DirectDriver resets a stream of garbage and serves the others", async () => {
  await using red = await Peer.start();
  await using blue = await Peer.start();
  const mallory = await makeNetwork();
  await mallory.start();
  for (
    const garbage of [
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
      Uint8Array.of(3, 1, 2, 3),
      encodeAnswers([v7()], []),
      encodeMessages(
        Array.from({ length: WINDOW_MESSAGES + 1 }, (_, index) => wireMessage("x", index + 1)),
      ),
    ]
  ) {
    const { stream, closed } = await rawStream(mallory, blue);
    stream.send(garbage);
    await closed;
  }
  assertEquals(blue.troubles, new Array(4).fill("a peer broke the protocol"));
  assertEquals(blue.received, []);
  await red.dial(blue);
  await red.send(blue, "hello");
  await red.until(() => red.delivered().length === 1);
  await stop(mallory);
});

Deno.test("DirectDriver keeps a message pending when somebody else acknowledges it", async () => {
  await using red = await Peer.start();
  const mallory = await makeNetwork();
  const asked = Promise.withResolvers<void>();
  await mallory.handle(DIRECT_PROTOCOL, (stream) => {
    stream.addEventListener("message", () => {
      stream.send(encodeAnswers([v7()], []));
      asked.resolve();
    });
  });
  await mallory.start();
  await red.libp2p.dial(mallory.getMultiaddrs());
  const conversation = { kind: "peer", peerId: mallory.peerId.toString() } as const;
  const draft = { conversation, id: v7(), text: "hello", sentAt: 0, replyTo: undefined };
  await red.direct.save(draft);
  red.direct.queued(mallory.peerId.toString());
  await asked.promise;
  await red.until(() => red.troubles.length > 0);
  assertEquals(red.troubles, ["a peer answered strangely"]);
  assert(red.history.messages.waiting(mallory.peerId.toString(), 0, 10).length === 1);
  await stop(mallory);
});
