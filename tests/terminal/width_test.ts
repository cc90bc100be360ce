import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { displayWidth, graphemes, padEnd, padStart, truncate } from "../../src/terminal/mod.ts";

Deno.test("`displayWidth()` counts columns, not characters or colours", () => {
  assertEquals(displayWidth("abc"), 3);
  assertEquals(displayWidth("漢字"), 4);
  assertEquals(displayWidth("e\u0301"), 1);
  assertEquals(displayWidth("👩‍👩‍👧‍👦"), 2);
  assertEquals(displayWidth("\x1b[31mred\x1b[39m"), 3);
});

Deno.test("`graphemes()` gives back the whole text", () => {
  assertEquals([...graphemes("ae\u0301👍🏽")], ["a", "e\u0301", "👍🏽"]);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assertEquals([...graphemes(text)].join(""), text);
  }));
});

Deno.test("`truncate()` never exceeds its columns and keeps what fits", () => {
  assertEquals(truncate("hello", 5), "hello");
  assertEquals(truncate("hello!", 5), "hell…");
  assertEquals(truncate("漢字漢", 5), "漢字…");
  assertEquals(truncate("漢字漢", 4), "漢…");
  assertEquals(truncate("x", 0), "");
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(20), (text, columns) => {
    assert(displayWidth(truncate(text, columns)) <= columns);
  }));
});

Deno.test("`padEnd()` and `padStart()` fill by columns", () => {
  assertEquals(padEnd("漢", 4), "漢  ");
  assertEquals(padStart("漢", 4), "  漢");
  assertEquals(padEnd("toolong", 3), "toolong");
});
