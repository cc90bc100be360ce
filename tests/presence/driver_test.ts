import { dial, type LoopbackNode, loopbackNode, portOf } from "./loopback_node.ts";
import { assert, assertEquals } from "@std/assert";
import type { Connection, Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { FrailLink } from "./frail_link.ts";
import { encodeFrames } from "../../src/framing/mod.ts";
import type { ActivePeer } from "../../src/presence/active_peer.ts";
import { PresenceDriver } from "../../src/presence/driver.ts";
import { encodeHello, PRESENCE_PROTOCOL } from "../../src/presence/wire.ts";

type Report = readonly [what: string, ...details: unknown[]];

/** A started node with presence, and what presence said. */
class Participant implements AsyncDisposable {
  readonly reports: Report[] = [];
  readonly presence: PresenceDriver;
  readonly #changed = new EventTarget();

  private constructor(readonly node: LoopbackNode, name: string) {
    const report = (...said: Report) => {
      this.reports.push(said);
      this.#changed.dispatchEvent(new Event("report"));
    };
    this.presence = new PresenceDriver({
      libp2p: node.libp2p,
      name,
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sourceOf: () => "asked",
      onHello: (_peerId, name) => report("hello", name),
      onUp: (peer) => report("up", peer.name),
      onDown: (peer, departure) => report("down", peer.name, departure),
      instance: crypto.getRandomValues(new Uint8Array(8)),
      onTwins: () => {},
      onToldOfTwin: () => {},
      onForeign: (peerId, _address, reason) => report("foreign", peerId, reason),
      onTrouble: (what, { error }) => report("trouble", what, String(error)),
    });
  }

  static async start(name: string, options?: { pingIntervalMs?: number }): Promise<Participant> {
    const participant = new Participant(await loopbackNode(options), name);
    await participant.presence.start();
    await participant.node.libp2p.start();
    return participant;
  }

  /** Resolves with the first report that begins like this, past or future. */
  async saw(...beginning: Report): Promise<Report> {
    while (true) {
      const report = this.reports.find((said) => beginning.every((part, i) => part === said[i]));
      if (report !== undefined) return report;
      await new Promise((resolve) =>
        this.#changed.addEventListener("report", resolve, { once: true })
      );
    }
  }

  count(what: string): number {
    return this.reports.filter(([said]) => said === what).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.presence[Symbol.asyncDispose]();
    await this.node[Symbol.asyncDispose]();
  }
}

async function together(a: Participant, b: Participant): Promise<void> {
  await dial(a.node, b.node);
  await Promise.all([a.saw("up"), b.saw("up")]);
}

/** Resolves when `target` dispatches `type`. */
function once(target: EventTarget, type: string): Promise<unknown> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }));
}

Deno.test("PresenceDriver shows two connected nodes to each other by name", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  const before = Date.now();
  await together(ada, bob);

  assertEquals(ada.reports, [["hello", "Bob"], ["up", "Bob"]]);
  assertEquals(bob.reports, [["hello", "Ada"], ["up", "Ada"]]);
  const [peer, ...rest] = ada.presence.peers();
  assertEquals(rest, []);
  const expected: Partial<ActivePeer> = {
    peerId: bob.node.peerId,
    name: "Bob",
    address: `/ip4/127.0.0.1/tcp/${portOf(bob.node)}`,
    path: "direct",
    roundTripMs: undefined,
    source: "asked",
  };
  assertEquals({ ...peer, ...expected }, peer);
  assert(peer !== undefined && peer.connectedSince >= before && peer.lastSeen <= Date.now());
  assertEquals(ada.presence.name(bob.node.peerId), "Bob");
  assertEquals(ada.presence.name(ada.node.peerId), undefined);
});

