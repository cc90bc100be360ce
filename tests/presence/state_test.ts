import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  FRAME_TIMEOUT_MS,
  HELLO_TIMEOUT_MS,
  Presence,
  type PresenceEffect,
  type PresenceEvent,
  RATE_LIMIT,
  RATE_WINDOW_MS,
  REOPEN_CAP_MS,
  TWIN_PROOF_MS,
} from "../../src/presence/state.ts";
import type { PresenceFrame } from "../../src/presence/wire.ts";

/** A presence with a clock that stands still until it is moved. */
class Scene {
  readonly presence = new Presence();
  time = 1_000;

  give(event: PresenceEvent): PresenceEffect[] {
    return this.presence.handle(event, { wall: 1e12 + this.time, monotonic: this.time });
  }

  /** Opens a connection and returns what came of it, a moment later included. */
  open(connection: string, peerId = "ada", path: "direct" | "relayed" = "direct") {
    const address = `/ip4/192.0.2.1/tcp/${connection.length}`;
    return [
      ...this.give({ type: "opened", connection, peerId, address, path }),
      ...this.give({ type: "timer" }),
    ];
  }

  hello(connection: string, name = "Ada", instance = "") {
    return this.read(connection, { type: "hello", name, instance });
  }

  read(connection: string, ...frames: PresenceFrame[]) {
    return this.give({ type: "read", connection, frames, unfinished: false });
  }

  close(connection: string) {
    return this.give({ type: "closed", connection });
  }
}

const kinds = (effects: PresenceEffect[]) => effects.map(({ type }) => type);

const departures = (effects: PresenceEffect[]) =>
  effects.flatMap((effect) =>
    effect.type === "down" ? [[effect.departure, effect.peer.address]] : []
  );

Deno.test("Presence asks for a stream when a connection opens, but not in the same breath", () => {
  const scene = new Scene();
  const address = "/ip4/192.0.2.1/tcp/7000";
  const opened = { connection: "c1", peerId: "ada", address, path: "direct" } as const;
  assertEquals(scene.give({ type: "opened", ...opened }), []);
  assertEquals(scene.presence.wakeAt, scene.time);
  assertEquals(scene.give({ type: "timer" }), [{ type: "open", connection: "c1" }]);
  assertEquals(scene.give({ type: "timer" }), []);
});

Deno.test("Presence reports a peer as up with its first Hello, not before", () => {
  const scene = new Scene();
  scene.open("c1");
  assertEquals(scene.presence.peers(), []);
  assertEquals(kinds(scene.hello("c1")), ["hello", "up"]);
  assertEquals(scene.presence.peers(), [{
    peerId: "ada",
    name: "Ada",
    address: "/ip4/192.0.2.1/tcp/2",
    path: "direct",
    roundTripMs: undefined,
    connectedSince: 1e12 + 1_000,
    lastSeen: 1e12 + 1_000,
  }]);
});

Deno.test("Presence takes another Hello as a new name", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.hello("c1");
  assertEquals(kinds(scene.hello("c1", "Countess")), ["hello"]);
  assertEquals(scene.presence.name("ada"), "Countess");
});

Deno.test("Presence makes one active peer of several connections", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.open("c2");
  scene.hello("c1");
  assertEquals(kinds(scene.hello("c2")), ["hello"]);
  assertEquals(scene.presence.peers().length, 1);
  assertEquals(scene.close("c2"), []);
  assertEquals(kinds(scene.close("c1")), ["down"]);
  assertEquals(scene.presence.peers(), []);
});

Deno.test("Presence says Hello on every connection: an older one may be half open", () => {
  const scene = new Scene();
  assertEquals(scene.open("c1"), [{ type: "open", connection: "c1" }]);
  scene.give({ type: "sending", connection: "c1" });
  assertEquals(scene.open("c2"), [{ type: "open", connection: "c2" }]);
  scene.give({ type: "sending", connection: "c2" });
  assertEquals(scene.close("c1"), []);
  assertEquals(scene.give({ type: "timer" }), []);
});

