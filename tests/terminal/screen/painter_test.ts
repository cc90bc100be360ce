import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type ColorDepth,
  Grid,
  isSure,
  type Look,
  paint,
} from "../../../src/terminal/screen/mod.ts";
import { difference, Emulator, type Widths } from "./emulator.ts";
import { hostileText } from "./hostile_text.ts";
import { smuggled } from "./own_sequences.ts";

/** What `Screen` sees to before anything is painted. */
const NO_WRAPPING = "\x1b[?7l";
const look: fc.Arbitrary<Look> = fc.oneof(
  fc.constant({}),
  fc.record({
    color: fc.oneof(fc.constantFrom("accent", "good", "warn", "bad"), fc.nat(10)),
    bold: fc.boolean(),
    dim: fc.boolean(),
    inverse: fc.boolean(),
  }, { requiredKeys: [] }),
);

const sureText = fc.string({
  unit: fc.constantFrom(..."abc   ─é漢字한ש✓"),
  maxLength: 30,
}).filter((text) => [...text].every((part) => isSure(part)));

interface Put {
  readonly row: number;
  readonly column: number;
  readonly text: string;
  readonly look: Look;
}

function puts(text: fc.Arbitrary<string>): fc.Arbitrary<Put[]> {
  return fc.array(
    fc.record({ row: fc.nat(9), column: fc.nat(30), text, look }),
    { maxLength: 12 },
  );
}

function drawn(columns: number, rows: number, list: readonly Put[]): Grid {
  const grid = new Grid(columns, rows);
  for (const { row, column, text, look } of list) grid.put(row, column, text, look);
  grid.cursor = { row: rows - 1, column: Math.min(3, columns - 1) };
  return grid;
}

const size = fc.record({
  columns: fc.integer({ min: 1, max: 32 }),
  rows: fc.integer({ min: 1, max: 10 }),
});
const depth = fc.constantFrom<ColorDepth>("none", "16", "truecolor");

Deno.test("`paint()` shows any grid after any other", async () => {
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.array(puts(fc.oneof(sureText, hostileText)), { minLength: 1, maxLength: 4 }),
      depth,
      async ({ columns, rows }, screens, depth) => {
        using emulator = new Emulator(columns, rows);
        await emulator.feed(NO_WRAPPING);
        let before: Grid | undefined;
        for (const screen of screens) {
          const after = drawn(columns, rows, screen);
          await emulator.feed(paint(before, after, depth));
          assertEquals(difference(emulator, after, depth, isSure), undefined);
          assertEquals(emulator.modes.synchronised, false);
          before = after;
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("`paint()` keeps everything else in place where a terminal has other widths", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(puts(fc.oneof(sureText, hostileText)), { minLength: 2, maxLength: 3 }),
      fc.constantFrom<Widths>("old", "code points"),
      async (screens, widths) => {
        using emulator = new Emulator(32, 10, widths);
        await emulator.feed(NO_WRAPPING);
        let before: Grid | undefined;
        for (const screen of screens) {
          const after = drawn(32, 10, screen);
          await emulator.feed(paint(before, after, "16"));
          // Half of a wide sign may have been drawn over by what stands behind it, never a letter.
          assertEquals(difference(emulator, after, "16", isSure), undefined);
          before = after;
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("`paint()` puts right what a terminal overwrites with a cluster that it takes for wider", async () => {
  using emulator = new Emulator(20, 2, "code points");
  const before = drawn(20, 2, [{ row: 0, column: 0, text: "xx|a|b|c", look: {} }]);
  const after = drawn(20, 2, [{ row: 0, column: 0, text: "👩‍👩‍👧|a|b|c", look: {} }]);
  await emulator.feed(NO_WRAPPING + paint(undefined, before, "16") + paint(before, after, "16"));
  assertEquals(emulator.text(0, 20), "👩|a|b|c");
  await emulator.feed(paint(after, before, "16"));
  assertEquals(emulator.text(0, 20), "xx|a|b|c");
});

Deno.test("`paint()` shows scrolled rows", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(sureText, hostileText), { minLength: 12, maxLength: 30 }),
      fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 5 }),
      async (lines, steps) => {
        using emulator = new Emulator(24, 10);
        await emulator.feed(NO_WRAPPING);
        const screenAt = (offset: number) => {
          const grid = new Grid(24, 10);
          for (let row = 1; row < 8; row++) {
            grid.put(row, 0, lines[(offset + row) % lines.length] ?? "");
          }
          grid.put(0, 0, `at ${offset}`, { inverse: true });
          grid.put(9, 0, "> input");
          return grid;
        };
        let offset = 100;
        let before = screenAt(offset);
        await emulator.feed(paint(undefined, before, "16"));
        for (const step of steps) {
          const after = screenAt(offset += step);
          await emulator.feed(paint(before, after, "16"));
          assertEquals(difference(emulator, after, "16", isSure), undefined);
          before = after;
        }
      },
    ),
    { numRuns: 150 },
  );
});

Deno.test("`paint()` writes no sequence but its own, whatever the text", () => {
  fc.assert(
    fc.property(puts(hostileText), puts(hostileText), (first, second) => {
      const [before, after] = [drawn(32, 10, first), drawn(32, 10, second)];
      for (const output of [paint(undefined, before, "16"), paint(before, after, "16")]) {
        assertEquals(smuggled(output), undefined);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("`paint()` writes nothing where nothing changed", () => {
  fc.assert(fc.property(puts(hostileText), (list) => {
    assertEquals(paint(drawn(32, 10, list), drawn(32, 10, list), "16"), "");
  }));
});

Deno.test("`paint()` writes only what changed", () => {
  const before = drawn(80, 10, [{ row: 2, column: 0, text: "hello wor", look: {} }]);
  const after = drawn(80, 10, [{ row: 2, column: 0, text: "hello world", look: {} }]);
  assertEquals(
    paint(before, after, "16"),
    "\x1b[?2026h\x1b[?25l\x1b[3;10Hld\x1b[10;4H\x1b[?25h\x1b[?2026l",
  );
});

Deno.test("`paint()` lets the terminal move rows that only moved", () => {
  const screen = (first: number) => {
    const grid = new Grid(120, 40);
    for (let row = 0; row < 36; row++) {
      grid.put(row, 0, `message ${first + row} `.repeat(8));
    }
    grid.put(37, 0, "status");
    return grid;
  };
  const output = paint(screen(1), screen(2), "16");
  assert(output.length < 250, JSON.stringify(output));
  assert(output.includes("\x1b[1;36r\x1b[1S\x1b[r"), JSON.stringify(output));
});

Deno.test("`paint()` clears the screen at first and after another size, never in between", () => {
  const small = drawn(10, 3, []);
  const large = drawn(20, 3, []);
  assert(paint(undefined, small, "16").includes("\x1b[2J"));
  assert(paint(small, large, "16").includes("\x1b[2J"));
  assert(
    !paint(large, drawn(20, 3, [{ row: 0, column: 0, text: "x", look: {} }]), "16")
      .includes("\x1b[2J"),
  );
});

Deno.test("`paint()` writes no colour without colours", () => {
  const before = new Grid(20, 2);
  const after = new Grid(20, 2);
  after.put(0, 0, "failed", { color: "bad", bold: true });
  after.put(1, 0, "ann", { color: 3 });
  const output = paint(before, after, "none");
  assert(output.includes("\x1b[0;1mfailed"), JSON.stringify(output));
  assert(output.includes("\x1b[mann"), JSON.stringify(output));
});