Deno.test("PresenceDriver takes up connections that are older than it", async () => {
  await using ada = await Participant.start("Ada");
  await using late = await loopbackNode();
  const early = Promise.withResolvers<void>();
  await late.libp2p.handle(PRESENCE_PROTOCOL, (stream) => {
    stream.abort(new Error("not yet"));
    early.resolve();
  });
  await late.libp2p.start();
  await dial(late, ada.node);
  await early.promise;
  await late.libp2p.unhandle(PRESENCE_PROTOCOL);
  const { promise: up, resolve } = Promise.withResolvers<ActivePeer>();
  await using presence = new PresenceDriver({
    libp2p: late.libp2p,
    name: "Late",
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sourceOf: () => "inbound",
    onHello: () => {},
    onUp: resolve,
    onDown: () => {},
    instance: crypto.getRandomValues(new Uint8Array(8)),
    onTwins: () => {},
    onToldOfTwin: () => {},
    onForeign: () => {},
    onTrouble: () => {},
  });
  await presence.start();
  await ada.saw("up", "Late");
  // Ada opens her stream again after the one that was aborted.
  assertEquals((await up).name, "Ada");
});

Deno.test("PresenceDriver tells a goodbye at once, and the connection is closed", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  await together(ada, bob);
  const closed = once(ada.node.libp2p, "peer:disconnect");

  await ada.presence.goodbye({ signal: AbortSignal.timeout(5_000) });

  await bob.saw("down", "Ada", "goodbye");
  await closed;
  assertEquals(bob.presence.peers(), []);
  assertEquals(ada.presence.peers(), []);
  assertEquals(ada.count("down"), 0);
  assertEquals(bob.count("down"), 1);
});

Deno.test("PresenceDriver says goodbye to a peer that does not answer, and does not fail", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  await using link = new FrailLink(portOf(bob.node));
  await ada.node.libp2p.dial(multiaddr(`/ip4/127.0.0.1/tcp/${link.port}`));
  await Promise.all([ada.saw("up"), bob.saw("up")]);
  link.fallSilent();
  await ada.presence.goodbye({ signal: AbortSignal.abort() });
  assertEquals(ada.presence.peers(), []);
});

Deno.test("PresenceDriver says goodbye on a connection that is so new that it has no stream yet", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  await together(ada, bob);
  const older = ada.node.libp2p.getConnections();
  const opened = Promise.withResolvers<void>();
  const mayGoOn = Promise.withResolvers<void>();
  ada.node.libp2p.addEventListener("connection:open", ({ detail }: CustomEvent<Connection>) => {
    const newStream = detail.newStream.bind(detail);
    detail.newStream = async (...args) => {
      const stream = await newStream(...args);
      opened.resolve();
      await mayGoOn.promise;
      return stream;
    };
  });
  await dial(bob.node, ada.node, { force: true });
  await opened.promise;
  for (const connection of older) connection.abort(new Error("test"));
  const farewell = ada.presence.goodbye({ signal: AbortSignal.timeout(5_000) });
  mayGoOn.resolve();
  await farewell;
  await ada.node.libp2p.stop();
  assertEquals(await bob.saw("down"), ["down", "Ada", "goodbye"]);
});

Deno.test("PresenceDriver does not wait with its goodbye for a stream that does not open", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  const opening = Promise.withResolvers<void>();
  ada.node.libp2p.addEventListener("connection:open", ({ detail }: CustomEvent<Connection>) => {
    detail.newStream = (_protocol, { signal } = {}) => {
      opening.resolve();
      const never = Promise.withResolvers<Stream>();
      signal?.addEventListener("abort", () => never.reject(signal.reason));
      return never.promise;
    };
  });
  await dial(ada.node, bob.node);
  await opening.promise;
  await ada.presence.goodbye({ signal: AbortSignal.abort() });
});

Deno.test("PresenceDriver says closed when a peer stops without a goodbye", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  await together(ada, bob);
  await ada.node.libp2p.stop();
  await bob.saw("down", "Ada", "closed");
});

Deno.test("PresenceDriver says closed when a peer is disposed of before it stops", async () => {
  await using bob = await Participant.start("Bob");
  {
    await using ada = await Participant.start("Ada");
    await together(ada, bob);
  }
  await bob.saw("down", "Ada", "closed");
});

