import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encodeFrames, FrameDecoder, FramingError } from "../../src/framing/mod.ts";

const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 20 });

Deno.test("FrameDecoder gives back what encodeFrames() joined, however it is cut", () => {
  fc.assert(fc.property(payloads, fc.array(fc.nat(50)), (frames, cuts) => {
    const bytes = encodeFrames(frames);
    const decoder = new FrameDecoder(300);
    const seen: number[][] = [];
    let offset = 0;
    for (const cut of [...cuts, bytes.byteLength]) {
      const chunk = bytes.subarray(offset, offset + cut);
      offset += chunk.byteLength;
      seen.push(...decoder.push(chunk).map((payload) => [...payload]));
    }
    assertEquals(seen, frames.map((frame) => [...frame]));
    assertEquals(decoder.pendingBytes, 0);
  }));
});

Deno.test("FrameDecoder takes any bytes without holding more than one frame", () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
    const decoder = new FrameDecoder(100);
    try {
      for (const chunk of chunks) {
        decoder.push(chunk);
        if (decoder.pendingBytes > 103) throw new Error(`holds ${decoder.pendingBytes} B`);
      }
    } catch (error) {
      if (!(error instanceof FramingError)) throw error;
    }
  }));
});

for (
  const [what, bytes] of [
    ["a length of 0xFFFFFFFF", [0xff, 0xff, 0xff, 0xff, 0x0f]],
    ["a varint of ten bytes", new Array(10).fill(0x80)],
    ["a length that is not minimal", [0x81, 0x00, 0x00]],
    ["an empty frame", [0x00]],
    ["a frame over the limit", [0xe5, 0x00]],
    ["a frame over the limit by one", [101]],
  ] as const
) {
  Deno.test(`FrameDecoder refuses ${what}`, () => {
    assertThrows(() => new FrameDecoder(100).push(Uint8Array.from(bytes)), FramingError);
  });
}

Deno.test("FrameDecoder accepts a frame of exactly the limit", () => {
  const frame = new Uint8Array(100).fill(7);
  assertEquals(new FrameDecoder(100).push(encodeFrames([frame])), [frame]);
});
