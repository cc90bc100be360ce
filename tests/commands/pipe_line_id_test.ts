import { assertEquals } from "@std/assert";
import { validate, version } from "uuid";
import { lineId } from "../../src/commands/pipe/line_id.ts";

const STREAM = { name: "job", self: "me", recipient: "red" };

Deno.test("lineId() is the same UUIDv8 for the same line, for ever", async () => {
  const id = await lineId(STREAM, 1);
  // Of `printf '["job","me","red",1]' | sha256sum`; a change would send lines twice.
  assertEquals(id, "59939faf-b80f-88ef-8f4f-c0354f38e2ef");
  assertEquals([validate(id), version(id), id], [true, 8, await lineId({ ...STREAM }, 1)]);
});

Deno.test("lineId() differs with each part, wherever one ends", async () => {
  const ids = await Promise.all([
    lineId(STREAM, 1),
    lineId(STREAM, 2),
    lineId({ ...STREAM, name: "job2" }, 1),
    lineId({ ...STREAM, name: 'job","me' }, 1),
    lineId({ ...STREAM, self: "you" }, 1),
    lineId({ ...STREAM, recipient: "blue" }, 1),
  ]);
  assertEquals(new Set(ids).size, ids.length);
});
