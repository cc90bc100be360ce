import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { BottomPainter } from "../../src/terminal/bottom_painter.ts";
import { layOut } from "../../src/terminal/layout.ts";
import { MemoryTerminal } from "../../src/terminal/mod.ts";
import { ScreenDouble } from "./screen_double.ts";

function painting(columns: number, rows: number) {
  const terminal = new MemoryTerminal({ columns, rows, interactive: true });
  const painter = new BottomPainter(terminal);
  /** What a terminal shows after all that was written so far. */
  const screen = () => {
    const double = new ScreenDouble(columns, rows);
    double.feed(terminal.out);
    return double;
  };
  return { painter, screen };
}

function frameOf(lines: readonly string[], line = 0, offset = 0) {
  return { lines, cursor: { line, offset }, cursorVisible: true };
}

const word = fc.string({ unit: fc.constantFrom(..."abc漢字é", " "), maxLength: 30 })
  .map((text) => `<${text}>`);

Deno.test("`BottomPainter` shows the lines above once and in order, and the frame below them", () => {
  const step = fc.oneof(
    fc.record({ above: word }),
    fc.record({ lines: fc.array(word, { minLength: 1, maxLength: 3 }), at: fc.nat(5) }),
  );
  fc.assert(
    fc.property(fc.array(step), fc.integer({ min: 5, max: 40 }), (steps, columns) => {
      const rows = 24; // more than three lines ever take
      const { painter, screen } = painting(columns, rows);
      const above: string[] = [];
      let frame = frameOf(["start"]);
      painter.paint(frame);
      for (const step of steps) {
        if ("above" in step) {
          painter.printAbove(step.above);
          above.push(step.above);
        } else {
          frame = frameOf(step.lines, step.lines.length - 1, step.at);
          painter.paint(frame);
        }
        const plain = above.map((line) => layOut(frameOf([line]), columns).rows).flat();
        const shown = layOut(frame, columns);
        const { transcript, cursor, cursorVisible } = screen();
        const expected = [...plain, ...shown.rows].map(({ text }) => text.trimEnd());
        if (expected.at(-1) === "") expected.pop(); // only the cursor is there
        assertEquals(transcript, expected);
        assertEquals(cursor, {
          row: plain.length + shown.cursor.row,
          column: shown.cursor.column,
        });
        assertEquals(cursorVisible, true);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("`BottomPainter` shows the part around the cursor of a frame higher than the screen", () => {
  const { painter, screen } = painting(10, 4);
  const lines = ["one", "two", "three", "four", "five", "six"];
  painter.printAbove("above");
  painter.paint(frameOf(lines, 4));
  assertEquals(screen().transcript, ["above", "three", "four", "five"]);
  assertEquals(screen().cursor, { row: 3, column: 0 });
  painter.paint(frameOf(lines, 0));
  painter.printAbove("more");
  assertEquals(screen().transcript, ["above", "more", "one", "two", "three"]);
  assertEquals(screen().cursor, { row: 2, column: 0 });
});

Deno.test("`commit()` leaves the whole frame and the cursor below it", () => {
  const { painter, screen } = painting(10, 4);
  painter.paint(frameOf(["one"]));
  painter.commit(frameOf(["1", "2", "3", "4", "5"]));
  painter.printAbove("next");
  assertEquals(screen().transcript, ["1", "2", "3", "4", "5", "next"]);
});

Deno.test("`erase()` takes the frame away and shows the cursor", () => {
  const { painter, screen } = painting(10, 4);
  painter.printAbove("above");
  painter.paint({ ...frameOf(["one", "two"], 1, 3), cursorVisible: false });
  assertEquals(screen().cursorVisible, false);
  painter.erase();
  assertEquals(screen().transcript, ["above"]);
  assertEquals(screen().cursor, { row: 1, column: 0 });
  assertEquals(screen().cursorVisible, true);
});

Deno.test("`printAbove()` lets only colours through", () => {
  const { painter, screen } = painting(40, 4);
  painter.printAbove("\x1b[31mred\x1b[39m\x1b[2J\rback");
  assertEquals(screen().transcript, ["red\\u{1B}[2J\\u{D}back"]);
});
