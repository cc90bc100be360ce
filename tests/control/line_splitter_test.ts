import { assertEquals, assertThrows } from "@std/assert";
import { LineError, LineSplitter } from "../../src/control/line_splitter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("LineSplitter gives the same lines however the bytes arrive", () => {
  const input = bytes('\n{"a":1}\n\nüñ\u{1F600}\nlast');
  for (const size of [1, 2, 3, 5, 100]) {
    const splitter = new LineSplitter(100);
    const lines: string[] = [];
    for (let start = 0; start < input.length; start += size) {
      lines.push(...splitter.push(input.slice(start, start + size)));
    }
    assertEquals(lines, ['{"a":1}', "üñ\u{1F600}"]);
  }
});

Deno.test("LineSplitter refuses a line that is too long before its end has come", () => {
  const splitter = new LineSplitter(10);
  assertEquals([...splitter.push(bytes("0123456789\n01234"))], ["0123456789"]);
  assertThrows(() => [...splitter.push(bytes("567890"))], LineError, "longer than 10 bytes");
});

Deno.test("LineSplitter refuses what is not UTF-8", () => {
  const splitter = new LineSplitter(10);
  assertThrows(() => [...splitter.push(new Uint8Array([0xc3, 0x28, 0x0a]))], LineError, "UTF-8");
});
