import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Receiver, type ReceiverEffect } from "../../src/direct/receiver_state.ts";
import { STORAGE_RETRY_MS } from "../../src/direct/state.ts";
import { type DirectFrame, WINDOW_BYTES, WINDOW_MESSAGES } from "../../src/direct/wire.ts";

function message(id: string, text = "x"): DirectFrame {
  return { type: "message", message: { id, sequence: 1, sentAt: 0, text, replyTo: undefined } };
}

function ids(effects: readonly ReceiverEffect[]): string[] {
  return effects.flatMap((effect) =>
    effect.type === "store" ? effect.messages.map(({ id }) => id) : []
  );
}

Deno.test("Receiver.handle() answers only after the commit", () => {
  const receiver = new Receiver();
  const frames: DirectFrame[] = [
    message("a"),
    { type: "unacceptable", id: "b", reason: "too long" },
    { type: "read", ids: ["c"] },
    message("d"),
  ];
  const [store, ...others] = receiver.handle({ type: "frames", frames }, 0);
  assertEquals(others, []);
  assertEquals(store?.type === "store" && [store.messages.map(({ id }) => id), store.read], [
    ["a", "d"],
    ["c"],
  ]);
  assertEquals(receiver.handle({ type: "stored" }, 0), [{
    type: "answer",
    answers: {
      acknowledged: ["a", "d"],
      refused: [{ id: "b", reason: "too long" }],
      read: ["c"],
    },
  }]);
});

Deno.test("Receiver.handle() keeps what could not be stored, and tries again in order", () => {
  const receiver = new Receiver();
  receiver.handle({ type: "frames", frames: [message("a")] }, 0);
  assertEquals(receiver.handle({ type: "storage-failed" }, 0), [
    { type: "wake", at: STORAGE_RETRY_MS },
  ]);
  assertEquals(receiver.handle({ type: "frames", frames: [message("b")] }, 1), []);
  assertEquals(receiver.handle({ type: "timer" }, STORAGE_RETRY_MS - 1), [
    { type: "wake", at: STORAGE_RETRY_MS },
  ]);
  assertEquals(ids(receiver.handle({ type: "timer" }, STORAGE_RETRY_MS)), ["a", "b"]);
  const [answer] = receiver.handle({ type: "stored" }, STORAGE_RETRY_MS);
  assertEquals(answer?.type === "answer" && answer.answers.acknowledged, ["a", "b"]);
  assertEquals(receiver.handle({ type: "timer" }, STORAGE_RETRY_MS), []);
  assertEquals(ids(receiver.handle({ type: "frames", frames: [message("c")] }, 500)), ["c"]);
});

Deno.test("Receiver.handle() ends a stream that goes beyond the window", () => {
  const large = "x".repeat(32 * 1024);
  const [most, tooMany] = [WINDOW_MESSAGES, WINDOW_MESSAGES + 1]
    .map((length) => Array.from({ length }, (_, index) => message(`m${index}`)));
  const tooLarge = Array.from(
    { length: WINDOW_BYTES / large.length + 1 },
    () => message("a", large),
  );
  const [store] = new Receiver().handle({ type: "frames", frames: most ?? [] }, 0);
  assertEquals(store?.type, "store");
  for (const frames of [tooMany ?? [], tooLarge]) {
    // All at once, and one at a time while the database is locked.
    assertEquals(new Receiver().handle({ type: "frames", frames }, 0)[0]?.type, "reset");
    const waiting = new Receiver();
    waiting.handle({ type: "frames", frames: frames.slice(0, 1) }, 0);
    waiting.handle({ type: "storage-failed" }, 0);
    const effects = frames.slice(1).flatMap((frame) =>
      waiting.handle({ type: "frames", frames: [frame] }, 0)
    );
    assertEquals(effects.map(({ type }) => type), ["reset"]);
  }
});

Deno.test("Receiver.handle() ends a stream on which the sending side answers", () => {
  for (const type of ["acknowledgement", "read-acknowledgement"] as const) {
    const frames: DirectFrame[] = [{ type, ids: ["a"] }];
    assertEquals(new Receiver().handle({ type: "frames", frames }, 0)[0]?.type, "reset");
  }
});

Deno.test("Receiver.handle() answers every message once, in order, however the storage fails", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 200 }), (fails) => {
    const receiver = new Receiver();
    const answered: string[] = [];
    let now = 0;
    let sent = 0;
    const run = (effects: ReceiverEffect[]) => {
      for (const effect of effects) {
        if (effect.type === "answer") answered.push(...effect.answers.acknowledged);
        if (effect.type !== "store") continue;
        run(receiver.handle({ type: fails.shift() ?? false ? "storage-failed" : "stored" }, now));
      }
    };
    while (fails.length > 0) {
      run(receiver.handle({ type: "frames", frames: [message(`m${sent++}`)] }, now));
      now += 100;
      run(receiver.handle({ type: "timer" }, now));
    }
    now += STORAGE_RETRY_MS;
    run(receiver.handle({ type: "timer" }, now));
    assertEquals(answered, Array.from({ length: sent }, (_, index) => `m${index}`));
  }));
});