Deno.test("Presence shows the direct connection as the one in use", () => {
  const scene = new Scene();
  scene.open("relay", "ada", "relayed");
  scene.open("c2", "ada", "direct");
  scene.hello("relay");
  assertEquals(scene.presence.peers()[0]?.path, "direct");
  scene.close("c2");
  assertEquals(scene.presence.peers()[0]?.path, "relayed");
});

Deno.test("Presence reports a goodbye at once and closes every connection", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.open("c2");
  scene.hello("c1");
  const effects = scene.read("c1", { type: "goodbye" });
  assertEquals(kinds(effects), ["down", "close", "close"]);
  assertEquals(departures(effects), [["goodbye", "/ip4/192.0.2.1/tcp/2"]]);
  assertEquals(scene.close("c1"), []);
  assertEquals(scene.hello("c2"), []);
});

Deno.test("Presence lets a peer come back after its goodbye while old connections close", () => {
  const scene = new Scene();
  scene.open("old");
  scene.hello("old");
  scene.read("old", { type: "goodbye" });
  scene.open("new");
  assertEquals(kinds(scene.hello("new")), ["hello", "up"]);
  assertEquals(scene.close("old"), []);
  assertEquals(scene.presence.peers().length, 1);
});

Deno.test("Presence says closed when the peer closed its stream before the connection went", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.give({ type: "stream-opened", connection: "c1" });
  scene.hello("c1");
  scene.give({ type: "stream-closed", connection: "c1" });
  assertEquals(departures(scene.close("c1")), [["closed", "/ip4/192.0.2.1/tcp/2"]]);
});

Deno.test("Presence says lost when the connection goes without a word", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.give({ type: "stream-opened", connection: "c1" });
  scene.hello("c1");
  assertEquals(departures(scene.close("c1")), [["lost", "/ip4/192.0.2.1/tcp/2"]]);
});

Deno.test("Presence says lost when the peer had moved to another stream before it vanished", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.open("c2");
  scene.give({ type: "stream-opened", connection: "c1" });
  scene.hello("c1");
  scene.give({ type: "stream-closed", connection: "c1" });
  scene.give({ type: "stream-opened", connection: "c2" });
  scene.close("c1");
  assertEquals(departures(scene.close("c2")), [["lost", "/ip4/192.0.2.1/tcp/2"]]);
});

Deno.test("Presence reports a peer without the protocol once, and never as up", () => {
  const scene = new Scene();
  scene.open("c1");
  const refused = { type: "not-sending", connection: "c1", unsupported: true } as const;
  assertEquals(scene.give(refused), [{
    type: "foreign",
    peerId: "ada",
    address: "/ip4/192.0.2.1/tcp/2",
    reason: "unsupported",
  }]);
  scene.time += HELLO_TIMEOUT_MS;
  assertEquals(scene.give({ type: "timer" }), []);
  assertEquals(scene.close("c1"), []);
});

Deno.test("Presence opens no stream to a peer in the moment in which it reports it", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.give({ type: "sending", connection: "c1" });
  scene.time += HELLO_TIMEOUT_MS;
  const address = "/ip4/192.0.2.1/tcp/7001";
  scene.give({ type: "not-sending", connection: "c1", unsupported: false });
  scene.give({ type: "opened", connection: "c2", peerId: "ada", address, path: "direct" });
  assertEquals(kinds(scene.give({ type: "timer" })), ["foreign"]);
});

Deno.test("Presence reports a peer that never says Hello when its time is over", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.give({ type: "sending", connection: "c1" });
  assertEquals(scene.presence.wakeAt, 1_000 + HELLO_TIMEOUT_MS);
  scene.time += HELLO_TIMEOUT_MS;
  assertEquals(kinds(scene.give({ type: "timer" })), ["foreign"]);
  assertEquals(scene.presence.wakeAt, Infinity);
});

