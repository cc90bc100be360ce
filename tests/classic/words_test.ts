import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { OLD_READ_BYTES } from "../../src/classic/limits.ts";
import { ClassicDecoder } from "../../src/classic/wire.ts";
import {
  encodeFarewell,
  encodeGreeting,
  encodeLetter,
  encodeMessage,
  linesOf,
  partAt,
  roomFor,
  unsayable,
} from "../../src/classic/words.ts";
import outbound from "../vectors/classic/outbound.json" with { type: "json" };

const HEAD = { host: "10.0.0.1", port: 5000, team: "red" };
const read = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function parts(text: string, room: number): string[] {
  const found: string[] = [];
  for (let start: number | undefined = 0; start !== undefined;) {
    const part = partAt(text, start, room);
    found.push(part.text);
    start = part.next;
  }
  return found;
}

Deno.test("encodeLetter() and encodeMessage() write the vectors", () => {
  for (const { head, text, bytes } of outbound.letters) {
    assertEquals(read(encodeLetter(head, text)), bytes);
  }
  for (const { port, text, bytes } of outbound.messages) {
    assertEquals(read(encodeMessage(port, text)), bytes);
  }
});

Deno.test("linesOf() and unsayable() give what the vectors say", () => {
  for (const { text, lines } of outbound.lines) assertEquals(linesOf(text), lines);
  for (const { dialect, text, reason } of outbound.unsayable) {
    assertEquals(unsayable(text, dialect === "a" ? "a" : "b") ?? null, reason);
  }
});

Deno.test("what is encoded is decoded again", () => {
  const sayable = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0"));
  fc.assert(fc.property(sayable, (text) => {
    const decoder = new ClassicDecoder();
    decoder.push(encodeLetter(HEAD, `${text}.`));
    assertEquals(decoder.end(), [{ type: "letter", ...HEAD, text: `${text}.` }]);
  }));
  const decoder = new ClassicDecoder();
  assertEquals(
    [encodeGreeting(7), encodeMessage(7, "hello"), encodeFarewell(7).subarray(2)]
      .flatMap((bytes) => decoder.push(bytes)),
    [{ type: "greeting", port: 7 }, { type: "message", text: "hello" }, { type: "exit" }],
  );
});

Deno.test("partAt() leaves what fits as it is", () => {
  const room = roomFor(HEAD);
  assertEquals(room, OLD_READ_BYTES - "10.0.0.1:5000 red ".length);
  assertEquals(parts("x".repeat(room), room), ["x".repeat(room)]);
  assertEquals(parts("x".repeat(room + 1), room).length, 2);
});

Deno.test("partAt() cuts between characters as people see them, into parts that say so and fit", () => {
  const cluster = fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 5 }),
    fc.constantFrom("e\u0301", "👩‍👩‍👧", "🇩🇪", "世", "x".repeat(50)),
  );
  const anyText = fc.array(cluster, { minLength: 1, maxLength: 60 }).map((all) => all.join(""));
  const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  fc.assert(
    fc.property(anyText, fc.integer({ min: 64, max: 200 }), (text, room) => {
      const found = parts(text, room);
      const encoder = new TextEncoder();
      assert(found.every((part) => encoder.encode(part).length <= room), "a part is too long");
      assert(found.slice(0, -1).every((part) => part.endsWith(" …")));
      assert(found.slice(1).every((part) => part.startsWith("… ")));
      const bare = found.map((part, index) =>
        part.slice(index === 0 ? 0 : 2, index === found.length - 1 ? undefined : -2)
      );
      assertEquals(bare.join(""), text);
      const boundaries = new Set([...segmenter.segment(text)].map(({ index }) => index));
      let position = 0;
      for (const piece of bare.slice(0, -1)) {
        position += piece.length;
        assert(boundaries.has(position), `cut within a character at ${position}`);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("partAt() cuts within what fits into no part, but never within a code point", () => {
  const monster = `a${"\u0301".repeat(400)}👋`;
  const found = parts(monster, 64);
  assert(found.every((part) => part.isWellFormed()));
  const bare = found.map((part, index) =>
    part.slice(index === 0 ? 0 : 2, index === found.length - 1 ? undefined : -2)
  );
  assertEquals(bare.join(""), monster);
});
