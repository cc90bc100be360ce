import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { excerptOf } from "../../src/chat_screen/found.ts";
import { foldText } from "../../src/history/search_terms.ts";
import { sanitise } from "../../src/terminal/sanitise.ts";
import { displayWidth } from "../../src/terminal/width.ts";
import { hostileText } from "../terminal/screen/hostile_text.ts";

function marked(text: string, search: string, columns: number): string {
  const excerpt = excerptOf(text, search, columns);
  return excerpt.matches.toReversed().reduce(
    (line, { start, end }) =>
      `${line.slice(0, start)}[${line.slice(start, end)}]${line.slice(end)}`,
    excerpt.text,
  );
}

Deno.test("`excerptOf()` has what was found on its line, and says where", () => {
  assertEquals(marked("let us have lunch", "LUNCH", 40), "let us have [lunch]");
  assertEquals(marked("two words", "words two", 40), "[two] [words]");
  const long = `${"before ".repeat(200)}lunch at noon ${"behind ".repeat(200)}`;
  assertEquals(marked(long, "lunch", 24), "… before [lunch] at noon …");
  assertEquals(marked("\x1b[2J\nlunch", "lunch", 40), "\\u{1B}[2J⏎[lunch]");
  assertEquals(marked("Straße", "STRASSE", 40), "[Straße]");
  assertEquals(marked("lunch", "lunch", 3), "[lu]…");
  assertEquals(marked("nothing", "lunch", 40), "nothing");
});

Deno.test("`excerptOf()` fits, is harmless, and marks only what was searched for", () => {
  fc.assert(fc.property(hostileText, fc.nat(60), (text, columns) => {
    const search = "lunch";
    const excerpt = excerptOf(text + "Lunch" + text, search, columns + 1);
    assertEquals(sanitise(excerpt.text), excerpt.text);
    for (const { start, end } of excerpt.matches) {
      const part = foldText(excerpt.text.slice(start, end));
      assertEquals(search.startsWith(part) || part.includes(search), true, part);
    }
    if (displayWidth(excerpt.text) > columns + 1) throw new Error(excerpt.text);
  }));
});
