/** Direct messages between real nodes over loopback. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Libp2p, PrivateKey } from "@libp2p/interface";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
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
import { ChatError } from "../../src/errors.ts";
import { FrameDecoder } from "../../src/framing/mod.ts";
import type { OwnMessage, ReceivedMessage } from "../../src/history/message_record.ts";
import { type Draft, type History, openHistory } from "../../src/history/mod.ts";
import { makeKey, makeNetwork, stop } from "../network_fixture.ts";

interface PeerOptions {
  readonly key?: PrivateKey;
  readonly port?: number;
  /** Kept over a restart; a new one in memory if left out. */
  readonly history?: History;
  readonly readReceipts?: boolean;
  /** Wraps the database, to make it fail. */
  readonly store?: (real: Store) => Partial<Store>;
}

type Store = DirectStore<Draft, OwnMessage, ReceivedMessage>;

function storeOf({ messages, readMarks }: History): Store {
  return {
    enqueue: (...args) => messages.enqueue(...args),
    waiting: (...args) => messages.waiting(...args),
    record: (...args) => messages.record(...args),
    accept: (...args) => messages.accept(...args),
    receiptsFor: (...args) => readMarks.receiptsFor(...args),
    receiptsSent: (...args) => readMarks.receiptsSent(...args),
  };
}

