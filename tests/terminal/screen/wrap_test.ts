import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { sanitise } from "../../../src/terminal/mod.ts";
import { clusters, shownColumns, wrap } from "../../../src/terminal/screen/mod.ts";
import { hostileText } from "./hostile_text.ts";

function rows(line: string, columns: number): string[] {
  return wrap(line, columns).map(({ start, end }) => line.slice(start, end));
}

Deno.test("`wrap()` breaks between words", () => {
  assertEquals(rows("the quick brown fox", 9), ["the quick ", "brown fox"]);
  assertEquals(rows("the quick brown fox", 10), ["the quick ", "brown fox"]);
  assertEquals(rows("the quick brown fox", 80), ["the quick brown fox"]);
  assertEquals(rows("", 10), [""]);
});

Deno.test("`wrap()` breaks a word only where it is wider than a row", () => {
  assertEquals(rows("a honorificabilitudinitas b", 10), [
    "a ",
    "honorifica",
    "bilitudini",
    "tas b",
  ]);
});

Deno.test("`wrap()` lets one space hang over, and the next row follow", () => {
  assertEquals(rows("hello ", 5), ["hello ", ""]);
  assertEquals(rows("hello   you", 5), ["hello ", "  you"]);
  assertEquals(wrap("hello you", 5).map((row) => row.columns), [6, 3]);
});

Deno.test("`wrap()` breaks beside wide characters, never in a cluster", () => {
  assertEquals(rows("漢字漢字", 5), ["漢字", "漢字"]);
  assertEquals(rows("ab漢字cd", 4), ["ab漢", "字cd"]);
  assertEquals(rows("ab👩‍👩‍👧cd", 3), ["ab", "👩‍👩‍👧", "cd"]);
  assertEquals(rows("e\u0301e\u0301e\u0301", 2), ["e\u0301e\u0301", "e\u0301"]);
});

Deno.test("`wrap()` loses nothing and keeps to the width", () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 1, max: 12 }), (text, columns) => {
      for (const line of [sanitise(text), text.replaceAll("\n", "")]) {
        const wrapped = wrap(line, columns);
        let end = 0;
        for (const row of wrapped) {
          assertEquals(row.start, end);
          end = row.end;
          const parts = [...clusters(line.slice(row.start, row.end))];
          const hangs = parts.at(-1)?.text === " " ? 1 : 0;
          const seen = parts.filter((part) => shownColumns(part) > 0);
          assert(row.columns <= columns + hangs || seen.length - hangs <= 1, JSON.stringify(row));
        }
        assertEquals(end, line.length);
      }
    }),
    { numRuns: 1_000 },
  );
});
