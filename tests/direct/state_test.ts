import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ANSWER_TIMEOUT_MS,
  RETRY_BASE_MS,
  Sender,
  type SenderEffect,
  type SenderEvent,
  SENT_AFTER_MS,
  STORAGE_RETRY_MS,
  type StorageEffect,
} from "../../src/direct/state.ts";
import { WINDOW_BYTES, WINDOW_MESSAGES, type WireMessage } from "../../src/direct/wire.ts";

function message(sequence: number, bytes = 1): WireMessage {
  const text = "x".repeat(bytes);
  return { id: `m${sequence}`, sequence, sentAt: 0, text, replyTo: undefined };
}

function sequences(effects: readonly SenderEffect[]): number[] {
  return effects.flatMap((effect) =>
    effect.type === "transmit" ? effect.messages.map(({ sequence }) => sequence) : []
  );
}

/** A sender with an outbox behind it: answers `load` and collects everything else. */
class Harness {
  readonly sender = new Sender(() => 0.5);
  outbox: WireMessage[] = [];
  /** Ids of shown messages of which the peer does not know. */
  receipts: string[] = [];
  effects: SenderEffect[] = [];
  /** What the database cannot do now. */
  broken: readonly StorageEffect["type"][] = [];
  now = 0;

  feed(event: SenderEvent): SenderEffect[] {
    const start = this.effects.length;
    const events: SenderEvent[] = [event];
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      for (const effect of this.sender.handle(next, this.now)) {
        this.effects.push(effect);
        const broken = this.broken.find((type) => type === effect.type);
        if (broken !== undefined) {
          events.push({ type: "storage-failed", effect: effect as StorageEffect });
          continue;
        }
        if (effect.type === "load-receipts") {
          events.push({ type: "receipts-loaded", ids: this.receipts.slice(0, effect.limit) });
        }
        if (effect.type !== "load") continue;
        const messages = this.outbox.filter(({ sequence }) => sequence > effect.after)
          .slice(0, effect.limit);
        events.push({ type: "loaded", messages, limit: effect.limit });
      }
    }
    return this.effects.slice(start);
  }

  open(): SenderEffect[] {
    this.feed({ type: "connected" });
    return this.feed({ type: "opened" });
  }
}

Deno.test("Sender.handle() does nothing without a connection", () => {
  const harness = new Harness();
  harness.outbox = [message(1)];
  assertEquals(harness.feed({ type: "queued" }), []);
});

Deno.test("Sender.handle() opens a stream on connecting and sends what waits, in order", () => {
  const harness = new Harness();
  harness.outbox = [message(1), message(2), message(3)];
  assertEquals(harness.feed({ type: "connected" }), [{ type: "open" }]);
  assertEquals(sequences(harness.feed({ type: "opened" })), [1, 2, 3]);
});

Deno.test("Sender.handle() keeps at most the window of messages unanswered", () => {
  const harness = new Harness();
  harness.outbox = Array.from({ length: WINDOW_MESSAGES + 10 }, (_, index) => message(index + 1));
  assertEquals(sequences(harness.open()).length, WINDOW_MESSAGES);
  const more = harness.feed({ type: "acknowledged", ids: ["m1", "m2"] });
  assertEquals(sequences(more), [WINDOW_MESSAGES + 1, WINDOW_MESSAGES + 2]);
});

Deno.test("Sender.handle() keeps at most the window of bytes unanswered", () => {
  const harness = new Harness();
  const bytes = 32 * 1024;
  const fit = WINDOW_BYTES / bytes;
  harness.outbox = Array.from({ length: fit + 5 }, (_, index) => message(index + 1, bytes));
  assertEquals(sequences(harness.open()).length, fit);
  assertEquals(sequences(harness.feed({ type: "acknowledged", ids: ["m1"] })), [fit + 1]);
});

Deno.test("Sender.handle() sends what is unanswered again after a reconnect", () => {
  const harness = new Harness();
  harness.outbox = [message(1), message(2), message(3)];
  harness.open();
  harness.feed({ type: "acknowledged", ids: ["m1"] });
  harness.outbox.shift();
  harness.feed({ type: "disconnected" });
  assertEquals(harness.sender.unanswered, 0);
  assertEquals(sequences(harness.open()), [2, 3]);
});

Deno.test("Sender.handle() opens a closed stream again after a back-off", () => {
  const harness = new Harness();
  harness.outbox = [message(1)];
  harness.open();
  const effects = harness.feed({ type: "closed", reason: "reset" });
  assertEquals(effects, [{ type: "wake", at: RETRY_BASE_MS / 2 }]);
  harness.now = RETRY_BASE_MS / 2;
  assertEquals(harness.feed({ type: "timer" }), [{ type: "open" }]);
  assertEquals(sequences(harness.feed({ type: "opened" })), [1]);
});

