import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ANSWER_WITHIN_MS,
  BACKOFF_BASE_MS,
  BACKOFF_CAP_MS,
  IDLE_CONVERSATION_MS,
  LOAD_MESSAGES,
  RETRY_MS,
} from "../../src/classic/limits.ts";
import type { Dialect } from "../../src/classic/peer.ts";
import {
  Sender,
  type SenderEffect,
  type SenderEvent,
  type StorageEffect,
} from "../../src/classic/state.ts";

const ROOM = 1_000;

/** A sender, its outbox, and an old program that does what a test says. */
class Desk {
  now = 0;
  wakeAt = Infinity;
  mandatory = false;
  diskFull = false;
  readonly outbox: { sequence: number; id: string; text: string; state: string }[] = [];
  /** What went out, and everything else that was asked for, in order. */
  readonly said: string[] = [];
  readonly asked: SenderEffect[] = [];
  connection: "none" | "opening" | "open" = "none";
  readonly sender = new Sender({ random: () => 0.5, isMandatory: () => this.mandatory });

  constructor(readonly dialect: Dialect) {}

  write(...texts: string[]): void {
    for (const text of texts) {
      const sequence = this.outbox.length + 1;
      this.outbox.push({ sequence, id: `m${sequence}`, text, state: "queued" });
    }
    this.tell({ type: "queued" });
  }

  tell(event: SenderEvent): void {
    const events = [event];
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      for (const effect of this.sender.handle(next, this.now)) {
        const follow = this.#carryOut(effect);
        if (follow !== undefined) events.push(follow);
      }
    }
  }

  opened(): void {
    assertEquals(this.connection, "opening");
    this.connection = "open";
    this.tell({ type: "opened", dialect: this.dialect, room: ROOM });
  }

  answer(): void {
    if (this.dialect === "a") this.connection = "none";
    this.tell({ type: "said" });
  }

  breaks(): void {
    this.connection = "none";
    this.tell({ type: "failed", reason: "it broke" });
  }

  wait(ms: number): void {
    const until = this.now + ms;
    while (this.wakeAt <= until) {
      this.now = Math.max(this.now, this.wakeAt);
      this.wakeAt = Infinity;
      this.tell({ type: "timer" });
    }
    this.now = until;
  }

  get states(): string[] {
    return this.outbox.map(({ state }) => state);
  }

  asks(type: SenderEffect["type"]): number {
    return this.asked.filter((effect) => effect.type === type).length;
  }

  #carryOut(effect: SenderEffect): SenderEvent | undefined {
    if (effect.type === "wake") {
      this.wakeAt = effect.at;
      return undefined;
    }
    this.asked.push(effect);
    switch (effect.type) {
      case "open":
        assertEquals(this.connection, "none", "one connection at a time");
        this.connection = "opening";
        return undefined;
      case "say":
        assertEquals(this.connection, "open");
        this.said.push(effect.text);
        return undefined;
      case "finish":
      case "close":
        this.connection = "none";
        return undefined;
      case "load":
      case "record":
        return this.#store(effect);
      default:
        return undefined;
    }
  }

  #store(effect: StorageEffect): SenderEvent | undefined {
    if (this.diskFull) return { type: "storage-failed", effect };
    if (effect.type === "record") {
      const row = this.outbox.find(({ id }) => id === effect.id);
      if (row !== undefined) row.state = effect.state;
      return undefined;
    }
    const drafts = this.outbox
      .filter(({ sequence, state }) => sequence > effect.after && state === "queued")
      .slice(0, effect.limit)
      .map((draft) => ({ ...draft, unsayable: draft.text === "bad" ? "not so" : undefined }));
    return { type: "loaded", drafts };
  }
}

Deno.test("Sender says one message a connection in dialect A, and knows no more than that it went", () => {
  const desk = new Desk("a");
  desk.write("one", "two");
  desk.opened();
  assertEquals(desk.said, ["one"]);
  assertEquals(desk.states, ["queued", "queued"]);
  desk.answer();
  desk.opened();
  desk.answer();
  assertEquals(desk.said, ["one", "two"]);
  assertEquals(desk.states, ["sent", "sent"]);
  assert(desk.sender.isIdle);
});