Deno.test("PresenceDriver says lost when a peer resets the connection", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  await together(ada, bob);
  for (const connection of ada.node.libp2p.getConnections()) connection.abort(new Error("test"));
  await bob.saw("down", "Ada", "lost");
});

Deno.test("PresenceDriver says lost when the socket ends as that of a killed process", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  await using link = new FrailLink(portOf(bob.node));
  await ada.node.libp2p.dial(multiaddr(`/ip4/127.0.0.1/tcp/${link.port}`));
  await Promise.all([ada.saw("up"), bob.saw("up")]);
  link.cut();
  await Promise.all([ada.saw("down", "Bob", "lost"), bob.saw("down", "Ada", "lost")]);
});

Deno.test("PresenceDriver says lost when the network drops everything", async () => {
  await using ada = await Participant.start("Ada", { pingIntervalMs: 100 });
  await using bob = await Participant.start("Bob");
  await using link = new FrailLink(portOf(bob.node));
  await ada.node.libp2p.dial(multiaddr(`/ip4/127.0.0.1/tcp/${link.port}`));
  await Promise.all([ada.saw("up"), bob.saw("up")]);
  link.fallSilent();
  await ada.saw("down", "Bob", "lost");
});

Deno.test("PresenceDriver makes one peer of two connections, and moves to the one that lives", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  await together(ada, bob);
  const first = ada.node.libp2p.getConnections();
  const second = once(ada.node.libp2p, "connection:open");
  await dial(bob.node, ada.node, { force: true });
  await second;

  await Promise.all(first.map((connection) => connection.close()));
  ada.presence.rename("Countess");
  bob.presence.rename("Babbage");

  // The streams are opened again on the second connection, and say the names of now.
  await Promise.all([ada.saw("hello", "Babbage"), bob.saw("hello", "Countess")]);
  assertEquals([ada.count("up"), bob.count("up")], [1, 1]);
  assertEquals([ada.count("down"), bob.count("down")], [0, 0]);
  assertEquals(bob.presence.peers().map(({ name }) => name), ["Countess"]);

  for (const connection of ada.node.libp2p.getConnections()) await connection.close();
  await bob.saw("down");
  assertEquals(bob.count("down"), 1);
});

Deno.test("PresenceDriver makes one peer of simultaneous dials", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  await Promise.all([
    dial(ada.node, bob.node, { force: true }),
    dial(bob.node, ada.node, { force: true }),
  ]);
  await Promise.all([ada.saw("up"), bob.saw("up")]);
  assertEquals([ada.presence.peers().length, bob.presence.peers().length], [1, 1]);
  assertEquals([ada.count("up"), bob.count("up")], [1, 1]);
});

Deno.test("PresenceDriver reports a peer that does not speak the protocol", async () => {
  await using ada = await Participant.start("Ada");
  await using stranger = await loopbackNode();
  await stranger.libp2p.start();
  await dial(ada.node, stranger);
  assertEquals(await ada.saw("foreign"), ["foreign", stranger.peerId, "unsupported"]);
  assertEquals(ada.presence.peers(), []);
});

Deno.test("PresenceDriver takes round trips from where libp2p's monitor puts them", async () => {
  await using ada = await Participant.start("Ada");
  await using bob = await Participant.start("Bob");
  await together(ada, bob);
  for (const connection of ada.node.libp2p.getConnections()) connection.rtt = 12;
  assertEquals(ada.presence.peers()[0]?.roundTripMs, 12);
  assertEquals(ada.presence.peers()[0]?.roundTripMs, 12);
});

