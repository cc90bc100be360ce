import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ANSWER_MS,
  ASK_AFTER_MS,
  type LivenessEffect,
  type LivenessEvent,
  LivenessState,
  LOOK_INTERVAL_MS,
  LOST_AFTER_MS,
  MEASURE_EVERY_MS,
  STOPPED_MS,
} from "../../../src/node/liveness/state.ts";

/** Connections whose bytes and answers a test decides on; looks are in time. */
class Scene {
  readonly state = new LivenessState();
  readonly received = new Map<string, number>();
  time = 1_000;

  give(event: LivenessEvent): LivenessEffect[] {
    return this.state.handle(event, this.time);
  }

  open(connection: string, peerId = `peer of ${connection}`): LivenessEffect[] {
    this.received.set(connection, 100);
    return this.give({ type: "opened", connection, peerId });
  }

  answer(connection: string): void {
    assertEquals(this.give({ type: "answered", connection }), []);
  }

  hear(connection: string): void {
    this.received.set(connection, (this.received.get(connection) ?? 0) + 1);
  }

  /** Opens a connection and answers the questions that come with it. */
  settle(connection: string, peerId?: string): void {
    this.open(connection, peerId);
    this.answer(connection);
    this.look();
    this.answer(connection);
  }

  /** One look, after the usual time or another. */
  look(after = LOOK_INTERVAL_MS): LivenessEffect[] {
    this.time += after;
    return this.give({ type: "looked", received: this.received });
  }

  /** Looks until there is something to do. @returns what, and after how many ms */
  untilEffect(patience = 60_000): { effects: LivenessEffect[]; ms: number } {
    const start = this.time;
    while (this.time - start < patience) {
      const effects = this.look();
      if (effects.length > 0) return { effects, ms: this.time - start };
    }
    return { effects: [], ms: patience };
  }
}

Deno.test("LivenessState asks a new connection at once, once more, and again when it is silent", () => {
  const scene = new Scene();
  const ask = [{ type: "ask", connection: "a" }];
  assertEquals(scene.open("a"), ask);
  scene.answer("a");
  assertEquals(scene.look(), ask);
  scene.answer("a");
  const { effects, ms } = scene.untilEffect();
  assertEquals(effects, [{ type: "ask", connection: "a" }]);
  assert(ms >= ASK_AFTER_MS && ms <= ASK_AFTER_MS + 2 * LOOK_INTERVAL_MS, `asked after ${ms} ms`);
});

Deno.test("LivenessState asks a busy connection from time to time, one question at a time", () => {
  const scene = new Scene();
  scene.settle("a");
  let asked = 0;
  for (let second = 1; second * LOOK_INTERVAL_MS <= 3 * MEASURE_EVERY_MS; second++) {
    scene.hear("a");
    const effects = scene.look();
    asked += effects.length;
    if (effects.length > 0 && asked === 1) scene.answer("a");
  }
  assertEquals(asked, 2, "the second question was not answered");
});

Deno.test("LivenessState gives up a connection on which nothing comes any more", () => {
  for (const answered of [true, false]) {
    const scene = new Scene();
    scene.open("a");
    if (answered) scene.answer("a");
    scene.look();
    const heard = scene.time;
    for (;;) {
      const [effect] = scene.look();
      if (effect?.type !== "lost") continue;
      assertEquals(effect.connection, "a");
      break;
    }
    const ms = scene.time - heard;
    assert(ms >= LOST_AFTER_MS && ms <= LOST_AFTER_MS + LOOK_INTERVAL_MS, `lost after ${ms} ms`);
    assertEquals(scene.untilEffect().effects, [], "it is lost only once");
  }
});

Deno.test("LivenessState keeps a connection on which anything comes, though no answer does", () => {
  const scene = new Scene();
  scene.open("a");
  for (let second = 1; second < 300; second++) {
    if (second % 15 === 0) scene.hear("a");
    assertEquals(scene.look(), []);
  }
});

Deno.test("LivenessState declares nobody dead because this process was stopped", () => {
  for (const questionWasOpen of [true, false]) {
    const scene = new Scene();
    scene.settle("a");
    while (questionWasOpen && scene.look().length === 0);
    const asks = scene.look(300_000);
    assertEquals(asks.length, questionWasOpen ? 0 : 1, "one question at a time");
    scene.look();
    scene.answer("a");
    assertEquals(scene.look(), []);
  }
});

Deno.test("LivenessState gives a peer a short time to answer after this process was stopped", () => {
  const scene = new Scene();
  scene.open("a");
  scene.look();
  scene.look(300_000);
  const { effects: [effect], ms } = scene.untilEffect();
  assertEquals(effect?.type, "lost");
  assertEquals(ms, ANSWER_MS);
});

Deno.test("LivenessState gives everybody a short time to answer after a sleep that no clock shows", () => {
  const scene = new Scene();
  scene.settle("a");
  scene.open("b");
  assertEquals(scene.give({ type: "resumed" }), [{ type: "ask", connection: "a" }]);
  scene.hear("b");
  const { effects, ms } = scene.untilEffect();
  assertEquals(effects.map(({ type, connection }) => [type, connection]), [["lost", "a"]]);
  assertEquals(ms, ANSWER_MS);
});

Deno.test("LivenessState doubts the older connections of a peer that opened another one", () => {
  const scene = new Scene();
  for (const connection of ["dead", "alive"]) scene.open(connection, "p");
  for (const connection of ["dead", "alive"]) scene.answer(connection);
  scene.open("other", "q");
  for (const { connection } of scene.look()) scene.answer(connection);
  const asked = scene.open("new", "p").map(({ type, connection }) => [type, connection]);
  assertEquals(asked, [["ask", "dead"], ["ask", "alive"], ["ask", "new"]]);
  for (const connection of ["alive", "new"]) scene.answer(connection);

  const opened = scene.time;
  const lost: string[] = [];
  while (lost.length === 0) {
    for (const { type, connection } of scene.look()) {
      if (type === "lost") lost.push(connection);
      else scene.answer(connection);
    }
  }
  assertEquals(lost, ["dead"]);
  assertEquals(scene.time - opened, ANSWER_MS);
});

Deno.test("LivenessState forgets a connection that is closed", () => {
  const scene = new Scene();
  scene.open("a");
  scene.give({ type: "closed", connection: "a" });
  assertEquals(scene.untilEffect().effects, []);
  scene.answer("a");
});

Deno.test("LivenessState never gives up a connection whose peer answers, whatever stops this process", () => {
  // How late each look is, and how many looks in time each answer takes: less than ANSWER_MS.
  const late = fc.oneof(fc.constant(0), fc.integer({ min: STOPPED_MS + 1, max: 600_000 }));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(late, fc.boolean(), fc.integer({ min: 1, max: 4 })), {
        maxLength: 300,
        size: "max",
      }),
      (turns) => {
        const scene = new Scene();
        let due = scene.open("a").length === 1 ? 1 : Infinity;
        for (const [lateMs, slept, answerLooks] of turns) {
          const effects = scene.look(LOOK_INTERVAL_MS + lateMs);
          if (slept) effects.push(...scene.give({ type: "resumed" }));
          for (const { type } of effects) {
            assertEquals(type, "ask");
            assertEquals(due, Infinity, "a second question");
            due = answerLooks;
          }
          // While this process is stopped, nothing is read.
          if (lateMs === 0 && --due <= 0) {
            scene.answer("a");
            due = Infinity;
          }
        }
      },
    ),
  );
});
