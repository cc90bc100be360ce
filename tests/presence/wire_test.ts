import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FrameDecoder } from "../../src/framing/mod.ts";
import { Frame } from "../../src/presence/wire.pb.ts";
import {
  decodeFrame,
  encodeGoodbye,
  encodeHello,
  encodeTwin,
  MAX_FRAME_BYTES,
  PresenceWireError,
} from "../../src/presence/wire.ts";

const NONE = new Uint8Array();

function only(bytes: Uint8Array): Uint8Array {
  const [payload, ...rest] = new FrameDecoder(MAX_FRAME_BYTES).push(bytes);
  if (payload === undefined || rest.length > 0) throw new Error("not exactly one frame");
  return payload;
}

function faultOf(payload: Uint8Array): string {
  return assertThrows(() => decodeFrame(payload), PresenceWireError).reason;
}

Deno.test("decodeFrame() reads what encodeHello() wrote, whatever the name", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 64 }), (name) => {
    assertEquals(decodeFrame(only(encodeHello(name))), { type: "hello", name, instance: "" });
  }));
});

Deno.test("decodeFrame() reads what encodeGoodbye() and encodeTwin() wrote", () => {
  assertEquals(decodeFrame(only(encodeGoodbye())), { type: "goodbye" });
  assertEquals(decodeFrame(only(encodeTwin())), { type: "twin" });
});

Deno.test("decodeFrame() reads which run of a node says Hello, up to 16 bytes", () => {
  const instance = new Uint8Array(16).fill(0xab);
  assertEquals(decodeFrame(only(encodeHello("Ada", instance))), {
    type: "hello",
    name: "Ada",
    instance: "ab".repeat(16),
  });
  const longer = Frame.encode({ hello: { name: NONE, instance: new Uint8Array(17) } });
  assertEquals(faultOf(longer), "instance-too-long");
});

Deno.test("encodeHello() counts characters, not UTF-16 units", () => {
  assertEquals(decodeFrame(only(encodeHello("🐙".repeat(64)))), {
    type: "hello",
    name: "🐙".repeat(64),
    instance: "",
  });
  assertThrows(() => encodeHello("🐙".repeat(65)), RangeError, "got 65");
});

Deno.test("decodeFrame() refuses a name of 65 characters", () => {
  const name = new TextEncoder().encode("x".repeat(65));
  assertEquals(faultOf(Frame.encode({ hello: { name, instance: NONE } })), "name-too-long");
});

Deno.test("decodeFrame() refuses a name of 4 KiB before it decodes it", () => {
  const name = new Uint8Array(4_000).fill(0xff);
  assertEquals(faultOf(Frame.encode({ hello: { name, instance: NONE } })), "name-too-long");
});

Deno.test("decodeFrame() refuses a name that is not UTF-8", () => {
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
    const name = Uint8Array.from(bytes);
    assertEquals(faultOf(Frame.encode({ hello: { name, instance: NONE } })), "name-not-utf8");
  }
});

Deno.test("decodeFrame() refuses a frame with nothing that it knows", () => {
  assertEquals(faultOf(Uint8Array.of(0x22, 0x00)), "unknown-frame");
});

Deno.test("decodeFrame() refuses groups nested as deep as a frame allows", () => {
  assertEquals(faultOf(new Uint8Array(MAX_FRAME_BYTES).fill(0x1b)), "not-protobuf");
});

Deno.test("decodeFrame() gives a frame within the limits or a PresenceWireError, for any bytes", () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.uint8Array({ maxLength: 300 }).map((name) =>
      Frame.encode({ hello: { name, instance: NONE } })
    ),
  );
  fc.assert(fc.property(anything, (bytes) => {
    try {
      const frame = decodeFrame(bytes);
      if (frame.type === "hello") {
        assert([...frame.name].length <= 64);
        assert(frame.name.isWellFormed());
      }
    } catch (error) {
      if (!(error instanceof PresenceWireError)) throw error;
    }
  }));
});
