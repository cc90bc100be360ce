import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { checkAlias, foldName, looksOf } from "../../src/config/alias.ts";
import { ChatError } from "../../src/errors.ts";
import { sanitise } from "../../src/terminal/sanitise.ts";

for (
  const [text, alias] of [
    ["anna", "anna"],
    [" Anna B. ", "Anna B."],
    ["e\u0301va", "\u00e9va"],
    ["母", "母"],
    ["a/b-c", "a/b-c"],
    ["👩‍💻", "👩‍💻"],
    ["x".repeat(64), "x".repeat(64)],
  ] as const
) {
  Deno.test(`checkAlias() takes ${JSON.stringify(text)}`, () => {
    assertEquals(checkAlias(text), alias);
  });
}

for (
  const [text, why] of [
    ["", "empty"],
    [" \t ", "empty"],
    ["x".repeat(65), "longer than 64"],
    ["a\x1b[2Jb", "not visible"],
    ["a\nb", "not visible"],
    ["a\u202eb", "not visible"],
    ["a\u200bb", "not visible"],
    ["red:7000", "address"],
    ["/ip4/1.2.3.4", "address"],
    ["--json", "option"],
    ["12D3KooWabc", "peer id"],
    ["12d3koow", "peer id"],
  ] as const
) {
  Deno.test(`checkAlias() refuses ${JSON.stringify(text.slice(0, 20))}: ${why}`, () => {
    const error = assertThrows(() => checkAlias(text), ChatError);
    assertEquals([error.code, error.message.includes(why)], ["bad-usage", true], error.message);
  });
}

Deno.test("checkAlias() gives what is harmless and its own alias, for any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    let alias: string;
    try {
      alias = checkAlias(text);
    } catch (error) {
      return error instanceof ChatError;
    }
    return sanitise(alias) === alias && checkAlias(alias) === alias;
  }));
});

Deno.test("foldName() is equal for names that mean the same", () => {
  for (
    const [one, other] of [
      ["Anna", " aNNA "],
      ["ÉVA", "e\u0301va"],
      ["STRASSE", "straße"],
      ["ΟΔΟΣ", "οδός".normalize("NFD").replace(/\p{M}/gu, "")],
      ["Σ", "ς"],
    ] as const
  ) assertEquals(foldName(one), foldName(other));
  assertNotEquals(foldName("anna"), foldName("аnna"));
  assertNotEquals(foldName("eva"), foldName("éva"));
});

Deno.test("looksOf() is equal for names that a person could take for each other", () => {
  for (const name of ["аnna", "Ａnna", "ANNA", "an-na", "ännä", "a n n a", "anna.", "αnna"]) {
    assertEquals(looksOf(name), looksOf("anna"), name);
  }
  for (const name of ["paul", "pau1", "PAUI", "раul", "pauł", "pau|"]) {
    assertEquals(looksOf(name), looksOf("paul"), name);
  }
  for (const name of ["ann", "hanna", "anne", "anna2"]) {
    assertNotEquals(looksOf(name), looksOf("anna"), name);
  }
  assertNotEquals(looksOf("!!"), looksOf("??"));
});
