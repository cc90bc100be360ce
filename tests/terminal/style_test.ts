import { assertEquals } from "@std/assert";
import { createStyle } from "../../src/terminal/mod.ts";

Deno.test("`createStyle()` marks up with colours and does nothing without", () => {
  assertEquals(createStyle(true).bad("no"), "\x1b[31mno\x1b[39m");
  assertEquals(createStyle(true).bold(""), "");
  const plain = createStyle(false);
  for (const name of ["dim", "bold", "accent", "good", "warn", "bad"] as const) {
    assertEquals(plain[name]("text"), "text");
  }
});
