import { assertEquals } from "@std/assert";
import { parseMoment, timeOf } from "../../src/commands/moment.ts";

Deno.test("`parseMoment()` takes a time without zone as local", () => {
  const at = (time: Date) => ({ kind: "at" as const, time: time.getTime() });
  assertEquals(parseMoment("2026-11-22"), at(new Date(2026, 10, 22)));
  assertEquals(parseMoment("2026-11-22T14:30"), at(new Date(2026, 10, 22, 14, 30)));
  assertEquals(parseMoment("2026-11-22 14:30:05"), at(new Date(2026, 10, 22, 14, 30, 5)));
  assertEquals(parseMoment("2024-02-29"), at(new Date(2024, 1, 29)));
});

Deno.test("`parseMoment()` honours a zone", () => {
  const time = Date.UTC(2026, 10, 22, 14, 30);
  assertEquals(parseMoment("2026-11-22T14:30Z"), { kind: "at", time });
  assertEquals(parseMoment("2026-11-22T14:30z"), { kind: "at", time });
  assertEquals(parseMoment("2026-11-22T16:30+02:00"), { kind: "at", time });
});

Deno.test("`parseMoment()` takes a duration as that long ago", () => {
  assertEquals(parseMoment("2h"), { kind: "ago", span: 7_200_000 });
  assertEquals(timeOf({ kind: "ago", span: 1_000 }, 5_000), 4_000);
  assertEquals(timeOf({ kind: "at", time: 1_000 }, 5_000), 1_000);
});

Deno.test("`parseMoment()` refuses days that do not exist, and other text", () => {
  const wrong = [
    "",
    "yesterday",
    "2026-02-30",
    "2026-13-01",
    "2026-11-22T25:00",
    "22.11.2026",
    "2026",
  ];
  for (const text of wrong) assertEquals(parseMoment(text), undefined, text);
});
