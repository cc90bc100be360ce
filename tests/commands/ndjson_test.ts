import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { escapeUnprintable, isoTime, ndjsonLine } from "../../src/commands/ndjson.ts";

Deno.test("`ndjsonLine()` puts `event` first", () => {
  assertEquals(
    ndjsonLine({ event: "notice", at: null, message: "hello" }),
    '{"event":"notice","at":null,"message":"hello"}',
  );
});

Deno.test("`ndjsonLine()` escapes what acts on a terminal or begins a line, and loses nothing", () => {
  const hostile =
    "\x1b[2J\x07\x00\r\n\x7f\x85\x9b\u2028\u2029\u202e\u2066\u200b\ufeff\u{e0001}\ud800";
  const line = ndjsonLine({ event: "notice", at: null, message: hostile });
  assert(/^[\x20-\x7e]*$/.test(line), line);
  assertEquals(JSON.parse(line).message, hostile);
});

Deno.test("`ndjsonLine()` is one line that parses to the same, for any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (message) => {
    const line = ndjsonLine({ event: "notice", at: null, message });
    assert(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(line));
    assertEquals(JSON.parse(line), { event: "notice", at: null, message });
  }));
});

Deno.test("`ndjsonLine()` leaves ordinary text readable", () => {
  assert(ndjsonLine({ event: "notice", at: null, message: "grüße 🙂" }).includes("grüße 🙂"));
});

Deno.test("`isoTime()` gives UTC, and null for what is no time", () => {
  assertEquals(isoTime(Date.UTC(2026, 10, 22, 14, 2, 7, 5)), "2026-11-22T14:02:07.005Z");
  assertEquals(isoTime(-1), "1969-12-31T23:59:59.999Z");
  assertEquals(isoTime(NaN), null);
  assertEquals(isoTime(8.64e15 + 1), null);
});

Deno.test("`escapeUnprintable()` leaves no fillers and no floods of marks, and means the same", () => {
  const text = `a\u3164b\u115fo${"\u0301".repeat(300)}`;
  const json = escapeUnprintable(JSON.stringify(text));
  assertEquals(json.length, '"a\\u3164b\\u115fo"'.length + 4 + 296 * 6);
  assertEquals(JSON.parse(json), text);
});
