import { assertEquals } from "@std/assert";
import { PromptFrame } from "../../src/terminal/prompts/prompt_frame.ts";

/** Counts code points, as if none was wide. */
const measure = (text: string) => [...text].length;

function shown(...outputs: string[]) {
  const frame = new PromptFrame(measure);
  outputs.forEach((output) => frame.feed(output));
  return frame.frame;
}

Deno.test("`PromptFrame` reads lines and the cursor on one of them", () => {
  assertEquals(shown("\x1b[1mName\x1b[22m abc\n> wrong\x1b[1A\x1b[7G"), {
    lines: ["\x1b[1mName\x1b[22m abc", "> wrong"],
    cursor: { line: 0, offset: 6 },
    cursorVisible: true,
  });
});

Deno.test("`PromptFrame` forgets what is erased before it is drawn again", () => {
  const first = "? pick\n> a\n  b\x1b[?25l\x1b[4G";
  const again = "\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2K\x1b[G" + "pick a\x1b[7G";
  assertEquals(shown(first, again), {
    lines: ["pick a"],
    cursor: { line: 0, offset: 6 },
    cursorVisible: false,
  });
});

Deno.test("`PromptFrame` keeps the cursor behind spaces that were cut off", () => {
  assertEquals(shown("Name a\x1b[10G").cursor, { line: 0, offset: 9 });
});

Deno.test("`PromptFrame` puts the cursor between graphemes by the columns of the prompt", () => {
  const family = "👩‍👩‍👧";
  const columns = 1 + measure(family);
  assertEquals(shown(`a${family}b\x1b[${columns + 1}G`).cursor.offset, 1 + family.length);
  assertEquals(shown(`a${family}b\x1b[2G`).cursor.offset, 1);
});

Deno.test("`PromptFrame` follows the end of a prompt", () => {
  const { lines, cursorVisible } = shown("done\x1b[?25l", "\n\x1b[G\x1b[?25h");
  assertEquals([lines, cursorVisible], [["done", ""], true]);
});
