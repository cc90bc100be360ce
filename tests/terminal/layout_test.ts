import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { displayWidth, graphemes } from "../../src/terminal/mod.ts";
import { layOut, onlyColors, withoutColors } from "../../src/terminal/layout.ts";

function rowsOf(line: string, columns: number, offset = 0) {
  const { rows, cursor } = layOut(
    { lines: [line], cursor: { line: 0, offset }, cursorVisible: true },
    columns,
  );
  return { rows: rows.map(({ text }) => text), cursor };
}

Deno.test("`layOut()` breaks by width, wide characters whole", () => {
  assertEquals(rowsOf("abcdef", 4).rows, ["abcd", "ef"]);
  assertEquals(rowsOf("abc漢字", 4).rows, ["abc", "漢字"]);
  assertEquals(rowsOf("", 4).rows, [""]);
});

Deno.test("`layOut()` carries colours over to the next row and ends them on each", () => {
  assertEquals(rowsOf("\x1b[31mabcd\x1b[39mef", 3).rows, [
    "\x1b[31mabc\x1b[0m",
    "\x1b[31md\x1b[39mef\x1b[0m",
  ]);
});

Deno.test("`layOut()` finds the cursor, also behind the last column and spaces that were cut", () => {
  assertEquals(rowsOf("abcd", 4, 2).cursor, { row: 0, column: 2 });
  assertEquals(rowsOf("abcd", 4, 4), { rows: ["abcd", ""], cursor: { row: 1, column: 0 } });
  assertEquals(rowsOf("漢字x", 3, 1).cursor, { row: 1, column: 0 });
  assertEquals(rowsOf("ab", 4, 4), { rows: ["ab  ", ""], cursor: { row: 1, column: 0 } });
});

Deno.test("`layOut()` shows what would act on the terminal", () => {
  assertEquals(rowsOf("a\tb\x9bc\x1b[2J", 80).rows, ["a b\\u{9B}c\\u{1B}[2J"]);
});

Deno.test("`layOut()` loses no text and exceeds no row", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 60 });
  fc.assert(fc.property(text, fc.integer({ min: 2, max: 20 }), fc.nat(60), (line, columns, at) => {
    const { rows, cursor } = layOut(
      { lines: [line], cursor: { line: 0, offset: at }, cursorVisible: true },
      columns,
    );
    assertEquals(rows.map(({ text }) => text).join("").trimEnd(), onlyColors(line).trimEnd());
    for (const { text, width } of rows) {
      assertEquals(width, displayWidth(text));
      assert(width <= columns || [...graphemes(text)].length === 1);
    }
    assert(cursor.row < rows.length && cursor.column < columns);
  }));
});

Deno.test("`onlyColors()` and `withoutColors()` tell colours from everything else", () => {
  assertEquals(onlyColors("\x1b[1mbold\x1b[22m\x1b[2J"), "\x1b[1mbold\x1b[22m\\u{1B}[2J");
  assertEquals(withoutColors("\x1b[1;31mbold\x1b[0m text"), "bold text");
});
