import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ANSWER_INTERVAL_MS,
  ASK_INTERVAL_MS,
  ExchangeSchedule,
  JITTER,
  SECOND_ASK_MS,
} from "../../../src/discovery/exchange/state.ts";

/** Connects a peer and returns what comes of it, a moment later included. */
function connect(schedule: ExchangeSchedule, peerId: string, now: number) {
  return [...schedule.handle({ type: "connected", peerId }, now), ...schedule.handle(timer, now)];
}

const asked = (peerId: string, unsupported = false) =>
  ({ type: "asked", peerId, unsupported }) as const;
const timer = { type: "timer" } as const;

Deno.test("ExchangeSchedule asks when a peer connects, soon again, and then every 60 s", () => {
  const schedule = new ExchangeSchedule(() => 0.5);
  assertEquals(connect(schedule, "p", 0), [{ type: "ask", peerId: "p" }]);
  const waits: number[] = [];
  for (let time = 0, turn = 0; turn < 4; turn++) {
    assertEquals(schedule.handle(asked("p"), time), []);
    waits.push(schedule.wakeAt - time);
    time = schedule.wakeAt;
    assertEquals(schedule.handle(timer, time), [{ type: "ask", peerId: "p" }]);
  }
  assertEquals(waits, [SECOND_ASK_MS, ASK_INTERVAL_MS, ASK_INTERVAL_MS, ASK_INTERVAL_MS]);
});

Deno.test("ExchangeSchedule does not ask in the same breath in which a peer connects", () => {
  const schedule = new ExchangeSchedule(() => 0.5);
  assertEquals(schedule.handle({ type: "connected", peerId: "p" }, 7), []);
  assertEquals(schedule.wakeAt, 7);
});

Deno.test("ExchangeSchedule spreads its questions around the interval", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (draw) => {
    const schedule = new ExchangeSchedule(() => draw);
    connect(schedule, "p", 0);
    schedule.handle(asked("p"), 0);
    assert(Math.abs(schedule.wakeAt - SECOND_ASK_MS) <= SECOND_ASK_MS * JITTER);
    // Else the second question would come before the other side may answer it.
    assert(schedule.wakeAt > ANSWER_INTERVAL_MS);
  }));
});

Deno.test("ExchangeSchedule asks a peer one question at a time", () => {
  const schedule = new ExchangeSchedule(() => 0.5);
  connect(schedule, "p", 0);
  assertEquals(connect(schedule, "p", 1), []);
  assertEquals(schedule.handle(timer, 1e9), []);
  assertEquals(schedule.wakeAt, Infinity);
});

Deno.test("ExchangeSchedule does not ask again who does not speak the protocol", () => {
  const schedule = new ExchangeSchedule(() => 0.5);
  connect(schedule, "p", 0);
  schedule.handle(asked("p", true), 0);
  assertEquals(schedule.wakeAt, Infinity);
});

Deno.test("ExchangeSchedule forgets who is gone, and asks again who comes back", () => {
  const schedule = new ExchangeSchedule(() => 0.5);
  connect(schedule, "p", 0);
  schedule.handle({ type: "gone", peerId: "p" }, 1);
  schedule.handle(asked("p"), 2);
  assertEquals(schedule.wakeAt, Infinity);
  assertEquals(connect(schedule, "p", 3), [{ type: "ask", peerId: "p" }]);
});

Deno.test("ExchangeSchedule answers a peer once in 5 s, and others meanwhile", () => {
  const schedule = new ExchangeSchedule(() => 0.5);
  assertEquals(schedule.mayAnswer("p", 0), true);
  assertEquals(schedule.mayAnswer("p", ANSWER_INTERVAL_MS - 1), false);
  assertEquals(schedule.mayAnswer("q", ANSWER_INTERVAL_MS - 1), true);
  assertEquals(schedule.mayAnswer("p", ANSWER_INTERVAL_MS), true);
  assertEquals(schedule.mayAnswer("q", ANSWER_INTERVAL_MS), false);
});

Deno.test("ExchangeSchedule never answers one peer twice within 5 s, in whatever order they ask", () => {
  const question = fc.tuple(fc.integer({ min: 0, max: 4 }).map(String), fc.nat(3_000));
  fc.assert(fc.property(fc.array(question, { maxLength: 200, size: "max" }), (questions) => {
    const schedule = new ExchangeSchedule(() => 0.5);
    const answered = new Map<string, number>();
    let time = 0;
    for (const [peerId, later] of questions) {
      time += later;
      const due = time - (answered.get(peerId) ?? -Infinity) >= ANSWER_INTERVAL_MS;
      assertEquals(schedule.mayAnswer(peerId, time), due);
      if (due) answered.set(peerId, time);
    }
  }));
});
