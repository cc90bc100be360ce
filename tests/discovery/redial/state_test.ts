import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  BACKOFF_CAP_MS,
  MAX_PARALLEL_DIALS,
  type RedialEvent,
  RedialSchedule,
  STABLE_CONNECTION_MS,
} from "../../../src/discovery/redial/state.ts";

/** A schedule with a clock that stands still until it is moved. */
class Scene {
  readonly schedule: RedialSchedule;
  time = 1_000;

  constructor(random: () => number = () => 0) {
    this.schedule = new RedialSchedule(random);
  }

  /** Gives an event and returns the targets to dial. */
  give(event: RedialEvent): string[] {
    return this.schedule.handle(event, this.time).map(({ target }) => target);
  }

  add(target: string, peerId?: string) {
    return this.give({ type: "added", target, peerId, connected: false });
  }

  fail(target: string, error = new Error("refused")) {
    return this.give({ type: "failed", target, error });
  }

  succeed(target: string, peerId: string, connected = true) {
    return this.give({ type: "dialled", target, peerId, connected });
  }

  /** Moves the clock to the next time that matters. */
  wake(): string[] {
    assert(this.schedule.wakeAt < Infinity);
    this.time = this.schedule.wakeAt;
    return this.give({ type: "timer" });
  }

  get wait(): number {
    return this.schedule.wakeAt - this.time;
  }
}

Deno.test("RedialSchedule dials a new target at once, and only once", () => {
  const scene = new Scene();
  assertEquals(scene.add("a"), ["a"]);
  assertEquals(scene.add("a"), []);
  assertEquals(scene.schedule.wakeAt, Infinity);
});

Deno.test("RedialSchedule does not dial a target whose peer is connected", () => {
  const scene = new Scene();
  const added = { type: "added", target: "a", peerId: "p", connected: true } as const;
  assertEquals(scene.give(added), []);
  assertEquals(scene.schedule.allTried, true);
});

Deno.test("RedialSchedule waits at most 1 s, 2 s, 4 s, up to 20 s after failures in a row", () => {
  const scene = new Scene(() => 0);
  scene.add("a");
  const waits: number[] = [];
  for (let failure = 0; failure < 9; failure++) {
    scene.fail("a");
    waits.push(scene.wait);
    assertEquals(scene.wake(), ["a"]);
  }
  assertEquals(waits, [1e3, 2e3, 4e3, 8e3, 16e3, 20e3, 20e3, 20e3, 20e3]);
});

Deno.test("RedialSchedule never gives up, and its waits stay within bounds after any failures", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1 }),
    fc.integer({ min: 1, max: 500 }),
    (draws, failures) => {
      let draw = 0;
      const scene = new Scene(() => draws[draw++ % draws.length] ?? 0);
      scene.add("a");
      for (let failure = 0; failure < failures; failure++) {
        assertEquals(scene.fail("a"), []);
        const longest = Math.min(BACKOFF_CAP_MS, 1_000 * 2 ** failure);
        assert(scene.wait > 0 && scene.wait <= longest);
        assertEquals(scene.wake(), ["a"]);
      }
    },
  ));
});

Deno.test("RedialSchedule dials a lost peer again, after a wait of up to 1 s", () => {
  const scene = new Scene(() => 0.5);
  scene.add("a");
  scene.succeed("a", "p");
  assertEquals(scene.schedule.wakeAt, Infinity);
  scene.time += STABLE_CONNECTION_MS;
  assertEquals(scene.give({ type: "lost", peerId: "p" }), []);
  assertEquals(scene.wait, 500);
  assertEquals(scene.wake(), ["a"]);
});

Deno.test("RedialSchedule backs off from a peer that accepts and hangs up", () => {
  const scene = new Scene();
  scene.add("a");
  const waits: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    scene.succeed("a", "p");
    scene.time += 10;
    scene.give({ type: "lost", peerId: "p" });
    waits.push(scene.wait);
    assertEquals(scene.wake(), ["a"]);
  }
  assertEquals(waits, [1e3, 2e3, 4e3, 8e3]);
});

Deno.test("RedialSchedule takes a connection that was gone before its dial was over as a failure", () => {
  const scene = new Scene();
  scene.add("a");
  assertEquals(scene.succeed("a", "p", false), []);
  assertEquals(scene.wait, 1_000);
});

Deno.test("RedialSchedule keeps a dial that goes on while its peer connects by itself", () => {
  const scene = new Scene();
  scene.add("a", "p");
  assertEquals(scene.give({ type: "connected", peerId: "p" }), []);
  assertEquals(scene.fail("a"), []);
  const [status] = scene.schedule.report();
  assertEquals([status?.phase, status?.lastError], ["connected", undefined]);
  assertEquals(scene.schedule.wakeAt, Infinity);
});

Deno.test("RedialSchedule remembers who answered at an address", () => {
  const scene = new Scene();
  scene.add("/ip4/192.0.2.7/tcp/7000");
  scene.succeed("/ip4/192.0.2.7/tcp/7000", "p");
  scene.time += STABLE_CONNECTION_MS;
  scene.give({ type: "lost", peerId: "p" });
  scene.give({ type: "connected", peerId: "p" });
  assertEquals(scene.schedule.wakeAt, Infinity);
  assertEquals(scene.schedule.report()[0]?.peerId, "p");
});