Deno.test("Sender says the next message in dialect B when the one before was answered", () => {
  const desk = new Desk("b");
  desk.write("one", "two");
  desk.opened();
  assertEquals(desk.said, ["one"]);
  desk.answer();
  assertEquals(desk.said, ["one", "two"]);
  assertEquals(desk.states, ["delivered", "queued"]);
  desk.answer();
  assertEquals(desk.states, ["delivered", "delivered"]);
  assertEquals(desk.asks("open"), 1);
});

Deno.test("Sender opens nothing where there is nothing to say", () => {
  const desk = new Desk("a");
  desk.tell({ type: "queued" });
  desk.write("bad");
  assertEquals(desk.asks("open"), 0);
  assertEquals(desk.states, ["refused"]);
  assert(desk.sender.isIdle);
});

Deno.test("Sender ends a conversation with exit when nothing was said for a while", () => {
  const desk = new Desk("b");
  desk.write("one");
  desk.opened();
  desk.answer();
  desk.wait(IDLE_CONVERSATION_MS - 1);
  assertEquals(desk.asks("finish"), 0);
  desk.wait(1);
  assertEquals(desk.asks("finish"), 1);
  assert(desk.sender.isIdle);
});

Deno.test("Sender keeps the conversation with a mandatory peer, and greets it again after a loss", () => {
  const desk = new Desk("b");
  desk.mandatory = true;
  desk.tell({ type: "greet" });
  assertEquals(desk.asked.at(-1), { type: "open", greeting: true });
  desk.opened();
  assertEquals(desk.asks("greeted"), 1);
  desk.wait(10 * IDLE_CONVERSATION_MS);
  assertEquals(desk.asks("finish"), 0);
  desk.breaks();
  desk.wait(BACKOFF_BASE_MS);
  assertEquals(desk.asked.at(-1), { type: "open", greeting: true });
});

Deno.test("Sender greets a mandatory peer of dialect A again when it is gone", () => {
  const desk = new Desk("a");
  desk.mandatory = true;
  desk.tell({ type: "greet" });
  desk.opened();
  desk.answer();
  assertEquals(desk.said, ["connect"]);
  desk.tell({ type: "gone" });
  desk.wait(BACKOFF_BASE_MS);
  desk.opened();
  assertEquals(desk.said, ["connect", "connect"]);
});

Deno.test("Sender greets another peer once", () => {
  const desk = new Desk("a");
  desk.tell({ type: "greet" });
  desk.breaks();
  assertEquals(desk.asked.at(-1), { type: "tried", failure: "it broke", nextAttempt: Infinity });
  assert(desk.sender.isIdle);
});