Deno.test("PresenceDriver resets a second stream of a peer, and keeps the first", async () => {
  await using bob = await Participant.start("Bob");
  await using mallory = await loopbackNode();
  await mallory.libp2p.start();
  const connection = await dial(mallory, bob.node);
  const first = await connection.newStream(PRESENCE_PROTOCOL);
  first.send(encodeHello("Mallory"));
  await bob.saw("up", "Mallory");

  const second = await connection.newStream(PRESENCE_PROTOCOL);
  if (second.status === "open") await once(second, "close");
  first.send(encodeHello("still here"));
  await bob.saw("hello", "still here");
});

Deno.test("PresenceDriver cuts a peer that floods", async () => {
  await using bob = await Participant.start("Bob");
  await using mallory = await loopbackNode();
  await mallory.libp2p.start();
  const connection = await dial(mallory, bob.node);
  const stream = await connection.newStream(PRESENCE_PROTOCOL);
  const gone = once(connection, "close");
  for (let sent = 0; sent < 20; sent++) stream.send(encodeHello(`Mallory ${sent}`));
  await bob.saw("down");
  await gone;
  assert(bob.count("hello") <= 10);
});

for (
  const [what, bytes] of [
    ["a frame over the limit", encodeFrames([new Uint8Array(4_097)])],
    ["a frame of another protocol", encodeFrames([Uint8Array.of(0x22, 0x00)])],
    ["a length of 0xFFFFFFFF", Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)],
    ["a name that is not UTF-8", encodeFrames([Uint8Array.of(0x0a, 3, 0x0a, 1, 0xff)])],
  ] as const
) {
  Deno.test(`PresenceDriver resets the stream, not the peer, for ${what}`, async () => {
    await using bob = await Participant.start("Bob");
    await using mallory = await loopbackNode();
    await mallory.libp2p.start();
    const connection = await dial(mallory, bob.node);
    const stream = await connection.newStream(PRESENCE_PROTOCOL);
    stream.send(encodeHello("Mallory"));
    await bob.saw("up", "Mallory");
    const reset = once(stream, "close");
    stream.send(bytes);
    await bob.saw("trouble");
    await reset;
    assertEquals(bob.presence.peers().map(({ name }) => name), ["Mallory"]);
  });
}

Deno.test("PresenceDriver goes on when the node fails to take a report", async () => {
  await using bob = await Participant.start("Bob");
  await using node = await loopbackNode();
  const up = Promise.withResolvers<ActivePeer>();
  const troubles: unknown[] = [];
  const full = new Error("disk full");
  await using presence = new PresenceDriver({
    libp2p: node.libp2p,
    name: "Ada",
    now: () => Date.now(),
    monotonic: () => performance.now(),
    sourceOf: () => "asked",
    onHello: () => {
      throw full;
    },
    onUp: up.resolve,
    onDown: () => {},
    instance: crypto.getRandomValues(new Uint8Array(8)),
    onTwins: () => {},
    onToldOfTwin: () => {},
    onForeign: () => {},
    onTrouble: (_what, { error }) => troubles.push(error),
  });
  await presence.start();
  await node.libp2p.start();
  await dial(node, bob.node);
  assertEquals((await up.promise).name, "Bob");
  assertEquals(troubles, [full]);
});

Deno.test("PresenceDriver leaves the other side connected when it is disposed of alone", async () => {
  await using bob = await Participant.start("Bob");
  await using node = await loopbackNode();
  const quiet = () => {};
  {
    await using presence = new PresenceDriver({
      libp2p: node.libp2p,
      name: "Ada",
      now: () => Date.now(),
      monotonic: () => performance.now(),
      sourceOf: () => "inbound",
      onHello: quiet,
      onUp: quiet,
      onDown: quiet,
      instance: crypto.getRandomValues(new Uint8Array(8)),
      onTwins: () => {},
      onToldOfTwin: () => {},
      onForeign: quiet,
      onTrouble: quiet,
    });
    await presence.start();
    await node.libp2p.start();
    await dial(node, bob.node);
    await bob.saw("up", "Ada");
  }
  assertEquals(bob.count("down"), 0);
  assertEquals(node.libp2p.getConnections().length, 1);
});