Deno.test("RedialSchedule tries at once when it is poked, and forgets the failures", () => {
  const scene = new Scene();
  scene.add("a");
  scene.add("b");
  for (const target of ["a", "b", "a", "b", "a", "b"]) {
    scene.fail(target);
    scene.give({ type: "poked", target });
  }
  scene.fail("a");
  assertEquals(scene.wait, 1_000);
  assertEquals(scene.give({ type: "poked", target: "a" }), ["a"]);
});

Deno.test("RedialSchedule dials again at once when a dial fails that was poked on its way", () => {
  const scene = new Scene();
  scene.add("a");
  scene.give({ type: "poked", target: undefined });
  assertEquals(scene.fail("a"), ["a"]);
  assertEquals(scene.fail("a"), [], "one poke is worth one dial");
  assertEquals(scene.wait, 1_000);
});

Deno.test("RedialSchedule does not dial a removed target again", () => {
  const scene = new Scene();
  scene.add("a");
  scene.fail("a");
  assertEquals(scene.give({ type: "removed", target: "a" }), []);
  assertEquals(scene.schedule.wakeAt, Infinity);
  assertEquals(scene.schedule.report(), []);
});

Deno.test("RedialSchedule says when every target was tried", () => {
  const scene = new Scene();
  assertEquals(scene.schedule.allTried, true);
  scene.add("a");
  scene.add("b");
  scene.fail("a");
  assertEquals(scene.schedule.allTried, false);
  scene.succeed("b", "p");
  assertEquals(scene.schedule.allTried, true);
});

Deno.test("RedialSchedule reports attempts, the last error and the times", () => {
  const scene = new Scene();
  const lastError = new Error("refused");
  scene.add("a");
  scene.fail("a", lastError);
  assertEquals(scene.schedule.report(), [{
    target: "a",
    peerId: undefined,
    phase: "waiting",
    attempts: 1,
    lastError,
    lastTried: 1_000,
    nextAttempt: 2_000,
  }]);
});

Deno.test("RedialSchedule keeps to its limit of dials, whatever happens", () => {
  const target = fc.integer({ min: 0, max: 29 }).map(String);
  const event = fc.oneof(
    fc.record({
      type: fc.constant("added" as const),
      target,
      peerId: fc.option(target, { nil: undefined }),
      connected: fc.boolean(),
    }),
    fc.record({ type: fc.constant("removed" as const), target }),
    fc.record({
      type: fc.constant("dialled" as const),
      target,
      peerId: target,
      connected: fc.boolean(),
    }),
    fc.record({
      type: fc.constant("failed" as const),
      target,
      error: fc.constant(new Error("refused")),
    }),
    fc.record({ type: fc.constant("connected" as const), peerId: target }),
    fc.record({ type: fc.constant("lost" as const), peerId: target }),
    fc.record({
      type: fc.constant("poked" as const),
      target: fc.option(target, { nil: undefined }),
    }),
    fc.constant({ type: "timer" as const }),
  );
  fc.assert(fc.property(
    fc.array(fc.tuple(event, fc.nat(5_000)), { maxLength: 300, size: "max" }),
    (events) => {
      const scene = new Scene(Math.random);
      const dialling = new Set<string>();
      for (const [given, later] of events) {
        scene.time += later;
        // A driver answers only dials that it was asked for.
        if (given.type === "dialled" || given.type === "failed") {
          if (!dialling.delete(given.target)) continue;
        }
        if (given.type === "removed") dialling.delete(given.target);
        for (const target of scene.give(given)) {
          assert(!dialling.has(target));
          dialling.add(target);
        }
        assert(dialling.size <= MAX_PARALLEL_DIALS);
        const idle = scene.schedule.report().filter(({ phase }) => phase === "waiting");
        if (idle.length > 0 && dialling.size < MAX_PARALLEL_DIALS) {
          assert(scene.schedule.wakeAt > scene.time && scene.wait <= BACKOFF_CAP_MS);
        }
      }
    },
  ));
});

Deno.test("RedialSchedule starves no target, however many are dead or hang", () => {
  const HANG_MS = 10_000;
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 100, size: "max" }),
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (hangs, draws) => {
        const scene = new Scene(() => draws.next().value);
        const lastTried = new Map<string, number>();
        const ends: { at: number; target: string }[] = [];
        // All before it in the queue may hang, 8 at a time, each for 10 s.
        const patience = BACKOFF_CAP_MS + Math.ceil(hangs.length / MAX_PARALLEL_DIALS) * HANG_MS;
        const start = (targets: string[]) => {
          for (const target of targets) {
            const waited = scene.time - (lastTried.get(target) ?? 1_000);
            assert(waited <= patience + HANG_MS, `${target} waited ${waited} ms`);
            lastTried.set(target, scene.time);
            ends.push({ at: scene.time + (hangs[Number(target)] ? HANG_MS : 1), target });
          }
        };
        hangs.forEach((_, index) => start(scene.add(String(index))));
        while (scene.time < 300_000) {
          ends.sort((a, b) => a.at - b.at);
          const [end] = ends;
          if (end !== undefined && end.at <= scene.schedule.wakeAt) {
            ends.shift();
            scene.time = Math.max(scene.time, end.at);
            start(scene.fail(end.target));
          } else start(scene.wake());
        }
        assertEquals(lastTried.size, hangs.length);
        for (const tried of lastTried.values()) assert(tried > 300_000 - patience - HANG_MS);
      },
    ),
    { numRuns: 30 },
  );
});
