import { assertEquals } from "@std/assert";
import { wrapLine } from "../../src/terminal/wrap_line.ts";

Deno.test("`wrapLine()` breaks between words and indents what follows", () => {
  assertEquals(wrapLine("one two three four", 9, 2), ["one two", "  three", "  four"]);
  assertEquals(wrapLine("  one  two three", 12, 4), ["  one  two", "    three"]);
});

Deno.test("`wrapLine()` leaves what fits, and words that never do", () => {
  assertEquals(wrapLine("one two", 7, 2), ["one two"]);
  assertEquals(wrapLine("one two", Infinity, 2), ["one two"]);
  assertEquals(wrapLine("a muchtoolong b", 5, 1), ["a", " muchtoolong", " b"]);
  assertEquals(wrapLine("muchtoolong", 5, 1), ["muchtoolong"]);
});

Deno.test("`wrapLine()` counts columns, not colours", () => {
  assertEquals(wrapLine("\x1b[1mone\x1b[22m two", 7, 2), ["\x1b[1mone\x1b[22m two"]);
  assertEquals(wrapLine("日本 語語", 8, 2), ["日本", "  語語"]);
});
