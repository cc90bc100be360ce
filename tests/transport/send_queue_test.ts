import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { SendQueue } from "../../src/transport/send_queue.ts";
import { pattern } from "./sockets.ts";

Deno.test("`SendQueue` gives out what was appended, in order, however it is taken", () => {
  const step = fc.oneof(
    fc.record({ append: fc.oneof(fc.nat(40), fc.integer({ min: 10_000, max: 70_000 })) }),
    fc.record({ take: fc.double({ min: 0.01, max: 1, noNaN: true }) }),
  );
  const source = pattern(60 * 70_000);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const queue = new SendQueue();
      let appended = 0;
      let taken = 0;
      const take = (share: number) => {
        const bytes = queue.peek();
        if (bytes === undefined) return false;
        const count = Math.ceil(bytes.byteLength * share);
        assertEquals(equal(bytes, source.subarray(taken, taken + bytes.byteLength)), true);
        queue.sent(count);
        taken += count;
        return true;
      };
      for (const now of steps) {
        if ("append" in now) {
          queue.append(source.subarray(appended, appended + now.append));
          appended += now.append;
        } else {
          take(now.take);
        }
        assertEquals(queue.byteLength, appended - taken);
      }
      while (take(1));
      assertEquals(taken, appended);
    }),
    { numRuns: 60 },
  );
});

Deno.test("`SendQueue.peek()` joins small pieces and leaves large ones alone", () => {
  const queue = new SendQueue();
  for (let i = 0; i < 100; i++) queue.append(new Uint8Array(256));
  const large = new Uint8Array(100_000);
  queue.append(large);

  assertEquals(queue.peek()?.byteLength, 25_600);
  queue.sent(25_600);
  assertEquals(queue.peek(), large);
  assertEquals(queue.peek() === large, true, "a large piece is not copied");
});

Deno.test("`SendQueue.peek()` never joins more than 64 KiB", () => {
  const queue = new SendQueue();
  for (let i = 0; i < 1_000; i++) queue.append(new Uint8Array(256));
  assertEquals(queue.peek()?.byteLength, 65_536);
});

Deno.test("`SendQueue.sent()` refuses more than was given out", () => {
  const queue = new SendQueue();
  queue.append(new Uint8Array(3));
  assertThrows(() => queue.sent(1), RangeError, "0 B were due");
  queue.peek();
  assertThrows(() => queue.sent(4), RangeError, "3 B were due");
});

Deno.test("`SendQueue.clear()` forgets everything", () => {
  const queue = new SendQueue();
  queue.append(new Uint8Array(3));
  queue.peek();
  queue.append(new Uint8Array(3));
  queue.clear();
  assertEquals([queue.byteLength, queue.peek()], [0, undefined]);
});

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, index) => byte === b[index]);
}
