/** The parts of the screen together, without a terminal. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessageRecord } from "../../src/history/message_record.ts";
import { sanitise } from "../../src/terminal/mod.ts";
import { type Grid, paint, type TerminalEvent } from "../../src/terminal/screen/mod.ts";
import { keyEvents } from "../terminal/editor/field.ts";
import { hostileText } from "../terminal/screen/hostile_text.ts";
import { smuggled } from "../terminal/screen/own_sequences.ts";
import { ANN, conversation, own, received } from "./conversation.ts";
import { ConversationView } from "./conversation_view.ts";

/** Drives the view as `runScreen()` does. */
class Driven {
  readonly view: ConversationView;
  #model: ConversationView["model"];
  #shown: Grid | undefined;
  output = "";

  constructor(history: readonly MessageRecord[], readonly size: { columns: number; rows: number }) {
    this.view = new ConversationView(history);
    this.#model = this.view.model;
    this.send({ kind: "resized", ...size });
  }

  send(event: Parameters<ConversationView["update"]>[1]): void {
    const { model, effects } = this.view.update(this.#model, event);
    this.#model = model;
    for (const effect of effects) this.view.perform(effect, (answer) => this.send(answer));
    const grid = this.grid;
    this.output += paint(this.#shown, grid, "16");
    this.#shown = grid;
  }

  press(keys: string): void {
    for (const key of keyEvents(keys)) this.send({ kind: "key", key });
  }

  get grid(): Grid {
    return this.view.draw(this.#model, this.size);
  }
}

Deno.test("the screen on 40 x 10", () => {
  const driven = new Driven(conversation(20), { columns: 40, rows: 10 });
  driven.press("a text that is longer than the row");
  driven.press("\x1b\rand a second line");
  assertEquals(
    `\n${driven.grid}\n`,
    `
 08:15    message 16
 08:16    message 17
 you
 08:17 ✓  own message 18
 ann
 08:18    message 19
 08:19    message 20
 ann · connected since 14:02 · direct
> a text that is longer than the row
  and a second line
`,
  );
  assertEquals(driven.grid.cursor, { row: 9, column: 19 });
});

Deno.test("the field takes rows from the messages, and gives them back", () => {
  const driven = new Driven(conversation(20), { columns: 60, rows: 12 });
  driven.press("\x1b[200~1\n2\n3\n4\n5\n6\x1b[201~");
  const rows = driven.grid.toString().split("\n");
  assertEquals(rows.slice(-6, -4), [
    " ann · connected since 14:02 · direct",
    "> 2" + " ".repeat(56) + "↑",
  ]);
  assert(rows[5]?.endsWith("message 20"));
  driven.press("\r");
  assertEquals(driven.grid.toString().split("\n").slice(-3), [
    "               6",
    " ann · connected since 14:02 · direct",
    ">",
  ]);
});

Deno.test("nothing but own sequences is written, whatever is received, named and typed", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(hostileText, fc.boolean()), { maxLength: 6 }),
      hostileText,
      hostileText,
      fc.record({
        columns: fc.integer({ min: 5, max: 90 }),
        rows: fc.integer({ min: 4, max: 20 }),
      }),
      (texts, draft, name, size) => {
        const history = texts.map(([text, mine], index) =>
          mine ? { ...own(index + 1, text, "refused"), reason: text } : received(index + 1, text)
        );
        const driven = new Driven(history, size);
        const self = { name: "you", color: undefined };
        const others = new Map([[ANN, { name: sanitise(name), color: 1 }]]);
        driven.send({ kind: "speakers", speakers: { self, others } });
        driven.press(`\x1b[200~${draft}\x1b[201~`);
        driven.send({ kind: "message", message: received(texts.length + 1, draft) });
        const events: TerminalEvent[] = keyEvents("\x1b[1;3A\x1b[1;3A\x1b[5~\r")
          .map((key) => ({ kind: "key", key }));
        events.forEach((event) => driven.send(event));
        assertEquals(smuggled(driven.output), undefined);
      },
    ),
    { numRuns: 300 },
  );
});
