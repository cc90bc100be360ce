import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { displayWidth, graphemes, sanitise } from "../../src/terminal/mod.ts";

const BIDI_CONTROLS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
const MUST_NOT_OCCUR =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Surrogate}\u00ad\u200b\u2060-\u2064\ufeff\u3164]/u;

/** Text as an attacker would compose it: characters that matter, sequences, and any other. */
const hostileText = fc.array(
  fc.oneof(
    fc.constantFrom(
      ..."\x00\x07\b\t\n\v\f\r\x0e\x0f\x18\x1a\x1b\x7f\x80\x85\x90\x9b\x9c\x9d\u2028\u2029",
      ..."\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\u2060\ufeff\u00ad\u034f\u061c",
      ..."\u3164\u115f\ufe00\ufe0e\ufe0f\u180b\u20e3\u0301\u05b8\u0e33\u093f\u094d\u0610\ufffe",
      "\u{e0100}",
      "\u{e0067}",
      "\u{e007f}",
      "\ud800",
      "\udc00",
      "\x1b[31m",
      "\x1b]52;c;aGk=\x07",
      "\x1bP$q",
      "👩",
      "🏽",
      "👩‍👩‍👧‍👦",
      "🇩",
      "❤",
      "1",
      "🏴",
      "漢",
      "葛",
      "ک",
      "क",
      "ש",
      "ᠠ",
      "…",
      "a",
      " ",
    ),
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
  ),
  { maxLength: 40 },
).map((parts) => parts.join(""));

function withoutJoiners(text: string): string {
  return text.replaceAll(/[\u200c\u200d]/g, "");
}

const options = fc.record({
  maxColumns: fc.nat(30),
  maxChars: fc.nat(30),
  isolate: fc.boolean(),
}, { requiredKeys: [] });

