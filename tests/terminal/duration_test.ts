import { assertEquals } from "@std/assert";
import { formatAgo, formatDuration } from "../../src/terminal/mod.ts";

Deno.test("`formatDuration()` has one unit that suits", () => {
  const examples: [number, string][] = [
    [0, "0 ms"],
    [0.43, "0.4 ms"],
    [9.99, "9.9 ms"],
    [12.7, "12 ms"],
    [999.9, "999 ms"],
    [1_500, "1.5 s"],
    [2_000, "2 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [3_599_999, "59 min"],
    [7_200_000, "2 h"],
    [172_800_000, "2 d"],
    [-5, "0 ms"],
    [NaN, "0 ms"],
  ];
  for (const [ms, text] of examples) assertEquals(formatDuration(ms), text);
});

Deno.test("`formatAgo()` counts whole seconds and does not speak of the future", () => {
  assertEquals(formatAgo(10_000, 10_999), "just now");
  assertEquals(formatAgo(10_000, 12_900), "2 s ago");
  assertEquals(formatAgo(0, 3_600_000), "1 h ago");
  assertEquals(formatAgo(99_000, 10_000), "just now");
  assertEquals(formatAgo(NaN, 10_000), "just now");
});