/** A node with direct messages, and what it saw. */
class Peer implements AsyncDisposable {
  readonly received: ReceivedMessage[] = [];
  readonly states: OwnMessage[] = [];
  readonly troubles: string[] = [];
  readonly interruptions: string[] = [];
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
      readReceipts: () => options.readReceipts ?? true,
      now: Date.now,
      monotonic: () => performance.now(),
      random: () => 0,
      onReceived: (messages) => peer.#saw(() => peer.received.push(...messages)),
      onState: (messages) => peer.#saw(() => peer.states.push(...messages)),
      onInterrupted: (_, reason) => peer.#saw(() => peer.interruptions.push(reason)),
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

Deno.test("DirectDriver does not send what was taken back before", async () => {
  await using red = await Peer.start();
  await using blue = await Peer.start();
  const first = await red.send(blue, "no");
  await red.send(blue, "yes");
  assertEquals(red.history.outbox.cancel(first.id, Date.now())?.state, "queued");
  await red.dial(blue);
  await red.until(() => red.delivered().length === 1);
  assertEquals(blue.texts(), ["yes"]);
  assertEquals(red.history.outbox.cancel(first.id, Date.now()), undefined);
});

Deno.test("DirectDriver records what was taken back too late as delivered", async () => {
  await using blue = await Peer.start();
  await using red = await Peer.start({
    store: (real) => ({
      // Taken back while the acknowledgement is on its way.
      record: (peerId, ids, state, ...rest) => {
        for (const id of ids) red.history.outbox.cancel(id, Date.now());
        return real.record(peerId, ids, state, ...rest);
      },
    }),
  });
  const message = await red.send(blue, "too late");
  await red.dial(blue);
  await red.until(() => red.delivered().length === 1);
  assertEquals(red.history.messages.own(message.id)?.state, "delivered");
});

for (const side of ["both sides", "the sender only", "the recipient only"] as const) {
  Deno.test(`DirectDriver tells what was shown where ${side} want receipts`, async () => {
    await using red = await Peer.start({ readReceipts: side !== "the recipient only" });
    await using blue = await Peer.start({ readReceipts: side !== "the sender only" });
    const message = await red.send(blue, "seen?");
    await red.dial(blue);
    await red.until(() => red.delivered().length === 1);

    // Marked with a receipt due, as if the setting had been on until now.
    blue.history.readMarks.markRead(blue.received, Date.now(), { receipt: true });
    blue.direct.shown(red.id);
    // The answer to a later message comes after that to the receipt, on the same stream.
    const second = await blue.send(red, "an answer");
    await blue.until(() => blue.delivered().length === 1);
    assertEquals(blue.history.messages.own(second.id)?.state, "delivered");
    const due = blue.history.readMarks.receiptsFor(red.id, 10);
    assertEquals(due, side === "the sender only" ? [message.id] : []);
    const state = red.history.messages.own(message.id)?.state;
    assertEquals(state, side === "both sides" ? "read" : "delivered");
  });
}

Deno.test("DirectDriver repeats a receipt that was not answered before a restart", async () => {
  const [redKey, blueKey] = [await makeKey(), await makeKey()];
  const id = (key: PrivateKey) => peerIdFromPrivateKey(key).toString();
  using histories = new DisposableStack();
  const redHistory = histories.use(openHistory(":memory:", id(redKey), 0));
  const blueHistory = histories.use(openHistory(":memory:", id(blueKey), 0));
  {
    await using red = await Peer.start({ key: redKey, history: redHistory });
    await using blue = await Peer.start({ key: blueKey, history: blueHistory });
    await red.send(blue, "seen?");
    await red.dial(blue);
    await red.until(() => red.delivered().length === 1);
  }
  blueHistory.readMarks.markRead(blueHistory.readMarks.unread(10), 1, { receipt: true });
  await using red = await Peer.start({ key: redKey, history: redHistory });
  await using blue = await Peer.start({ key: blueKey, history: blueHistory });
  await blue.dial(red);
  await red.until(() => red.states.some(({ state }) => state === "read"));
});

for (const code of ["storage-busy", "storage-failed"] as const) {
  Deno.test(`DirectDriver goes on after \`${code}\` at either side, without a new stream`, async () => {
    const failing = (rounds: number) => {
      let left = rounds;
      return () => {
        if (left-- > 0) throw new ChatError(code, "not now");
      };
    };
    const [onAccept, onRecord, onLoad] = [failing(2), failing(2), failing(2)];
    await using blue = await Peer.start({
      store: (real) => ({ accept: (...args) => (onAccept(), real.accept(...args)) }),
    });
    await using red = await Peer.start({
      store: (real) => ({
        waiting: (...args) => (onLoad(), real.waiting(...args)),
        record: (...args) => (onRecord(), real.record(...args)),
      }),
    });
    await red.dial(blue);
    for (let index = 0; index < 5; index++) await red.send(blue, `message ${index}`);
    await red.until(() => red.delivered().length === 5);
    assertEquals(blue.texts(), red.delivered());
    assertEquals(red.interruptions, []);
    assertEquals(
      new Set([...red.troubles, ...blue.troubles]),
      new Set([
        "the database failed; trying again",
      ]),
    );
  });
}

Deno.test("DirectDriver.save() waits while the database is locked", async () => {
  let left = 3;
  await using red = await Peer.start({
    store: (real) => ({
      enqueue: (...args) => {
        if (left-- > 0) throw new ChatError("storage-busy", "locked");
        return real.enqueue(...args);
      },
    }),
  });
  await using blue = await Peer.start();
  const saved = await Promise.all(["one", "two", "three"].map((text) => red.send(blue, text)));
  assertEquals(saved.map(({ text }) => text), ["one", "two", "three"]);
  assert(left < 0);
});

Deno.test("DirectDriver.save() is given up with its signal, and nothing is saved", async () => {
  await using red = await Peer.start({
    store: () => ({
      enqueue: () => {
        throw new ChatError("storage-busy", "locked");
      },
    }),
  });
  const controller = new AbortController();
  const conversation = { kind: "peer", peerId: "somebody" } as const;
  const draft = { conversation, id: v7(), text: "never", sentAt: 0, replyTo: undefined };
  const saving = red.direct.save(draft, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assertRejects(() => saving, Error, "enough");
  assertEquals(red.history.list({ limit: 1 }), []);
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
      encodeAnswers({ acknowledged: [v7()], refused: [], read: [] }),
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
      stream.send(encodeAnswers({ acknowledged: [v7()], refused: [], read: [] }));
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