Deno.test("Presence opens a lost stream again after 1 s, 2 s, 4 s, up to 60 s", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.hello("c1");
  const waits: number[] = [];
  for (let turn = 0; turn < 8; turn++) {
    scene.give({ type: "not-sending", connection: "c1", unsupported: false });
    waits.push(scene.presence.wakeAt - scene.time);
    scene.time = scene.presence.wakeAt;
    assertEquals(scene.give({ type: "timer" }), [{ type: "open", connection: "c1" }]);
  }
  assertEquals(waits, [1e3, 2e3, 4e3, 8e3, 16e3, 32e3, REOPEN_CAP_MS, REOPEN_CAP_MS]);
});

Deno.test("Presence cuts a peer that floods, over whatever connection and stream", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.open("c2");
  for (let sent = 0; sent < RATE_LIMIT; sent++) {
    scene.hello(sent % 2 === 0 ? "c1" : "c2");
  }
  const effects = scene.give({ type: "stream-opened", connection: "c2" });
  assertEquals(kinds(effects), ["down", "cut", "cut"]);
  assertEquals(scene.close("c1"), []);
});

Deno.test("Presence lets a peer send as many frames as the limit in every window", () => {
  const scene = new Scene();
  scene.open("c1");
  for (let sent = 0; sent < 5 * RATE_LIMIT; sent++) {
    assertEquals(kinds(scene.hello("c1")).at(-1), sent === 0 ? "up" : "hello");
    scene.time += RATE_WINDOW_MS / RATE_LIMIT;
  }
});

Deno.test("Presence resets a stream whose frame never ends, however its bytes drip", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.hello("c1");
  for (let second = 0; second < FRAME_TIMEOUT_MS / 1_000; second++) {
    scene.give({ type: "read", connection: "c1", frames: [], unfinished: true });
    assertEquals(scene.give({ type: "timer" }), []);
    scene.time += 1_000;
  }
  assertEquals(scene.presence.wakeAt, scene.time);
  assertEquals(scene.give({ type: "timer" }), [{ type: "reset", connection: "c1" }]);
  assertEquals(scene.presence.wakeAt, Infinity);
});

Deno.test("Presence gives every frame its own time", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.give({ type: "read", connection: "c1", frames: [], unfinished: true });
  scene.time += FRAME_TIMEOUT_MS - 1;
  const frames = [{ type: "hello" as const, name: "Ada", instance: "" }];
  scene.give({ type: "read", connection: "c1", frames, unfinished: true });
  assertEquals(scene.presence.wakeAt, scene.time + FRAME_TIMEOUT_MS);
  scene.give({ type: "read", connection: "c1", frames, unfinished: false });
  assertEquals(scene.presence.wakeAt, Infinity);
});

Deno.test("Presence updates lastSeen on any sign, and keeps the round trip", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.hello("c1");
  scene.time += 10;
  scene.give({ type: "measured", connection: "c1", roundTripMs: 7 });
  assertEquals(scene.presence.peers()[0]?.roundTripMs, 7);
  assertEquals(scene.presence.peers()[0]?.lastSeen, 1e12 + 1_010);
  scene.time += 10;
  scene.give({ type: "seen", peerId: "ada" });
  assertEquals(scene.presence.peers()[0]?.lastSeen, 1e12 + 1_020);
});

Deno.test("Presence reports nothing more once this node is leaving", () => {
  const scene = new Scene();
  scene.open("c1");
  scene.hello("c1");
  scene.give({ type: "leaving" });
  assertEquals(scene.presence.peers(), []);
  assertEquals(scene.close("c1"), []);
  assertEquals(scene.open("c2"), []);
  assertEquals(scene.presence.wakeAt, Infinity);
});

