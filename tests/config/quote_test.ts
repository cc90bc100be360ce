import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";

import { quote } from "../../src/config/quote.ts";

Deno.test("quote() writes JSON", () => {
  assertEquals(quote("red"), `"red"`);
  assertEquals(quote(70000), "70000");
  assertEquals(quote(null), "null");
  assertEquals(quote(["a", { b: 1 }]), `["a",{"b":1}]`);
  assertEquals(quote(undefined), "undefined");
});

Deno.test("quote() gives one bounded line without control or formatting characters", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
    const quoted = quote(text);
    assert(!/[\p{C}\p{Zl}\p{Zp}]/u.test(quoted), quoted);
    assert(quoted.length <= 121);
  }));
  assertEquals(quote("\u001b[2J\u009b\u202e"), `"\\u001b[2J\\u{9b}\\u{202e}"`);
});
