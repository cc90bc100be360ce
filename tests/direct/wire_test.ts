import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { v7 } from "uuid";
import {
  decodeFrame,
  encodeAnswers,
  encodeMessages,
  MAX_FRAME_BYTES,
  MAX_TEXT_BYTES,
  textFault,
  WireError,
} from "../../src/direct/wire.ts";
import { Frame } from "../../src/direct/wire.pb.ts";
import { FrameDecoder } from "../../src/framing/mod.ts";

function decode(bytes: Uint8Array) {
  return new FrameDecoder(MAX_FRAME_BYTES).push(bytes).map(decodeFrame);
}

const wellFormed = fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 })
  .filter((text) => textFault(text) === undefined);

Deno.test("decodeFrame() reads back what encodeMessages() wrote", () => {
  fc.assert(fc.property(wellFormed, fc.integer({ min: 1 }), fc.boolean(), (text, sequence, re) => {
    const replyTo = re ? v7() : undefined;
    const message = { id: v7(), sequence, sentAt: 1_800_000_000_000, text, replyTo };
    assertEquals(decode(encodeMessages([message])), [{ type: "message", message }]);
  }));
});

Deno.test("decodeFrame() reads back what encodeAnswers() wrote", () => {
  const ids = Array.from({ length: 1500 }, () => v7());
  const id = v7();
  const frames = decode(
    encodeAnswers({ acknowledged: ids, refused: [{ id, reason: "full" }], read: [] }),
  );
  assertEquals(frames.flatMap((frame) => frame.type === "acknowledgement" ? frame.ids : []), ids);
  assertEquals(frames.at(-1), { type: "refusal", id, reason: "full" });
});

Deno.test("encodeMessages() stays within a frame for the largest text", () => {
  const text = "x".repeat(MAX_TEXT_BYTES);
  const message = { id: v7(), sequence: 2 ** 53 - 1, sentAt: 8.64e15, text, replyTo: v7() };
  assertEquals(decode(encodeMessages([message]))[0]?.type, "message");
});

Deno.test("decodeFrame() turns any bytes into a frame or a WireError", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    try {
      decodeFrame(bytes);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
  }));
});

function encodeText(text: Uint8Array<ArrayBuffer>): Uint8Array {
  return Frame.encode({
    message: {
      id: new Uint8Array(16).fill(0x11).fill(0x71, 6, 7).fill(0x81, 8, 9),
      sequence: 1,
      sentAtMs: 0n,
      text,
      replyTo: new Uint8Array(),
    },
  });
}

for (
  const [what, text] of [
    ["empty", new Uint8Array()],
    ["oversized", new Uint8Array(MAX_TEXT_BYTES + 1).fill(0x61)],
    ["not UTF-8", Uint8Array.of(0xff, 0xfe)],
    ["with a NUL", Uint8Array.of(0x61, 0x00, 0x62)],
  ] as const
) {
  Deno.test(`decodeFrame() has a text that is ${what} refused, not the stream closed`, () => {
    assertEquals(decodeFrame(encodeText(text)).type, "unacceptable");
  });
}

Deno.test("decodeFrame() refuses a frame without a body, a short id and sequence 0", () => {
  assertThrows(() => decodeFrame(new Uint8Array()), WireError);
  const message = { sequence: 1, sentAtMs: 0n, text: Uint8Array.of(97), replyTo: new Uint8Array() };
  const short = Frame.encode({ message: { ...message, id: new Uint8Array(15) } });
  assertThrows(() => decodeFrame(short), WireError);
  const id = new Uint8Array(16).fill(0x11).fill(0x71, 6, 7).fill(0x81, 8, 9);
  const zero = Frame.encode({ message: { ...message, id, sequence: 0 } });
  assertThrows(() => decodeFrame(zero), WireError);
});

Deno.test("decodeFrame() brings an impossible time into the range of dates", () => {
  const id = new Uint8Array(16).fill(0x11).fill(0x71, 6, 7).fill(0x81, 8, 9);
  const text = Uint8Array.of(97);
  const late = { id, sequence: 1, sentAtMs: 2n ** 64n - 1n, text, replyTo: new Uint8Array() };
  const frame = decodeFrame(Frame.encode({ message: late }));
  assertEquals(frame.type === "message" && frame.message.sentAt, 8.64e15);
});
