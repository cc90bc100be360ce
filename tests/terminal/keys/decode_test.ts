import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeKeys,
  decodePause,
  type KeyEvent,
  keyName,
  KEYS_AT_REST,
  pauseMs,
} from "../../../src/terminal/keys/mod.ts";

const encoder = new TextEncoder();

/** What comes of `chunks`, and of a pause after them if one is waited for. */
function decoded(...chunks: readonly (string | Uint8Array)[]): KeyEvent[] {
  const events: KeyEvent[] = [];
  let state = KEYS_AT_REST;
  for (const chunk of chunks) {
    const bytes = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
    const step = decodeKeys(state, bytes);
    events.push(...step.events);
    state = step.state;
  }
  if (pauseMs(state) !== undefined) events.push(...decodePause(state).events);
  return events;
}

/** Events as a person would write them down: keys by name, texts and pastes in quotes. */
function names(events: readonly KeyEvent[]): string {
  return events.map((event) =>
    event.kind === "text"
      ? JSON.stringify(event.text)
      : event.kind === "paste"
      ? `paste ${JSON.stringify(event.text)}`
      : keyName(event)
  ).join(" ");
}

const KEYS: readonly (readonly [string, string])[] = [
  ["abc é漢👩‍👩‍👧", '"abc é漢👩‍👩‍👧"'],
  ["\r\n\t\x7f\b", "enter ctrl-j tab backspace backspace"],
  [
    "\x01\x05\x0b\x15\x17\x19\x1f\x1a\x00",
    "ctrl-a ctrl-e ctrl-k ctrl-u ctrl-w ctrl-y ctrl-_ ctrl-z ctrl- ",
  ],
  ["\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F", "up down right left home end"],
  ["\x1bOA\x1bOD\x1bOH\x1bOF\x1bOP\x1bOM", "up left home end f1 enter"],
  ["\x1b[1~\x1b[4~\x1b[5~\x1b[6~\x1b[2~\x1b[3~", "home end page-up page-down insert delete"],
  ["\x1b[7~\x1b[8~\x1b[15~\x1b[24~\x1b[[A", "home end f5 f12 f1"],
  [
    "\x1b[1;5C\x1b[1;3D\x1b[1;2A\x1b[1;6H\x1b[3;5~",
    "ctrl-right alt-left shift-up ctrl-shift-home ctrl-delete",
  ],
  [
    "\x1b[a\x1bOd\x1b[5^\x1b[5$\x1b\x1b[D",
    "shift-up ctrl-left ctrl-page-up shift-page-up alt-left",
  ],
  ["\x1b[Z", "shift-tab"],
  ["\x1bb\x1bF\x1b\r\x1b\x7f\x1bé", "alt-b alt-shift-f alt-enter alt-backspace alt-é"],
  ["\x1b[13;2u\x1b[97;5u\x1b[27;5;13~\x1b[122;6u", "shift-enter ctrl-a ctrl-enter ctrl-shift-z"],
  ["\x1b[97u\x1b[97;2u\x1b[57441u\x1b[97;1:3u", '"aA"'],
  ["\x1b", "escape"],
  ["\x1b\x1b", "escape escape"],
  ["\x1b\x1bx", "escape alt-x"],
  ["\x1b[", "alt-["],
  ["\x1bO", "alt-shift-o"],
  ["\x1b]", "alt-]"],
  ["\x1bOj\x1bOp", '"*0"'],
];

for (const [bytes, expected] of KEYS) {
  Deno.test(`\`decodeKeys()\` takes ${JSON.stringify(bytes)} for ${expected}`, () => {
    assertEquals(names(decoded(bytes)), expected);
  });
}

const GARBAGE: readonly (readonly [string, string | Uint8Array])[] = [
  ["focus events", "\x1b[I\x1b[O"],
  ["a mouse event", "\x1b[<0;12;3M"],
  ["the answer to a question for colours", "\x1b]11;rgb:0000/0000/0000\x07"],
  ["the same with ST", "\x1b]11;rgb:0000/0000/0000\x1b\\"],
  ["a device control string", "\x1bP1$r0m\x1b\\"],
  [
    "device attributes, a mode report, a cursor report with a mark",
    "\x1b[?62;c\x1b[?2026;2$y\x1b[?1;2R",
  ],
  ["an unknown sequence", "\x1b[12;34;56x"],
  [
    "bytes that are not UTF-8",
    new Uint8Array([0xff, 0xc0, 0x80, 0xe2, 0xa1, 0xf8, 0x88, 0xed, 0xa0, 0x80]),
  ],
  ["C1 control characters", "\x9b\x85"],
  ["the beginning of a character", new Uint8Array([0xe2, 0x82])],
];

