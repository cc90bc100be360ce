import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";

import { valueText } from "../../src/logging/value_text.ts";

Deno.test("valueText() shows each kind of value so that people recognise it", () => {
  const cases: [unknown, string][] = [
    ["red\n", "red\n"],
    [7000, "7000"],
    [10n, "10"],
    [true, "true"],
    [undefined, "undefined"],
    [null, "null"],
    [Symbol("red"), "Symbol(red)"],
    [{ port: 7000, name: "red" }, `{ port: 7000, name: "red" }`],
    [["a", 1], `[ "a", 1 ]`],
    [new Map([["a", 1]]), `Map(1) { "a" => 1 }`],
    [new URL("http://red/"), "http://red/"],
    [new Uint8Array([0, 15, 255]), "000fff"],
    [Object.create(null), "[Object: null prototype] {}"],
    [class Red {}, "[class Red]"],
  ];
  for (const [value, expected] of cases) assertEquals(valueText(value), expected);
});

Deno.test("valueText() tells the causes of an error", () => {
  const cause = new TypeError("wrong", { cause: "a text" });
  assertEquals(
    valueText(new Error("failed", { cause })),
    "Error: failed (caused by TypeError: wrong (caused by a text))",
  );
  assertEquals(
    valueText(new AggregateError([new Error("a"), "b"], "both")),
    "AggregateError: both [Error: a; b]",
  );
});

Deno.test("valueText() adds where an error was thrown when asked", () => {
  assertMatch(
    valueText(new Error("failed"), { stacks: true }),
    /^Error: failed at .*_test\.ts:\d+/,
  );
});

Deno.test("valueText() is bounded for errors and values that contain themselves", () => {
  const error = new Error("round");
  error.cause = error;
  assertEquals(valueText(error).match(/round/g)?.length, 6);
  const many = new AggregateError([], "many");
  many.errors.push(many, many, many);
  assert(valueText(many).length < 20_000);
  const circle: { self?: unknown } = {};
  circle.self = circle;
  assertMatch(valueText(circle), /Circular/);
  assert(valueText(new Uint8Array(1_000_000)).endsWith("… (1000000 bytes)"));
  assert(valueText(Array(1_000_000).fill("x")).length < 1000);
});

Deno.test("valueText() survives values whose own code throws", () => {
  const fails = () => {
    throw new Error("no");
  };
  assertEquals(valueText({ toString: fails }), "[object that cannot be shown]");
  const error = Object.defineProperty(new Error("a"), "message", { get: fails });
  assertEquals(valueText(error), "[object that cannot be shown]");
  fc.assert(fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (value) => {
    assertEquals(typeof valueText(value), "string");
  }));
});