Deno.test("Sender tries again with back-off, up to a limit, and at once when a person asks", () => {
  const desk = new Desk("a");
  desk.write("one");
  const waits: number[] = [];
  for (let round = 0; round < 8; round++) {
    desk.breaks();
    waits.push(desk.sender.retryAt - desk.now);
    desk.tell({ type: "poke" });
  }
  // Half of each ceiling, as chance has it here.
  assertEquals(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  assertEquals(BACKOFF_CAP_MS, 60_000);
  assertEquals(desk.asks("open"), 9);
  desk.opened();
  desk.answer();
  assertEquals(desk.states, ["sent"]);
});

Deno.test("Sender tries a peer that was heard sooner, but no more than once a second", () => {
  const desk = new Desk("a");
  desk.write("one");
  for (let round = 0; round < 7; round++) {
    desk.breaks();
    if (round < 6) desk.tell({ type: "poke" });
  }
  const opens = desk.asks("open");
  for (let round = 0; round < 100; round++) desk.tell({ type: "heard" });
  assertEquals(desk.asks("open"), opens);
  desk.wait(BACKOFF_BASE_MS);
  assertEquals(desk.asks("open"), opens + 1);
});

Deno.test("Sender gives a conversation up that does not answer, and says the message again", () => {
  const desk = new Desk("b");
  desk.write("one", "two");
  desk.opened();
  desk.answer();
  desk.wait(ANSWER_WITHIN_MS);
  assertEquals(desk.asks("close"), 1);
  desk.wait(BACKOFF_BASE_MS);
  desk.opened();
  assertEquals(desk.said, ["one", "two", "two"]);
});

Deno.test("Sender goes on with the part of a long text that failed", () => {
  const desk = new Desk("a");
  desk.write("x".repeat(2 * ROOM));
  desk.opened();
  desk.answer();
  desk.opened();
  desk.breaks();
  desk.wait(BACKOFF_BASE_MS);
  desk.opened();
  assertEquals(desk.said[1], desk.said[2]);
  assertEquals(desk.states, ["queued"]);
  desk.answer();
  desk.opened();
  desk.answer();
  assertEquals(desk.states, ["sent"]);
  const shown = [desk.said[0], desk.said[2], desk.said[3]].join("");
  assertEquals(shown.replaceAll("… ", "").replaceAll(" …", ""), "x".repeat(2 * ROOM));
});

Deno.test("Sender says the lines of a text one by one in dialect B", () => {
  const desk = new Desk("b");
  desk.write("one\n\ntwo", "three");
  desk.opened();
  desk.answer();
  assertEquals(desk.states, ["queued", "queued"]);
  desk.answer();
  assertEquals(desk.states, ["delivered", "queued"]);
  assertEquals(desk.said, ["one", "two", "three"]);
});

Deno.test("Sender leaves out what was taken back while the peer was away", () => {
  const desk = new Desk("a");
  desk.write("one", "two");
  desk.breaks();
  const [first] = desk.outbox;
  if (first !== undefined) first.state = "cancelled";
  desk.wait(BACKOFF_BASE_MS);
  desk.opened();
  assertEquals(desk.said, ["two"]);
});

Deno.test("Sender records what the database could not, before it says it again", () => {
  const desk = new Desk("b");
  desk.write("one", "two", "three");
  desk.opened();
  desk.diskFull = true;
  desk.answer();
  desk.answer();
  desk.answer();
  assertEquals(desk.said, ["one", "two"]);
  desk.breaks();
  desk.wait(100 * RETRY_MS);
  assertEquals(desk.states, ["queued", "queued", "queued"]);
  desk.diskFull = false;
  desk.wait(BACKOFF_CAP_MS);
  assertEquals(desk.states.slice(0, 2), ["delivered", "delivered"]);
  assertEquals(desk.said.filter((text) => text === "one").length, 1);
});

Deno.test("Sender gets every message out in order once, whatever breaks in dialect A", () => {
  const step = fc.constantFrom(
    "write",
    "open",
    "open",
    "answer",
    "answer",
    "break",
    "wait",
    "disk",
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const desk = new Desk("a");
      const recorded: string[] = [];
      const act = (what: string) => {
        if (what === "write") desk.write(`text ${desk.outbox.length}`);
        else if (what === "open" && desk.connection === "opening") desk.opened();
        else if (what === "answer" && desk.connection === "open") {
          recorded.push(desk.said.at(-1) ?? "");
          desk.answer();
        } else if (what === "break" && desk.connection !== "none") desk.breaks();
        else if (what === "wait") desk.wait(700);
        else if (what === "disk") desk.diskFull = !desk.diskFull;
      };
      for (const what of steps) act(what);
      desk.diskFull = false;
      for (let round = 0; round < 3 * desk.outbox.length + 3; round++) {
        desk.wait(BACKOFF_CAP_MS / 2);
        if (desk.connection === "open") act("answer");
        while (desk.connection === "opening") {
          act("open");
          act("answer");
        }
      }
      assertEquals(recorded, desk.outbox.map(({ text }) => text));
      assertEquals(new Set(desk.states), new Set(desk.outbox.length > 0 ? ["sent"] : []));
      assert(desk.sender.isIdle);
    }),
    { numRuns: 300 },
  );
});

Deno.test("Sender reads no more than a batch at a time", () => {
  const desk = new Desk("b");
  desk.write(...Array.from({ length: 3 * LOAD_MESSAGES }, (_, index) => `${index}`));
  desk.opened();
  for (let index = 0; index < 3 * LOAD_MESSAGES; index++) desk.answer();
  assertEquals(desk.said, desk.outbox.map(({ text }) => text));
  assertEquals(desk.asks("load"), 4);
});
