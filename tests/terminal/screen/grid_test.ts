import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { displayWidth, graphemes, sanitise } from "../../../src/terminal/mod.ts";
import { clusterColumns, clusters, Grid, isSure } from "../../../src/terminal/screen/mod.ts";
import { hostileText } from "./hostile_text.ts";

Deno.test("`Grid.put()` places wide, combined and right-to-left text in its columns", () => {
  const grid = new Grid(20, 3);
  assertEquals(grid.put(0, 1, "漢字 e\u0301x"), 8);
  assertEquals(grid.put(1, 0, "👩‍👩‍👧|🇩🇪|क्षि|"), 10);
  assertEquals(grid.put(2, 0, "14:02 שלום"), 10);
  assertEquals(grid.toString(), " 漢字 e\u0301x\n👩‍👩‍👧|🇩🇪|क्षि|\n14:02 שלום");
  assertEquals([1, 2, 3].map((column) => grid.textAt(0, column)), ["漢", "", "字"]);
  assertEquals(grid.textAt(2, 6), "ש");
});

Deno.test("`Grid.put()` never writes half of a wide character, at the edge or over another", () => {
  const grid = new Grid(4, 2);
  grid.put(0, 0, "xxxx");
  grid.put(0, 1, "漢漢漢");
  assertEquals(grid.rowText(0), "x漢");
  assertEquals(grid.textAt(0, 3), " ");
  grid.put(1, 0, "漢漢");
  grid.put(1, 1, "a");
  assertEquals(grid.rowText(1), " a漢");
  grid.put(1, 1, "漢");
  assertEquals(grid.rowText(1), " 漢");
});

Deno.test("`Grid.put()` keeps to its end and ignores rows that are not there", () => {
  const grid = new Grid(10, 1);
  assertEquals(grid.put(0, 0, "abcdef", {}, 3), 3);
  assertEquals(grid.put(-1, 2, "abc"), 2);
  assertEquals(grid.put(1, 2, "abc"), 2);
  assertEquals(grid.toString(), "abc");
});

Deno.test("`Grid.cell()` gives text and look, and throws outside", () => {
  const grid = new Grid(3, 1);
  grid.put(0, 0, "a", { bold: true });
  assertEquals(grid.cell(0, 0), { text: "a", look: { bold: true } });
  assertThrows(() => grid.cell(0, 3), RangeError, "row 0, column 3");
  assertThrows(() => grid.cell(1, 0), RangeError);
});

Deno.test("a `Grid` holds whole clusters and nothing that acts on a terminal", () => {
  const put = fc.record({ row: fc.nat(2), column: fc.nat(14), text: hostileText });
  fc.assert(fc.property(fc.array(put, { maxLength: 10 }), (puts) => {
    const grid = new Grid(12, 3);
    for (const { row, column, text } of puts) {
      grid.put(row, column, text);
      assertWhole(grid);
    }
  }));
});

function assertWhole(grid: Grid): void {
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns;) {
      const text = grid.textAt(row, column);
      const columns = clusterColumns(text);
      assert(text !== "" && column + columns <= grid.columns, `half of a cluster at ${column}`);
      assertEquals(sanitise(text), text);
      for (let part = 1; part < columns; part++) assertEquals(grid.textAt(row, column + part), "");
      column += columns;
    }
  }
}

Deno.test("`clusters()` gives the graphemes of a text with their width", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const safe = sanitise(text);
      const parts = [...clusters(safe)];
      assertEquals(parts.map((part) => part.text), [...graphemes(safe)]);
      for (const part of parts) {
        assertEquals(part.columns, Math.max(1, displayWidth(part.text)), JSON.stringify(part.text));
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("what `isSure()` says yes to is one grapheme beside any other, with the usual width", () => {
  let before = "a";
  let count = 0;
  for (let code = 0; code < 0x10000; code++) {
    const text = String.fromCharCode(code);
    if (!isSure(text)) continue;
    count++;
    assertEquals(clusterColumns(text), displayWidth(text), code.toString(16));
    assertEquals([...new Intl.Segmenter().segment(before + text + text)].length, 3);
    assertEquals(sanitise(text), text);
    assert(code < 0x80 || !/\p{Emoji}/u.test(text), code.toString(16));
    before = text;
  }
  assert(count > 30_000);
});
