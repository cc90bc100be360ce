import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { MAX_LETTER_BYTES } from "../../src/classic/limits.ts";
import { ClassicDecoder, type ClassicItem, meaningOf } from "../../src/classic/wire.ts";
import inbound from "../vectors/classic/inbound.json" with { type: "json" };

interface Vector {
  readonly name: string;
  readonly text?: string;
  readonly hex?: string;
  readonly repeat?: number;
  readonly open?: boolean;
  readonly items: readonly ClassicItem[];
}

function bytesOf({ text, hex, repeat = 1 }: Vector): Uint8Array {
  if (hex !== undefined) return Uint8Array.fromHex(hex);
  const last = text?.at(-1) ?? "";
  return new TextEncoder().encode((text ?? "") + last.repeat(repeat - 1));
}

function decode(pieces: readonly Uint8Array[], open = false): ClassicItem[] {
  const decoder = new ClassicDecoder();
  const items = pieces.flatMap((piece) => decoder.push(piece.slice()));
  return open ? items : [...items, ...decoder.end()];
}

/** Cuts bytes at the given places; places beyond the end do nothing. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places)].filter((place) => place < bytes.length).sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const vectors = inbound.vectors as readonly Vector[];

for (const vector of vectors) {
  Deno.test(`ClassicDecoder reads the vector "${vector.name}", however it is cut`, () => {
    const bytes = bytesOf(vector);
    assertEquals(decode([bytes], vector.open), vector.items);
    const singles = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
    assertEquals(decode(singles, vector.open), vector.items);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (places) => {
        assertEquals(decode(cut(bytes, places), vector.open), vector.items);
      }),
      { numRuns: 20 },
    );
  });
}

/** Bytes that look like something, so that the fuzz gets far. */
const plausible = fc.array(
  fc.oneof(
    fc.constantFrom("5000\n", "5000", "\n", "exit\n", "CONNECT\n", "10.0.0.1:5000 ", "team ", " "),
    fc.string({ unit: "binary" }),
    fc.constant("x".repeat(40_000)),
  ).map((text) => new TextEncoder().encode(text)),
  { maxLength: 12 },
);
const anyBytes = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 });

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

Deno.test("ClassicDecoder takes any bytes in any pieces: it throws never, and means the same", () => {
  fc.assert(
    fc.property(fc.oneof(plausible, anyBytes), (pieces) => {
      assertEquals(decode(pieces), decode([joined(pieces)]));
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("ClassicDecoder holds one letter at most, and nothing after a fault or an exit", () => {
  fc.assert(
    fc.property(fc.oneof(plausible, anyBytes), (pieces) => {
      const decoder = new ClassicDecoder();
      let isOver = false;
      for (const piece of pieces) {
        const items = decoder.push(piece);
        assertEquals(isOver && items.length > 0, false);
        isOver ||= items.some(({ type }) => type === "fault" || type === "exit");
        assertEquals(decoder.heldBytes <= (isOver ? 0 : MAX_LETTER_BYTES), true);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("ClassicDecoder says a fault once, and as the last", () => {
  fc.assert(
    fc.property(anyBytes, (pieces) => {
      const faults = decode(pieces).map(({ type }) => type === "fault");
      assertEquals(faults.indexOf(true), faults.includes(true) ? faults.length - 1 : -1);
    }),
  );
});

Deno.test("ClassicDecoder is unfinished until it is said who speaks, and within a line", () => {
  const decoder = new ClassicDecoder();
  const say = (text: string) => {
    decoder.push(new TextEncoder().encode(text));
    return decoder.unfinished;
  };
  assertEquals(decoder.unfinished, true);
  assertEquals(say("CONNECT\n"), true);
  assertEquals(say("50"), true);
  assertEquals(say("00\n"), false);
  assertEquals(say("5000\nhel"), true);
  assertEquals(say("lo\n"), false);
  assertEquals(say("5000\nexit\n"), false);
});

Deno.test("meaningOf() knows the words with a meaning in any case, and only alone", () => {
  const words = [
    " CONNECT",
    "Connecting\n",
    "Hi",
    "hey",
    "HELLO",
    "Exit",
    " ",
    "hello you",
    "exit!",
  ];
  assertEquals(words.map(meaningOf), [
    "arrival",
    "arrival",
    "greeting",
    "greeting",
    "greeting",
    "departure",
    "nothing",
    "message",
    "message",
  ]);
});
