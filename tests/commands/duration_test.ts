import { assertEquals } from "@std/assert";
import { parseDuration } from "../../src/commands/duration.ts";

Deno.test("`parseDuration()` understands every unit", () => {
  assertEquals(parseDuration("0"), 0);
  assertEquals(parseDuration("0s"), 0);
  assertEquals(parseDuration("500ms"), 500);
  assertEquals(parseDuration("30s"), 30_000);
  assertEquals(parseDuration("1.5m"), 90_000);
  assertEquals(parseDuration("2h"), 7_200_000);
  assertEquals(parseDuration(" 3d "), 259_200_000);
});

Deno.test("`parseDuration()` refuses everything else", () => {
  const wrong = [
    "",
    "5",
    "-5s",
    "s",
    "5 s",
    "5S",
    "5w",
    "1e3s",
    ".5s",
    "5.s",
    "1s2m",
    "99999999999s",
  ];
  for (const text of wrong) assertEquals(parseDuration(text), undefined, text);
});