Deno.test("Sender.handle() ignores and reports an acknowledgement of an unknown id", () => {
  const harness = new Harness();
  harness.outbox = [message(1)];
  harness.open();
  const effects = harness.feed({ type: "acknowledged", ids: ["somebody else's"] });
  assertEquals(effects.map(({ type }) => type), ["protest"]);
  assertEquals(harness.sender.unanswered, 1);
});

Deno.test("Sender.handle() ignores a second acknowledgement of the same message", () => {
  const harness = new Harness();
  harness.outbox = [message(1)];
  harness.open();
  const types = (effects: SenderEffect[]) => effects.map(({ type }) => type);
  assert(types(harness.feed({ type: "acknowledged", ids: ["m1"] })).includes("deliver"));
  assert(!types(harness.feed({ type: "acknowledged", ids: ["m1"] })).includes("deliver"));
});

Deno.test("Sender.handle() records as sent only what stays unanswered", () => {
  const harness = new Harness();
  harness.outbox = [message(1), message(2)];
  harness.open();
  harness.feed({ type: "acknowledged", ids: ["m1"] });
  harness.now = SENT_AFTER_MS;
  const effects = harness.feed({ type: "timer" });
  assertEquals(effects[0], { type: "mark-sent", ids: ["m2"] });
});

Deno.test("Sender.handle() gives up a stream that is never answered", () => {
  const harness = new Harness();
  harness.outbox = [message(1)];
  harness.open();
  harness.now = ANSWER_TIMEOUT_MS;
  const types = harness.feed({ type: "timer" }).map(({ type }) => type);
  assertEquals(types, ["mark-sent", "close", "wake"]);
  assertEquals(harness.sender.phase, "backing-off");
});

Deno.test("Sender.handle() takes a refused message out of the window", () => {
  const harness = new Harness();
  harness.outbox = [message(1)];
  harness.open();
  const effects = harness.feed({ type: "refused", id: "m1", reason: "no" });
  assertEquals(effects[0], { type: "refuse", id: "m1", reason: "no" });
  assertEquals(harness.sender.unanswered, 0);
});

Deno.test("Sender.handle() picks up what is queued while a page is being read", () => {
  const sender = new Sender(() => 0);
  sender.handle({ type: "connected" }, 0);
  assertEquals(sender.handle({ type: "opened" }, 0)[0]?.type, "load");
  assertEquals(sender.handle({ type: "queued" }, 0), []);
  const effects = sender.handle({ type: "loaded", messages: [], limit: WINDOW_MESSAGES }, 0);
  assertEquals(effects[0]?.type, "load");
});

/** What was tried of one kind, as the ids or sequence numbers in it. */
function wanted(effects: readonly SenderEffect[], type: StorageEffect["type"]): SenderEffect[] {
  return effects.filter((effect) => effect.type === type);
}

Deno.test("Sender.handle() asks the database again, in order, until it could", () => {
  const harness = new Harness();
  harness.outbox = [message(1), message(2)];
  harness.open();
  harness.broken = ["deliver"];
  harness.feed({ type: "acknowledged", ids: ["m1"] });
  harness.feed({ type: "acknowledged", ids: ["m2"] });
  for (let round = 0; round < 3; round++) {
    harness.now += STORAGE_RETRY_MS;
    const ids = wanted(harness.feed({ type: "timer" }), "deliver")
      .flatMap((effect) => effect.type === "deliver" ? effect.ids : []);
    assertEquals(ids, ["m1", "m2"]);
  }
  harness.broken = [];
  harness.now += STORAGE_RETRY_MS;
  assertEquals(wanted(harness.feed({ type: "timer" }), "deliver").length, 2);
  harness.now += STORAGE_RETRY_MS;
  assertEquals(wanted(harness.feed({ type: "timer" }), "deliver"), []);
});

Deno.test("Sender.handle() reads the outbox again after it could not, with the same page", () => {
  const harness = new Harness();
  harness.outbox = [message(1)];
  harness.broken = ["load"];
  assertEquals(sequences(harness.open()), []);
  harness.broken = [];
  harness.now += STORAGE_RETRY_MS;
  assertEquals(sequences(harness.feed({ type: "timer" })), [1]);
});

Deno.test("Sender.handle() forgets what it wanted to read for a stream that closed", () => {
  const harness = new Harness();
  harness.outbox = [message(1)];
  harness.broken = ["load", "refuse"];
  harness.open();
  harness.feed({ type: "closed", reason: "test" });
  harness.now += RETRY_BASE_MS;
  harness.broken = [];
  assertEquals(harness.feed({ type: "timer" }).map(({ type }) => type), ["open"]);
  assertEquals(sequences(harness.feed({ type: "opened" })), [1]);
});

Deno.test("Sender.handle() forgets what could not be read for a stream that broke meanwhile", () => {
  const harness = new Harness();
  harness.outbox = [message(1), message(2)];
  harness.open();
  // A write failed; what the driver wanted to read after it failed as well, and is told later.
  harness.feed({ type: "closed", reason: "test" });
  harness.feed({ type: "storage-failed", effect: { type: "load", after: 2, limit: 10 } });
  harness.now += RETRY_BASE_MS + STORAGE_RETRY_MS;
  harness.broken = ["load"];
  harness.feed({ type: "timer" });
  harness.feed({ type: "opened" });
  harness.broken = [];
  harness.now += STORAGE_RETRY_MS;
  assertEquals(sequences(harness.feed({ type: "timer" })), [1, 2]);
});

