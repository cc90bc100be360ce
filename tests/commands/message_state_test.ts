import { assert, assertEquals } from "@std/assert";
import {
  STATE_COLUMNS,
  stateColumn,
  stateStyle,
  withMark,
} from "../../src/commands/message_state.ts";
import type { MessageState } from "../../src/history/message_record.ts";
import { createStyle } from "../../src/terminal/style.ts";
import { displayWidth } from "../../src/terminal/width.ts";

const STATES: readonly MessageState[] = [
  "queued",
  "sent",
  "delivered",
  "read",
  "refused",
  "cancelled",
];

Deno.test("`stateColumn()` gives every state its own mark, and the word in one column", () => {
  const columns = STATES.map(stateColumn);
  assertEquals(columns, [
    "…  queued",
    "→  sent",
    "✓  delivered",
    "✓✓ read",
    "✗  refused",
    "–  cancelled",
  ]);
  for (const text of columns) {
    assert(displayWidth(text) <= STATE_COLUMNS, text);
    assert(!/\p{Cc}/u.test(text), text);
  }
});

Deno.test("`withMark()` puts the mark before the words", () => {
  assertEquals(withMark("read"), "✓✓ read");
  assertEquals(withMark("refused", "refused by red"), "✗ refused by red");
});

Deno.test("`stateStyle()` colours, and without colours changes nothing", () => {
  for (const state of STATES) {
    assertEquals(stateStyle(state, createStyle(false))("text"), "text");
    assert(stateStyle(state, createStyle(true))("text").includes("text"));
  }
  assertEquals(stateStyle("refused", createStyle(true))("no"), createStyle(true).bad("no"));
});