Deno.test("`sanitise()` lets nothing through that a terminal acts on, and is one line", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const safe = sanitise(text);
      assert(!MUST_NOT_OCCUR.test(safe), JSON.stringify(safe));
      assert(!/\p{M}{5}/u.test(safe));
      assert(!/^\p{M}/u.test(safe));
      assert(safe.isWellFormed());
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("`sanitise()` changes nothing when applied again", () => {
  fc.assert(
    fc.property(hostileText, options, (text, options) => {
      const once = sanitise(text, options);
      assertEquals(sanitise(once, options), once);
      assertEquals(sanitise(sanitise(text)), sanitise(text));
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("`sanitise()` keeps to its limits and cuts only between graphemes", () => {
  fc.assert(
    fc.property(hostileText, fc.nat(30), (text, limit) => {
      const whole = sanitise(text);
      const narrow = sanitise(text, { maxColumns: limit });
      assert(displayWidth(narrow) <= limit);
      const short = sanitise(text, { maxChars: limit });
      assert([...short].length <= limit);
      for (const cut of [narrow, short]) {
        if (cut === whole || cut === "") continue;
        // A joiner right before the ellipsis would be a stray, so it is dropped.
        const kept = [...graphemes(withoutJoiners(cut.slice(0, -1)))];
        const first = [...graphemes(withoutJoiners(whole))].slice(0, kept.length);
        assertEquals(first, kept);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("`sanitise()` leaves printable ASCII as it is", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
    assertEquals(sanitise(text), text);
  }));
});

const EXAMPLES: readonly (readonly [string, string, string])[] = [
  ["ESC", "a\x1b[2Jb", "a\\u{1B}[2Jb"],
  ["CSI as C1", "a\x9b31mb", "a\\u{9B}31mb"],
  ["OSC 0, title", "\x1b]0;owned\x07", "\\u{1B}]0;owned\\u{7}"],
  ["OSC 8, link", "\x1b]8;;http://x\x1b\\y", "\\u{1B}]8;;http://x\\u{1B}\\y"],
  ["OSC 52, clipboard", "\x1b]52;c;aGk=\x07", "\\u{1B}]52;c;aGk=\\u{7}"],
  ["DCS", "\x1bP$q\x1b\\", "\\u{1B}P$q\\u{1B}\\"],
  ["an unterminated sequence", "\x1b]0;never ends", "\\u{1B}]0;never ends"],
  ["a lone ESC at the end", "end\x1b", "end\\u{1B}"],
  ["DEL, backspace, bell, NUL", "\x7f\b\x07\0", "\\u{7F}\\u{8}\\u{7}\\u{0}"],
  ["line feeds", "a\nb\r\nc", "a⏎b⏎c"],
  ["a carriage return", "good\rbad", "good\\u{D}bad"],
  ["NEL, vertical tab, form feed", "a\x85b\vc\fd", "a\\u{85}b\\u{B}c\\u{C}d"],
  ["U+2028 and U+2029", "a\u2028b\u2029c", "a\\u{2028}b\\u{2029}c"],
  ["a tab", "a\tb", "a b"],
  ["a bidi override", "photo\u202egnp.exe", "photognp.exe"],
  ["bidi isolates and marks", "\u2067a\u2069\u200eb\u200f\u061c", "ab"],
  ["zero-width characters", "ad\u200bm\u2060i\ufeffn\u00ad", "admin"],
  ["invisible letters", "a\u3164\u115f\u1160\uffa0b", "ab"],
  ["joiners between Latin letters", "ad\u200dmi\u200cn", "admin"],
  ["hundreds of combining marks", "e" + "\u0301".repeat(300), "e" + "\u0301".repeat(4)],
  ["a combining mark at the beginning", "\u0301a", "\u25cc\u0301a"],
  ["lone surrogates", "a\ud800b\udc00", "a\ufffdb\ufffd"],
  ["noncharacters", "a\ufffeb\u{1ffff}", "a\ufffdb\ufffd"],
  ["tags that spell hidden text", "a\u{e0068}\u{e0069}b", "ab"],
  ["hidden bytes in variation selectors", "☎\ufe0f\ufe01\u{e0101}\u{e0102}", "☎\ufe0f"],
  ["selectors after a digit", "1\ufe0f", "1"],
  ["a backslash", "C:\\new \\u{1B}", "C:\\new \\u{1B}"],
];

for (const [what, text, expected] of EXAMPLES) {
  Deno.test(`\`sanitise()\` defuses ${what}`, () => assertEquals(sanitise(text), expected));
}

const LEGITIMATE: readonly (readonly [string, string])[] = [
  ["Hebrew with points", "שָׁלוֹם עולם"],
  ["Arabic", "مرحبا بالعالم ٪"],
  ["Persian with its zero-width non-joiner", "می\u200cخواهم"],
  ["Hindi with a joiner", "क्\u200dष"],
  ["Sinhala with a joiner", "ශ්\u200dරී"],
  ["Vietnamese, decomposed", "tie\u0302\u0301ng"],
  ["Chinese, Japanese, Korean", "你好 こんにちは 안녕"],
  ["a variant of a Chinese character", "葛\u{e0100}"],
  ["a family", "👩‍👩‍👧‍👦"],
  ["a heart on fire", "❤️‍🔥"],
  ["a skin tone", "👍🏽"],
  ["a keycap", "1️⃣"],
  ["flags, also that of England", "🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
  ["text style of a sign", "☎\ufe0e"],
];

for (const [what, text] of LEGITIMATE) {
  Deno.test(`\`sanitise()\` keeps ${what}`, () => assertEquals(sanitise(text), text));
}

Deno.test("`sanitise()` isolates right-to-left text only when asked", () => {
  assertEquals(sanitise("שלום", { isolate: true }), "\u2068שלום\u2069");
  assertEquals(sanitise("hello", { isolate: true }), "hello");
  assert(!BIDI_CONTROLS.test(sanitise("\u2067שלום\u2069")));
});

Deno.test("`sanitise()` cuts by columns and by code points", () => {
  assertEquals(sanitise("漢字漢字", { maxColumns: 6 }), "漢字…");
  assertEquals(sanitise("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", { maxChars: 8 }), "👩‍👩‍👧‍👦…");
  assertEquals(sanitise("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", { maxChars: 7 }), "…");
  assertEquals(sanitise("abc", { maxColumns: 0 }), "");
  assertEquals(sanitise("abc", { maxColumns: 3, maxChars: 3 }), "abc");
});
