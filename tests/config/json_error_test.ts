import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

import { findJsonError } from "../../src/config/json_error.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Not JSON: that is the answer.
    return false;
  }
}

Deno.test("findJsonError() names the place and what could have stood there", () => {
  const cases: [string, number, number, string][] = [
    ["", 1, 1, "a value"],
    ["{", 1, 2, 'a key in double quotes or "}"'],
    ['{\n  "port": 7000\n  "name": "red"\n}', 3, 3, 'a comma or "}"'],
    ['{\n  "port": 7000,\n}', 3, 1, "a key in double quotes"],
    ['{"port" 7000}', 1, 9, "a colon"],
    ["{'port': 7000}", 1, 2, 'a key in double quotes or "}"'],
    ['{"port": }', 1, 10, "a value"],
    ['{"port": 07000}', 1, 10, "a value"],
    ['{"name": "red}\n', 1, 10, "a value"],
    ['{"mandatory": ["a:1" "b:2"]}', 1, 22, 'a comma or "]"'],
    ['{"mandatory": [,]}', 1, 16, 'a value or "]"'],
    ["{} // comment", 1, 4, "the end of the file"],
    ['{"mdns": True}', 1, 10, "a value"],
    ["[1]]", 1, 4, "the end of the file"],
    ["[1}", 1, 3, 'a comma or "]"'],
  ];
  for (const [text, line, column, expected] of cases) {
    assertEquals(findJsonError(text), { line, column, expected }, text);
  }
});

Deno.test("findJsonError() finds nothing in JSON", () => {
  fc.assert(fc.property(fc.json(), fc.nat({ max: 4 }), (text, indent) => {
    assertEquals(findJsonError(text), undefined);
    assertEquals(findJsonError(JSON.stringify(JSON.parse(text), null, indent)), undefined);
  }));
});

Deno.test("findJsonError() agrees with JSON.parse() on damaged JSON", () => {
  const damaged = fc.tuple(fc.json(), fc.nat(), fc.nat({ max: 3 }), fc.string({ maxLength: 3 }))
    .map(([text, at, cut, inserted]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + inserted + text.slice(start + cut);
    });
  const pieces = fc.array(
    fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"',
      '"a"',
      "1",
      "-",
      "0",
      ".",
      "e",
      "true",
      " ",
      "\n",
      "\\",
      "\u2028",
    ),
    { maxLength: 10 },
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(damaged, pieces), (text) => {
      assertEquals(findJsonError(text) === undefined, isJson(text));
    }),
    { numRuns: 5000 },
  );
});

Deno.test("findJsonError() bears deep nesting and long unterminated strings", () => {
  const deep = findJsonError("[".repeat(100_000));
  assertEquals(deep?.column, 100_001);
  assert(findJsonError(`"${'\\"x'.repeat(100_000)}`) !== undefined);
});
