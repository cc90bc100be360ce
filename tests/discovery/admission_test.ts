import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  Admission,
  type AdmissionEvent,
  MAX_CANDIDATES,
  MAX_PARALLEL_DIALS,
  RETRY_BASE_MS,
  RETRY_CAP_MS,
  STABLE_CONNECTION_MS,
  WANTED_CONNECTIONS,
} from "../../src/discovery/admission.ts";

/** An admission with a clock that stands still until it is moved. */
class Scene {
  readonly admission = new Admission("self");
  time = 1_000;

  /** Gives an event and returns the peers to dial. */
  give(event: AdmissionEvent): string[] {
    return this.admission.handle(event, this.time).map(({ peerId }) => peerId);
  }

  discover(peerId: string, ...addresses: string[]): string[] {
    if (addresses.length === 0) addresses.push("/ip4/192.0.2.7/tcp/7000");
    return this.give({ type: "discovered", peerId, addresses, loopback: false });
  }

  /** Moves the clock to the next time that matters. */
  wake(): string[] {
    assert(this.admission.wakeAt < Infinity);
    this.time = this.admission.wakeAt;
    return this.give({ type: "timer" });
  }
}

Deno.test("Admission dials a discovered peer at once, at the addresses that can be dialled", () => {
  const scene = new Scene();
  const addresses = ["/ip4/127.0.0.1/tcp/22", "/ip4/192.0.2.7/tcp/7000", "/ip4/192.0.2.7/udp/1"];
  const discovered = { type: "discovered", peerId: "p", addresses, loopback: false } as const;
  assertEquals(scene.admission.handle(discovered, 0), [
    { type: "dial", peerId: "p", addresses: ["/ip4/192.0.2.7/tcp/7000"] },
  ]);
});

Deno.test("Admission dials neither this node, nor a connected peer, nor one without an address", () => {
  const scene = new Scene();
  scene.give({ type: "connected", peerId: "p" });
  assertEquals(scene.discover("self"), []);
  assertEquals(scene.discover("p"), []);
  assertEquals(scene.discover("q", "/ip4/127.0.0.1/tcp/22"), []);
  assertEquals(scene.admission.size, 0);
});

Deno.test("Admission dials a peer once in 60 s, whatever it announces", () => {
  const scene = new Scene();
  assertEquals(scene.discover("p"), ["p"]);
  scene.give({ type: "failed", peerId: "p" });
  for (let second = 1; second < 60; second++) {
    scene.time = 1_000 + second * 1_000;
    assertEquals(scene.discover("p", `/ip4/192.0.2.7/tcp/${second}`), []);
  }
  assertEquals(scene.admission.wakeAt, 1_000 + RETRY_BASE_MS);
  assertEquals(scene.wake(), ["p"]);
});

Deno.test("Admission waits longer after every failure, up to an hour", () => {
  const scene = new Scene();
  scene.discover("p");
  const waits: number[] = [];
  for (let failure = 0; failure < 8; failure++) {
    scene.give({ type: "failed", peerId: "p" });
    scene.discover("p");
    waits.push(scene.admission.wakeAt - scene.time);
    assertEquals(scene.wake(), ["p"]);
  }
  const minutes = waits.map((wait) => wait / 60_000);
  assertEquals(minutes, [1, 2, 4, 8, 16, 32, RETRY_CAP_MS / 60_000, RETRY_CAP_MS / 60_000]);
});

Deno.test("Admission does not dial a peer again that nobody announced since", () => {
  const scene = new Scene();
  scene.discover("p");
  scene.give({ type: "failed", peerId: "p" });
  assertEquals(scene.admission.wakeAt, Infinity);
});

Deno.test("Admission dials a good peer at once when it is announced after it was lost", () => {
  const scene = new Scene();
  scene.discover("p");
  scene.give({ type: "connected", peerId: "p" });
  scene.give({ type: "dialled", peerId: "p" });
  scene.time += STABLE_CONNECTION_MS;
  assertEquals(scene.give({ type: "lost", peerId: "p" }), []);
  assertEquals(scene.discover("p", "/ip4/192.0.2.7/tcp/7001"), ["p"]);
});

Deno.test("Admission makes a peer wait that accepts and hangs up", () => {
  const scene = new Scene();
  scene.discover("p");
  scene.give({ type: "connected", peerId: "p" });
  scene.give({ type: "dialled", peerId: "p" });
  scene.give({ type: "lost", peerId: "p" });
  assertEquals(scene.discover("p"), []);
  assertEquals(scene.admission.wakeAt, 1_000 + RETRY_BASE_MS);
});

Deno.test("Admission tries the most recently announced addresses first, 8 at most", () => {
  const scene = new Scene();
  scene.discover("p", ...Array.from({ length: 8 }, (_, n) => `/ip4/192.0.2.7/tcp/${n + 1}`));
  scene.give({ type: "failed", peerId: "p" });
  scene.discover("p", "/ip4/192.0.2.7/tcp/7000", "/ip4/192.0.2.7/tcp/2");
  scene.time = scene.admission.wakeAt;
  const [effect] = scene.admission.handle({ type: "timer" }, scene.time);
  const ports = effect?.addresses.map((address) => address.split("/").at(-1));
  assertEquals(ports, ["7000", "2", "1", "3", "4", "5", "6", "7"]);
});

