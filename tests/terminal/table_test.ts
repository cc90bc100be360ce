import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { createStyle, displayWidth, formatTable } from "../../src/terminal/mod.ts";

const columns = [
  { header: "NAME", shrinks: true },
  { header: "RTT", align: "right" },
  { header: "ADDRESS", shrinks: true },
] as const;

Deno.test("`formatTable()` aligns columns, also with wide characters, without trailing spaces", () => {
  const rows = [["red", "0.4 ms", "127.0.0.1:7000"], ["漢字", "12 ms", ""], ["blue"]];
  assertEquals(formatTable({ columns, rows }), [
    "NAME     RTT  ADDRESS",
    "red   0.4 ms  127.0.0.1:7000",
    "漢字   12 ms",
    "blue",
  ]);
});

Deno.test("`formatTable()` takes from the widest shrinking column first", () => {
  const rows = [["a-rather-long-name", "3 ms", "/ip4/192.168.100.100/tcp/7000"]];
  assertEquals(formatTable({ columns, rows, width: 40 }), [
    "NAME               RTT  ADDRESS",
    "a-rather-long-n…  3 ms  /ip4/192.168.10…",
  ]);
});

Deno.test("`formatTable()` leaves optional columns out, the last first, before it cuts anything", () => {
  const some = [
    { header: "NAME", shrinks: true },
    { header: "AGE", optional: true },
    { header: "ADDRESS", shrinks: true },
    { header: "SEEN", optional: true },
  ] as const;
  const at = (width: number) =>
    formatTable({ columns: some, rows: [["anna", "3 min", "127.0.0.1:7000", "now"]], width })[1];
  assertEquals(at(33), "anna  3 min  127.0.0.1:7000  now");
  assertEquals(at(32), "anna  3 min  127.0.0.1:7000");
  assertEquals(at(26), "anna  127.0.0.1:7000");
  assertEquals(at(19), "anna  127.0.0.1:70…");
});

Deno.test("`formatTable()` colours cells without disturbing their alignment", () => {
  const { good, dim } = createStyle(true);
  const lines = formatTable({
    columns: [{ header: "A" }, { header: "B" }],
    rows: [[{ text: "up", style: good }, "x"]],
    style: { dim },
  });
  assertEquals(lines, [
    "\x1b[2mA \x1b[22m  \x1b[2mB\x1b[22m",
    "\x1b[32mup\x1b[39m  x",
  ]);
});

Deno.test("`formatTable()` never exceeds its width nor ends a line in spaces", () => {
  const cell = fc.string({ unit: "grapheme", maxLength: 30 }).map((text) => text.trim());
  fc.assert(
    fc.property(fc.array(fc.array(cell, { maxLength: 3 })), fc.nat(60), (rows, width) => {
      for (const line of formatTable({ columns, rows, width })) {
        assert(displayWidth(line) <= width);
        assert(!line.endsWith(" "));
      }
    }),
  );
});
