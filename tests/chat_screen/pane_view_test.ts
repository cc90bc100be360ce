import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { MessageRecord } from "../../src/history/message_record.ts";
import { sanitise } from "../../src/terminal/mod.ts";
import { lookSequence } from "../../src/terminal/screen/mod.ts";
import { hostileText } from "../terminal/screen/hostile_text.ts";
import { ANN, at, own, PaneDriver, received, SPEAKERS } from "./conversation.ts";

const HISTORY: readonly MessageRecord[] = [
  received(1, "hello, are you there?", at(23, 58, 21)),
  own(2, "yes! and here is a text that has to be wrapped", "read", at(8, 5)),
  received(3, "漢字漢字 👩‍👩‍👧 e\u0301\nשלום עולם", at(8, 6)),
  own(4, "on its way", "sent", at(8, 7)),
  own(5, "not yet", "queued", at(8, 8)),
  own(6, "no", "refused", at(8, 9)),
  own(7, "taken back", "cancelled", at(8, 10)),
  received(8, "\x1b[2Jnot so \u202efast\x07", at(8, 11)),
];

Deno.test("`drawPane()` on 40 x 10: names have rows of their own", () => {
  assertEquals(
    new PaneDriver(HISTORY, { columns: 40, rows: 10 }).screen,
    `
 ann
 08:06    漢字漢字 👩‍👩‍👧 e\u0301
          שלום עולם
 you
 08:07 →  on its way
 08:08 …  not yet
 08:09 ✗  no
 08:10 –  taken back
 ann
 08:11    \\u{1B}[2Jnot so fast\\u{7}
`,
  );
});

Deno.test("`drawPane()` on 80 x 24: few messages stand at the bottom", () => {
  assertEquals(
    new PaneDriver(HISTORY, { columns: 80, rows: 24 }).screen.trimStart(),
    `
                          beginning of the conversation
─────────────────────────────── Sat 21 Nov 2026 ────────────────────────────────
 23:58    ann  hello, are you there?
─────────────────────────────── Sun 22 Nov 2026 ────────────────────────────────
 08:05 ✓✓ you  yes! and here is a text that has to be wrapped
 08:06    ann  漢字漢字 👩‍👩‍👧 e\u0301
               שלום עולם
 08:07 →  you  on its way
 08:08 …  you  not yet
 08:09 ✗  you  no
 08:10 –  you  taken back
 08:11    ann  \\u{1B}[2Jnot so fast\\u{7}
`.trimStart(),
  );
});

Deno.test("`drawPane()` on 120 x 40 is as wide as the screen", () => {
  const long = received(1, "word ".repeat(50), at(8));
  const { rows } = new PaneDriver([long], { columns: 120, rows: 40 });
  assertEquals(rows.slice(0, 35).every((row) => row === ""), true);
  assertEquals(rows.slice(35), [
    "                                             beginning of the conversation",
    `${"─".repeat(51)} Sun 22 Nov 2026 ${"─".repeat(52)}`,
    ` 08:00    ann  ${"word ".repeat(21).trim()}`,
    `               ${"word ".repeat(21).trim()}`,
    `               ${"word ".repeat(8).trim()}`,
  ]);
});

Deno.test("`drawPane()` works on the smallest screens", () => {
  for (
    const size of [{ columns: 40, rows: 10 }, { columns: 1, rows: 1 }, { columns: 11, rows: 2 }]
  ) {
    assertEquals(new PaneDriver(HISTORY, size).rows.length, size.rows);
  }
});

Deno.test("`drawPane()` shows the state of the selected message in words", () => {
  const driver = new PaneDriver(HISTORY, { columns: 60, rows: 7 });
  driver.send({ kind: "select", by: -1 }, { kind: "select", by: -1 }, { kind: "select", by: -1 });
  assertEquals(
    driver.screen,
    `
               שלום עולם
 08:07 →  you  on its way
 08:08 …  you  not yet
▌08:09 ✗  you  no
▌              ✗ refused 08:10: blocked
 08:10 –  you  taken back
 08:11    ann  \\u{1B}[2Jnot so fast\\u{7}
`,
  );
  driver.send({ kind: "select", by: -1 }, { kind: "note", text: "next attempt in 12 s" });
  assertEquals(driver.rows.filter((row) => row.startsWith("▌")), [
    "▌08:08 …  you  not yet",
    "▌              … queued since 08:08; next attempt in 12 s",
  ]);
  driver.send({ kind: "deselect" });
  assert(!driver.screen.includes("▌"));
});

Deno.test("`drawPane()` says when the sender's clock differs", () => {
  const written = (sentAt: number) => {
    const message = { ...received(1, "hello", at(9)), sentAt };
    const driver = new PaneDriver([message], { columns: 90, rows: 4 });
    return driver.send({ kind: "select", by: -1 }).rows.at(-1)?.replace(/^▌ */, "");
  };
  assertEquals(written(at(9)), "arrived 09:00");
  assertEquals(written(at(8)), "arrived 09:00, written 08:00 by the sender's clock");
  assertEquals(
    written(at(8, 0, 20)),
    "arrived 09:00, written Fri 20 Nov 2026 08:00 by the sender's clock",
  );
  for (const sentAt of [NaN, 1e300, -Infinity]) {
    assertEquals(
      written(sentAt),
      "arrived 09:00, written at an impossible time by the sender's clock",
    );
  }
});

Deno.test("`drawPane()` gives a right-to-left name a row of its own", () => {
  const others = new Map([[ANN, { name: "חנה", color: 4 }]]);
  const driver = new PaneDriver(HISTORY, { columns: 80, rows: 3 }, { ...SPEAKERS, others });
  assertEquals(driver.rows, [
    " 08:10 –  taken back",
    " חנה",
    " 08:11    \\u{1B}[2Jnot so fast\\u{7}",
  ]);
});

Deno.test("`drawPane()` gives every sender a colour, and every state its tone", () => {
  const { grid } = new PaneDriver(HISTORY, { columns: 80, rows: 6 });
  const look = (row: number, column: number) => lookSequence(grid.lookAt(row, column), "16");
  assertEquals(grid.rowText(1), " 08:07 →  you  on its way");
  assertEquals([look(1, 1), look(1, 7), look(1, 10), look(1, 15)], [
    "\x1b[0;2m",
    "\x1b[0;33m",
    "\x1b[0;1m",
    "\x1b[m",
  ]);
  assertEquals(look(5, 10), "\x1b[0;1;33m");
  assertEquals(look(3, 7), "\x1b[0;31m");
});

Deno.test("`drawPane()` shows hostile texts harmlessly, and nothing in front of them changes", () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 20, max: 100 }), (text, columns) => {
      const { rows } = new PaneDriver([received(1, text || "x", at(9))], { columns, rows: 30 });
      for (const row of rows) assertEquals(sanitise(row), row);
      const first = rows.findIndex((row) => row.startsWith(" 09:00"));
      assert(first > 0, rows.join("\n"));
      const indent = columns < 60 ? 10 : 15;
      for (const row of rows.slice(first + 1)) assertEquals(row.slice(0, indent).trim(), "");
    }),
    { numRuns: 500 },
  );
});