Deno.test("Admission stops at 32 connections, and goes on when one is lost", () => {
  const scene = new Scene();
  for (let n = 0; n < WANTED_CONNECTIONS; n++) {
    scene.give({ type: "connected", peerId: `connected ${n}` });
  }
  assertEquals(scene.discover("p"), []);
  assertEquals(scene.admission.wakeAt, Infinity);
  assertEquals(scene.give({ type: "lost", peerId: "connected 3" }), ["p"]);
});

Deno.test("Admission counts a peer that connected during its dial once", () => {
  const scene = new Scene();
  for (let n = 0; n < WANTED_CONNECTIONS - 2; n++) {
    scene.give({ type: "connected", peerId: `connected ${n}` });
  }
  assertEquals(scene.discover("p"), ["p"]);
  scene.give({ type: "connected", peerId: "p" });
  assertEquals(scene.discover("q"), ["q"]);
  assertEquals(scene.discover("r"), []);
});

Deno.test("Admission dials those first that failed least, then those that waited longest", () => {
  const scene = new Scene();
  for (const peerId of ["failed", "recent", "earlier"]) {
    scene.discover(peerId);
    scene.give({ type: peerId === "failed" ? "failed" : "dialled", peerId });
  }
  scene.time += RETRY_BASE_MS;
  assertEquals(scene.discover("recent"), ["recent"]);
  scene.give({ type: "dialled", peerId: "recent" });
  for (let n = 0; n < WANTED_CONNECTIONS; n++) {
    scene.give({ type: "connected", peerId: `connected ${n}` });
  }
  for (const peerId of ["failed", "recent", "earlier", "new"]) scene.discover(peerId);
  scene.time += 10 * RETRY_BASE_MS;
  const order: string[] = [];
  for (let n = 0; n < 4; n++) order.push(...scene.give({ type: "lost", peerId: `connected ${n}` }));
  assertEquals(order, ["new", "earlier", "recent", "failed"]);
});

Deno.test("Admission lets 10,000 announcements cost 1,000 candidates and 8 dials", () => {
  const scene = new Scene();
  let dials = 0;
  for (let n = 0; n < 10_000; n++) dials += scene.discover(`peer ${n}`).length;
  assertEquals(dials, MAX_PARALLEL_DIALS);
  assertEquals(scene.admission.size, MAX_CANDIDATES);
});

Deno.test("Admission finds room for a new peer once one of a flood has failed", () => {
  const scene = new Scene();
  for (let n = 0; n < MAX_CANDIDATES; n++) scene.discover(`fake ${n}`);
  scene.discover("real");
  scene.give({ type: "failed", peerId: "fake 0" });
  assertEquals(scene.discover("real"), []);
  assertEquals(scene.admission.size, MAX_CANDIDATES);
  let turns = 0;
  for (let dialled = ["fake 1"]; !dialled.includes("real"); turns++) {
    assert(turns < MAX_CANDIDATES);
    dialled = scene.give({ type: "failed", peerId: `fake ${turns + 1}` });
  }
});

Deno.test("Admission keeps all its limits, whatever happens", () => {
  const peerId = fc.integer({ min: 0, max: 60 }).map(String);
  const addresses = fc.array(
    fc.tuple(fc.ipV4(), fc.nat(70_000)).map(([ip, port]) => `/ip4/${ip}/tcp/${port}`),
    { maxLength: 12 },
  );
  const event: fc.Arbitrary<AdmissionEvent> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant("discovered" as const),
        peerId,
        addresses,
        loopback: fc.boolean(),
      }),
    },
    ...(["connected", "lost", "dialled", "failed"] as const).map((type) => ({
      weight: 1,
      arbitrary: fc.record({ type: fc.constant(type), peerId }),
    })),
    { weight: 1, arbitrary: fc.constant({ type: "timer" as const }) },
  );
  fc.assert(fc.property(
    fc.array(fc.tuple(event, fc.nat(30_000)), { maxLength: 400, size: "max" }),
    (events) => {
      const scene = new Scene();
      const dialling = new Set<string>();
      const connected = new Set<string>();
      for (const [given, later] of events) {
        scene.time += later;
        // A driver answers only dials that it was asked for.
        if (given.type === "dialled" || given.type === "failed") {
          if (!dialling.delete(given.peerId)) continue;
        } else if (given.type === "connected") connected.add(given.peerId);
        else if (given.type === "lost") connected.delete(given.peerId);
        for (const effect of scene.admission.handle(given, scene.time)) {
          assert(!dialling.has(effect.peerId) && !connected.has(effect.peerId));
          assert(effect.addresses.length >= 1 && effect.addresses.length <= 8);
          dialling.add(effect.peerId);
          assert(new Set([...dialling, ...connected]).size <= WANTED_CONNECTIONS);
        }
        assert(dialling.size <= MAX_PARALLEL_DIALS);
        assert(scene.admission.wakeAt > scene.time);
        assert(scene.admission.size <= MAX_CANDIDATES);
      }
    },
  ));
});
