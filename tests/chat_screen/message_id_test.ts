import { assertEquals, assertMatch } from "@std/assert";
import { parse, validate, version } from "uuid";
import { newMessageId, uuidOf } from "../../src/chat_screen/message_id.ts";

Deno.test("newMessageId() is a UUIDv7 of its time", () => {
  const now = Date.UTC(2026, 10, 22, 12);
  const id = newMessageId(now);
  assertMatch(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assertEquals([validate(id), version(id)], [true, 7]);
  assertEquals(parseInt(id.replaceAll("-", "").slice(0, 12), 16), now);
  assertEquals(newMessageId(now) === id, false);
});

Deno.test("uuidOf() keeps all bits but the six that say what it is", () => {
  const bytes = Uint8Array.from({ length: 20 }, () => 0xff);
  const id = uuidOf(bytes, 8);
  assertEquals(id, "ffffffff-ffff-8fff-bfff-ffffffffffff");
  assertEquals(parse(id).length, 16);
  assertEquals(bytes[6], 0xff);
});
