import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { ChatError } from "../../src/errors.ts";
import { type ByteSource, InputReader } from "../../src/terminal/input_reader.ts";

/** Gives the chunks one a read, then the end or an error. */
function sourceOf(chunks: readonly (string | Uint8Array)[], failure?: Error): ByteSource {
  const queue = chunks.map((each) =>
    typeof each === "string" ? new TextEncoder().encode(each) : each
  );
  return {
    read(buffer) {
      const chunk = queue.shift();
      if (chunk === undefined) return failure ? Promise.reject(failure) : Promise.resolve(null);
      buffer.set(chunk);
      return Promise.resolve(chunk.length);
    },
  };
}

Deno.test("`lines()` takes line ends off, keeps empty lines and a last line without end", async () => {
  const reader = new InputReader(sourceOf(["one\r\ntw", "o\n\n", "\r\nlast"]));
  assertEquals(await Array.fromAsync(reader.lines()), ["one", "two", "", "", "last"]);
});

Deno.test("`lines()` gives the same lines however the bytes are cut", async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.string({ unit: "binary" }).map((line) => line.replace(/[\r\n\ufeff]/g, ""))),
    fc.integer({ min: 1, max: 7 }),
    async (lines, size) => {
      const bytes = new TextEncoder().encode(lines.map((line) => line + "\n").join(""));
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      assertEquals(await Array.fromAsync(new InputReader(sourceOf(chunks)).lines()), lines);
    },
  ));
});

Deno.test("`lines()` replaces invalid UTF-8", async () => {
  const reader = new InputReader(sourceOf([Uint8Array.of(0x61, 0xff, 0x62, 0x0a)]));
  assertEquals(await Array.fromAsync(reader.lines()), ["a\ufffdb"]);
});

Deno.test("`lines()` loses nothing when a loop is left or a wait is aborted", async () => {
  const waiting = Promise.withResolvers<void>();
  const source = sourceOf(["one\ntwo\n", "three\n"]);
  const reader = new InputReader({
    async read(buffer) {
      if (reads++ === 1) await waiting.promise;
      return await source.read(buffer);
    },
  });
  let reads = 0;
  for await (const line of reader.lines()) {
    assertEquals(line, "one");
    break;
  }
  const controller = new AbortController();
  const seen: string[] = [];
  const reason = new Error("enough");
  const error = await assertRejects(async () => {
    for await (const line of reader.lines({ signal: controller.signal })) {
      seen.push(line);
      controller.abort(reason);
    }
  });
  assertEquals(error, reason);
  assertEquals(seen, ["two"]);
  const next = reader.lines({ signal: AbortSignal.abort(reason) });
  assertEquals(await assertRejects(() => next.next()), reason);
  waiting.resolve();
  assertEquals(await Array.fromAsync(reader.lines()), ["three"]);
});

Deno.test("`lines()` rejects while it waits when the signal aborts", async () => {
  const bytes = Promise.withResolvers<number | null>();
  const reader = new InputReader({ read: () => bytes.promise });
  const controller = new AbortController();
  const waiting = reader.lines({ signal: controller.signal }).next();
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  bytes.resolve(null);
  assertEquals(await Array.fromAsync(reader.lines()), []);
});

Deno.test("`lines()` ends where reading fails, as after a closed terminal", async () => {
  const reader = new InputReader(sourceOf(["one\nrest"], new Error("EIO")));
  assertEquals(await Array.fromAsync(reader.lines()), ["one", "rest"]);
});

Deno.test("`lines()` refuses a line without end", async () => {
  const chunk = new Uint8Array(64 * 1024).fill(0x61);
  const reader = new InputReader({
    read(buffer) {
      buffer.set(chunk);
      return Promise.resolve(chunk.length);
    },
  });
  const error = await assertRejects(() => reader.lines().next(), ChatError, "longer than");
  assertEquals(error.code, "bad-usage");
});

Deno.test("`readAll()` gives everything as it is", async () => {
  const reader = new InputReader(sourceOf(["a\r\nb", "\n"]));
  assertEquals(await reader.readAll({ maxBytes: 5 }), "a\r\nb\n");
});

Deno.test("`readAll()` refuses too much, invalid UTF-8, and what cannot be read", async () => {
  await assertRejects(
    () => new InputReader(sourceOf(["123456"])).readAll({ maxBytes: 5 }),
    RangeError,
  );
  const invalid = new InputReader(sourceOf([Uint8Array.of(0xff)]));
  await assertRejects(() => invalid.readAll({ maxBytes: 5 }), TypeError);
  const broken = new InputReader(sourceOf(["part"], new Error("EISDIR")));
  const error = await assertRejects(() => broken.readAll({ maxBytes: 5 }), ChatError);
  assert(error.cause instanceof Error);
});

Deno.test("`chunks()` gives bytes as they come, none of those from before", async () => {
  const reader = new InputReader(sourceOf(["one\nold", "new", "\x1b[A"]));
  for await (const _line of reader.lines()) break;
  const { signal } = new AbortController();
  const seen = await Array.fromAsync(
    reader.chunks({ signal }),
    (chunk) => new TextDecoder().decode(chunk),
  );
  assertEquals(seen, ["new", "\x1b[A"]);
});

Deno.test("`chunks()` keeps what was typed before, the Enter key included, where it is to", async () => {
  const reader = new InputReader(sourceOf(["one\ntwo\nthr", "ee\n"]));
  for await (const _line of reader.lines()) break;
  const { signal } = new AbortController();
  const seen = await Array.fromAsync(
    reader.chunks({ signal, early: "keep" }),
    (chunk) => new TextDecoder().decode(chunk),
  );
  assertEquals(seen, ["two\rthr", "ee\n"]);
});

Deno.test("`chunks()` leaves a read that is under way to the next who asks", async () => {
  const waiting = Promise.withResolvers<void>();
  const source = sourceOf(["late\n"]);
  const reader = new InputReader({
    async read(buffer) {
      await waiting.promise;
      return await source.read(buffer);
    },
  });
  const controller = new AbortController();
  const next = reader.chunks({ signal: controller.signal }).next();
  controller.abort(new Error("enough"));
  await assertRejects(() => next, Error, "enough");
  const lines = Array.fromAsync(reader.lines());
  waiting.resolve();
  assertEquals(await lines, ["late"]);
});
