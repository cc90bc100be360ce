import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ReceiveBuffer } from "../../src/transport/receive_buffer.ts";

Deno.test("`ReceiveBuffer.take()` gives bytes that later reads do not touch", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.0001, max: 1, noNaN: true })), (reads) => {
      const buffer = new ReceiveBuffer();
      const taken: Uint8Array[] = [];
      for (const [index, share] of reads.entries()) {
        const room = buffer.room();
        const count = Math.ceil(room.byteLength * share);
        room.fill(index % 251, 0, count);
        taken.push(buffer.take(count));
        assertEquals(taken.at(-1)?.byteLength, count);
      }
      for (const [index, bytes] of taken.entries()) {
        assertEquals(bytes.every((byte) => byte === index % 251), true);
      }
    }),
    { numRuns: 50 },
  );
});

Deno.test("`ReceiveBuffer` grows while reads fill it, up to 256 KiB, and shrinks again", () => {
  const buffer = new ReceiveBuffer();
  const sizes = () => buffer.room().byteLength;
  const idle = sizes();
  for (let i = 0; i < 10; i++) buffer.take(sizes());
  assertEquals(sizes(), 256 * 1024);
  for (let i = 0; i < 10; i++) buffer.take(100);
  assertEquals(sizes(), idle);
});

Deno.test("`ReceiveBuffer.take()` keeps at most twice the bytes that it gives alive", () => {
  const buffer = new ReceiveBuffer();
  for (let i = 0; i < 10; i++) buffer.take(buffer.room().byteLength);
  for (const share of [0.001, 0.1, 0.49, 0.5, 0.9, 1]) {
    const bytes = buffer.take(Math.ceil(buffer.room().byteLength * share));
    assertEquals(bytes.buffer.byteLength <= 2 * bytes.byteLength, true, `${share}`);
  }
});