Deno.test("Sender.handle() keeps the answers of a closed stream that were not recorded", () => {
  const harness = new Harness();
  harness.outbox = [message(1), message(2)];
  harness.open();
  harness.broken = ["deliver", "refuse"];
  harness.feed({ type: "acknowledged", ids: ["m1"] });
  harness.feed({ type: "refused", id: "m2", reason: "no" });
  harness.feed({ type: "closed", reason: "test" });
  harness.broken = [];
  harness.now += RETRY_BASE_MS + STORAGE_RETRY_MS;
  const effects = harness.feed({ type: "timer" });
  assertEquals(effects.map(({ type }) => type), ["deliver", "refuse", "open"]);
});

Deno.test("Sender.handle() tells what was shown, one page at a time", () => {
  const harness = new Harness();
  harness.open();
  harness.receipts = Array.from({ length: WINDOW_MESSAGES + 1 }, (_, index) => `r${index}`);
  const first = harness.feed({ type: "shown" });
  const page = harness.receipts.slice(0, WINDOW_MESSAGES);
  assertEquals(
    first.filter(({ type }) => type === "transmit-receipts"),
    [{ type: "transmit-receipts", ids: page }],
  );
  // More was shown: nothing goes out before the first page is answered.
  assertEquals(harness.feed({ type: "shown" }), []);
  harness.receipts = harness.receipts.slice(WINDOW_MESSAGES);
  const effects = harness.feed({ type: "receipts-acknowledged", ids: page });
  assertEquals(effects[0], { type: "settle-receipts", ids: page });
  assert(
    effects.some((effect) =>
      effect.type === "transmit-receipts" && effect.ids[0] === `r${WINDOW_MESSAGES}`
    ),
  );
});

Deno.test("Sender.handle() repeats receipts on the next stream until they are answered", () => {
  const harness = new Harness();
  harness.receipts = ["r1"];
  const out = (effects: readonly SenderEffect[]) =>
    effects.filter(({ type }) => type === "transmit-receipts").length;
  assertEquals(out(harness.open()), 1);
  harness.now += ANSWER_TIMEOUT_MS;
  assert(harness.feed({ type: "timer" }).some(({ type }) => type === "close"));
  harness.now += RETRY_BASE_MS;
  harness.feed({ type: "timer" });
  assertEquals(out(harness.feed({ type: "opened" })), 1);
  assertEquals(harness.feed({ type: "receipts-acknowledged", ids: ["r1", "r2"] }), [
    { type: "protest", what: "acknowledged receipts it was not sent" },
  ]);
  assertEquals(harness.feed({ type: "receipts-acknowledged", ids: ["r1"] })[0], {
    type: "settle-receipts",
    ids: ["r1"],
  });
});

Deno.test("Sender.handle() delivers all, each in order on its stream, through any run of faults", () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.constant("queue" as const) },
    { weight: 5, arbitrary: fc.constant("answer" as const) },
    { weight: 1, arbitrary: fc.constant("closed" as const) },
    { weight: 1, arbitrary: fc.constant("disconnected" as const) },
    { weight: 2, arbitrary: fc.constant("connected" as const) },
    { weight: 3, arbitrary: fc.constant("timer" as const) },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
    const harness = new Harness();
    let queued = 0;
    /** What the peer holds unanswered on the stream in use. */
    let wire: WireMessage[] = [];
    const delivered = new Set<string>();
    const feed = (event: SenderEvent) => {
      for (const effect of harness.feed(event)) {
        if (effect.type === "transmit") wire.push(...effect.messages);
        if (effect.type === "open") feed({ type: "opened" });
        if (effect.type === "deliver") {
          for (const id of effect.ids) {
            assert(!delivered.has(id), `${id} delivered twice`);
            delivered.add(id);
          }
          harness.outbox = harness.outbox.filter(({ id }) => !delivered.has(id));
        }
      }
      const order = wire.map(({ sequence }) => sequence);
      assertEquals(order, [...order].sort((a, b) => a - b));
    };
    const answer = () => {
      const ids = wire.splice(0, 2).map(({ id }) => id);
      if (ids.length > 0) feed({ type: "acknowledged", ids });
    };
    for (const what of steps) {
      harness.now += 100;
      if (what === "queue") {
        harness.outbox.push(message(++queued));
        feed({ type: "queued" });
      } else if (what === "answer") answer();
      else {
        if (what === "closed" || what === "disconnected") wire = [];
        feed(what === "closed" ? { type: "closed", reason: "" } : { type: what });
      }
    }
    wire = [];
    feed({ type: "disconnected" });
    feed({ type: "connected" });
    while (wire.length > 0) answer();
    assertEquals(delivered.size, queued);
  }));
});