Deno.test("Presence alternates up and down, and is empty when all connections are gone", () => {
  const connection = fc.integer({ min: 0, max: 5 }).map((n) => `c${n}`);
  const event: fc.Arbitrary<PresenceEvent> = fc.oneof(
    connection.map((id) => ({
      type: "opened" as const,
      connection: id,
      peerId: Number(id[1]) % 2 === 0 ? "ada" : "bob",
      address: "/ip4/192.0.2.1/tcp/1",
      path: "direct" as const,
    })),
    fc.record({ type: fc.constant("closed" as const), connection }),
    fc.record({
      type: fc.constant("read" as const),
      connection,
      frames: fc.array(fc.oneof(
        fc.constant({ type: "hello" as const, name: "x", instance: "" }),
        fc.constant({ type: "goodbye" as const }),
      )),
      unfinished: fc.boolean(),
    }),
    fc.record({ type: fc.constant("stream-opened" as const), connection }),
    fc.record({ type: fc.constant("stream-closed" as const), connection }),
    fc.record({ type: fc.constant("sending" as const), connection }),
    fc.record({
      type: fc.constant("not-sending" as const),
      connection,
      unsupported: fc.boolean(),
    }),
    fc.constant({ type: "timer" as const }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(event, fc.nat(20_000)), { maxLength: 200, size: "max" }),
      (events) => {
        const scene = new Scene();
        const up = new Set<string>();
        const foreign = new Set<string>();
        const watch = (effects: PresenceEffect[]) => {
          for (const effect of effects) {
            if (effect.type === "up") {
              assert(!up.has(effect.peer.peerId));
              up.add(effect.peer.peerId);
            } else if (effect.type === "down") assert(up.delete(effect.peer.peerId));
            else if (effect.type === "foreign") foreign.add(effect.peerId);
          }
          assertEquals(new Set(scene.presence.peers().map(({ peerId }) => peerId)), up);
        };
        for (const [given, later] of events) {
          scene.time += later;
          watch(scene.give(given));
          assert(scene.presence.wakeAt > scene.time || given.type !== "timer");
        }
        for (let id = 0; id <= 5; id++) watch(scene.close(`c${id}`));
        assertEquals(up.size, 0);
        assertEquals(scene.presence.wakeAt, Infinity);
      },
    ),
  );
});

/** Opens two connections of one peer, on which two runs of a node say Hello. */
function twins(scene: Scene, instances: readonly [string, string]) {
  scene.open("c1");
  scene.hello("c1", "Ada", instances[0]);
  scene.time += 60_000;
  scene.open("c2");
  return scene.hello("c2", "Ada", instances[1]);
}

Deno.test("Presence tells two nodes with one identity, once, when both are known to live", () => {
  const scene = new Scene();
  const life = (connection: string) =>
    scene.give({ type: "measured", connection, roundTripMs: 1 })
      .map((effect) => effect.type === "twins" ? [...effect.connections].sort() : effect.type);
  assertEquals(kinds(twins(scene, ["aa", "bb"])), ["hello"]);
  // It may have been on its way when the first node was killed.
  assertEquals(life("c1"), []);
  scene.time += TWIN_PROOF_MS;
  assertEquals(life("c2"), []);
  assertEquals(life("c1"), [["c1", "c2"]]);
  scene.time += TWIN_PROOF_MS;
  assertEquals([...life("c1"), ...life("c2")], []);
});

Deno.test("Presence takes no restarted node, and no second connection of one, for a twin", () => {
  for (const instances of [["aa", "aa"], ["", "bb"], ["aa", ""], ["", ""]] as const) {
    const scene = new Scene();
    twins(scene, instances);
    scene.time += TWIN_PROOF_MS;
    for (const connection of ["c1", "c2"]) {
      assertEquals(scene.give({ type: "measured", connection, roundTripMs: 1 }), []);
    }
  }
  const scene = new Scene();
  twins(scene, ["aa", "bb"]);
  scene.close("c1");
  scene.time += TWIN_PROOF_MS;
  assertEquals(scene.give({ type: "measured", connection: "c2", roundTripMs: 1 }), []);
});

Deno.test("Presence reports once what a peer that is up says of a twin", () => {
  const scene = new Scene();
  scene.open("c1");
  assertEquals(scene.read("c1", { type: "twin" }), []);
  scene.hello("c1");
  assertEquals(kinds(scene.read("c1", { type: "twin" })), ["told-of-twin"]);
  assertEquals(scene.read("c1", { type: "twin" }), []);
});
