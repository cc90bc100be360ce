import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FrameDecoder } from "../../../src/framing/mod.ts";
import { Frame } from "../../../src/discovery/exchange/wire.pb.ts";
import {
  decodeFrame,
  encodeAnswer,
  encodeQuestion,
  ExchangeWireError,
  MAX_FRAME_BYTES,
  MAX_QUESTION_BYTES,
  type PeerRecord,
} from "../../../src/discovery/exchange/wire.ts";

function only(bytes: Uint8Array, limit = MAX_FRAME_BYTES): Uint8Array {
  const [payload, ...rest] = new FrameDecoder(limit).push(bytes);
  if (payload === undefined || rest.length > 0) throw new Error("not exactly one frame");
  return payload;
}

function faultOf(payload: Uint8Array): string {
  return assertThrows(() => decodeFrame(payload), ExchangeWireError).reason;
}

const utf8 = (text: string) => new TextEncoder().encode(text);

const record: fc.Arbitrary<PeerRecord> = fc.record({
  peerId: fc.string({ maxLength: 64 }),
  name: fc.string({ unit: "binary", maxLength: 64 }),
  addresses: fc.array(fc.string({ maxLength: 100 }), { maxLength: 8 }),
  seenAgoMs: fc.nat(),
});

Deno.test("decodeFrame() reads what encodeAnswer() wrote, whatever the records", () => {
  fc.assert(fc.property(fc.array(record, { maxLength: 50, size: "medium" }), (records) => {
    assertEquals(decodeFrame(only(encodeAnswer(records))), { type: "answer", records });
  }));
});

Deno.test("decodeFrame() reads what encodeQuestion() wrote", () => {
  assertEquals(decodeFrame(only(encodeQuestion(), MAX_QUESTION_BYTES)), { type: "question" });
});

Deno.test("encodeAnswer() leaves out records that do not fit, and fits always", () => {
  const long: PeerRecord = {
    peerId: "p".repeat(64),
    name: "🐙".repeat(64),
    addresses: Array.from({ length: 8 }, (_, n) => String(n).repeat(300)),
    seenAgoMs: 1,
  };
  const frame = decodeFrame(only(encodeAnswer(new Array(70).fill(long))));
  if (frame.type !== "answer") throw new Error("not an answer");
  assert(frame.records.length > 20 && frame.records.length < 64);
});

Deno.test("encodeAnswer() keeps the time within its field", () => {
  const records = [-1, 2 ** 40, 0.4].map((seenAgoMs) => ({
    peerId: "p",
    name: "",
    addresses: [],
    seenAgoMs,
  }));
  const frame = decodeFrame(only(encodeAnswer(records)));
  if (frame.type !== "answer") throw new Error("not an answer");
  assertEquals(frame.records.map(({ seenAgoMs }) => seenAgoMs), [0, 2 ** 32 - 1, 0]);
});

const empty = { peerId: utf8("p"), name: utf8(""), addresses: [], seenAgoMs: 0 };

for (
  const [what, fault, records] of [
    ["65 records", "too-many", new Array(65).fill(empty)],
    ["9 addresses", "too-many", [{ ...empty, addresses: new Array(9).fill(utf8("a")) }]],
    ["a name of 65 characters", "too-long", [{ ...empty, name: utf8("x".repeat(65)) }]],
    ["a peer id of 65 bytes", "too-long", [{ ...empty, peerId: utf8("x".repeat(65)) }]],
    ["an address of 301 bytes", "too-long", [{ ...empty, addresses: [utf8("x".repeat(301))] }]],
    ["a name that is not UTF-8", "not-utf8", [{ ...empty, name: Uint8Array.of(0xff) }]],
    ["an address that is not UTF-8", "not-utf8", [{
      ...empty,
      addresses: [Uint8Array.of(0xc0, 0x80)],
    }]],
  ] as const
) {
  Deno.test(`decodeFrame() refuses an answer with ${what}`, () => {
    assertEquals(faultOf(Frame.encode({ answer: { records: [...records] } })), fault);
  });
}

Deno.test("decodeFrame() refuses a frame with nothing that it knows", () => {
  assertEquals(faultOf(Uint8Array.of(0x1a, 0x00)), "unknown-frame");
});

Deno.test("decodeFrame() refuses groups nested as deep as a frame allows", () => {
  assertEquals(faultOf(new Uint8Array(MAX_FRAME_BYTES).fill(0x1b)), "not-protobuf");
});

Deno.test("decodeFrame() gives a frame within the limits or an ExchangeWireError, for any bytes", () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    // One byte changed in a good frame gets further into the decoder than noise.
    fc.tuple(fc.array(record, { minLength: 1, maxLength: 5 }), fc.nat(), fc.nat(255)).map(
      ([records, at, byte]) => {
        const payload = only(encodeAnswer(records)).slice();
        payload[at % payload.length] = byte;
        return payload;
      },
    ),
  );
  fc.assert(fc.property(anything, (bytes) => {
    try {
      const frame = decodeFrame(bytes);
      if (frame.type !== "answer") return;
      assert(frame.records.length <= 64);
      for (const { name, addresses, seenAgoMs } of frame.records) {
        assert([...name].length <= 64 && name.isWellFormed());
        assert(addresses.length <= 8);
        assert(Number.isInteger(seenAgoMs) && seenAgoMs >= 0);
      }
    } catch (error) {
      if (!(error instanceof ExchangeWireError)) throw error;
    }
  }));
});