for (const [what, bytes] of GARBAGE) {
  Deno.test(`\`decodeKeys()\` drops ${what}`, () => {
    assertEquals(names(decoded(bytes, "x")), '"x"');
  });
}

Deno.test("`decodeKeys()` gives a paste as one event, its lines ending in line feeds", () => {
  assertEquals(
    decoded("a\x1b[200~one\r\ntwo\rthree\nfo", "ur\t\x1b[31m!\x1b[201", "~b"),
    [
      { kind: "text", text: "a" },
      { kind: "paste", text: "one\ntwo\nthree\nfour\t[31m!", truncated: false },
      { kind: "text", text: "b" },
    ],
  );
});

Deno.test("`decodeKeys()` keeps at most 64 KiB of a paste and says so", () => {
  const half = "x".repeat(40_000);
  const rest = "x".repeat(64 * 1024 - half.length);
  assertEquals(decoded("\x1b[200~", half, half, "\x1b[201~z"), [
    { kind: "paste", text: half + rest, truncated: true },
    { kind: "text", text: "z" },
  ]);
});

Deno.test("`decodePause()` ends a paste whose end was lost", () => {
  assertEquals(names(decoded("\x1b[200~hello\x1b[20")), 'paste "hello[20"');
});

Deno.test("`pauseMs()` waits only where something is open", () => {
  const after = (text: string) => pauseMs(decodeKeys(KEYS_AT_REST, encoder.encode(text)).state);
  assertEquals([after("a"), after("\x1b"), after("\x1b[200~a")], [undefined, 50, 3_000]);
});

const input = fc.array(
  fc.oneof(
    fc.constantFrom(...KEYS.map(([bytes]) => bytes), ...GARBAGE.map(([, bytes]) => bytes)),
    fc.constantFrom("\x1b[200~", "\x1b[201~", "\x1b[20", "\x1b", "[", "1;5", "~", "é", "\r\n"),
    fc.uint8Array({ maxLength: 8 }),
    fc.constantFrom("\x1b[" + "1".repeat(80), "\x1b]" + "x".repeat(5_000), "\x1b".repeat(9)),
  ),
  { maxLength: 12 },
).map((parts) =>
  new Uint8Array(
    parts.flatMap((part) => [...typeof part === "string" ? encoder.encode(part) : part]),
  )
);

function joinedText(events: readonly KeyEvent[]): KeyEvent[] {
  const joined: KeyEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if (event.kind === "text" && last?.kind === "text") {
      joined[joined.length - 1] = { kind: "text", text: last.text + event.text };
    } else joined.push(event);
  }
  return joined;
}

Deno.test("`decodeKeys()` gives the same events however the bytes are cut", () => {
  fc.assert(
    fc.property(input, fc.array(fc.nat(60), { maxLength: 8 }), (bytes, cuts) => {
      const chunks: Uint8Array[] = [];
      let from = 0;
      for (const cut of cuts) chunks.push(bytes.subarray(from, from += cut));
      chunks.push(bytes.subarray(from));
      assertEquals(joinedText(decoded(...chunks)), joinedText(decoded(bytes)));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("`decodeKeys()` types no control character, and holds little", () => {
  fc.assert(
    fc.property(input, (bytes) => {
      const { events, state } = decodeKeys(KEYS_AT_REST, bytes);
      for (const event of events) {
        if (event.kind === "text") assert(!/[\p{Cc}\ufffd]/u.test(event.text) && event.text !== "");
        if (event.kind === "paste") assert(!/[\p{Cc}--[\n\t]]/v.test(event.text));
      }
      assert(state.held.length <= 4 * 1024);
      assertEquals(decodePause(state).state, KEYS_AT_REST);
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("`decodeKeys()` tells whether the terminal has the keyboard, as it was told last", () => {
  const focused = (text: string) => decodeKeys(KEYS_AT_REST, encoder.encode(text)).focused;
  assertEquals(["a", "\x1b[I", "\x1b[Oa", "\x1b[O\x1b[I", "\x1bOI"].map(focused), [
    undefined,
    true,
    false,
    true,
    undefined,
  ]);
  const { state } = decodeKeys(KEYS_AT_REST, encoder.encode("\x1b["));
  assertEquals(decodeKeys(state, encoder.encode("O")).focused, false);
});
