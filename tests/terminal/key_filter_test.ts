import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { KeyFilter } from "../../src/terminal/prompts/key_filter.ts";

function passed(...chunks: string[]): string {
  const filter = new KeyFilter();
  const bytes = chunks.flatMap((chunk) => [...filter.feed(new TextEncoder().encode(chunk))]);
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

Deno.test("`KeyFilter` lets keys and text through", () => {
  for (const keys of ["a漢é", "\r", "\x03", "\x04", "\x1b", "\x1b[A", "\x1b[3~", "\x7f", "\t"]) {
    assertEquals(passed(keys), keys);
  }
});

Deno.test("`KeyFilter` drops Ctrl-Z and keys that would be typed as control characters", () => {
  assertEquals(passed("a\x1ab\x1c\x1d\x1e\x1f\0c"), "abc");
});

Deno.test("`KeyFilter` makes a paste one line without control characters", () => {
  assertEquals(
    passed("\x1b[200~one\r\ntwo\n\n\tthree\x1b[31m\x03\r\x1b[201~\r"),
    "one two three[31m\r",
  );
});

Deno.test("`KeyFilter` lets the Escape key through at once", () => {
  assertEquals(passed("\x1b", "[A"), "\x1b[A");
});

Deno.test("`KeyFilter` passes the same however a paste is cut after its first byte", () => {
  const before = "x", after = "\x1b[200~one\ntwo\x1b[201~\r";
  const cuts = fc.uniqueArray(fc.nat(after.length)).map((all) => all.sort((a, b) => a - b));
  fc.assert(fc.property(cuts, (cuts) => {
    // A cut right behind ESC cannot be told from the Escape key.
    const safe = cuts.filter((at) => after[at - 1] !== "\x1b");
    const chunks = [0, ...safe].map((at, index) => after.slice(at, safe[index]));
    assertEquals(passed(before, ...chunks), "xone two\r");
  }));
});
