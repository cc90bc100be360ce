/** Text as an attacker would compose it, for property tests. */
import fc from "fast-check";

/** Characters and sequences that matter to a terminal, letters of many scripts, anything else. */
export const hostileText: fc.Arbitrary<string> = fc.array(
  fc.oneof(
    fc.constantFrom(
      ..."\x00\x07\b\t\n\v\f\r\x0e\x0f\x18\x1a\x1b\x7f\x80\x85\x90\x9b\x9c\x9d\u2028\u2029",
      ..."\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\u2060\ufeff\u00ad\u034f\u061c",
      ..."\u3164\u115f\ufe00\ufe0e\ufe0f\u180b\u20e3\u0301\u05b8\u0e33\u093f\u094d\u0610\ufffe",
      ..."ax1 …✓─é漢葛한ש",
      ..."\u0915\u0924\u06a9\u1820\u2764\u{1f1e9}\u{1f3fd}",
      "\x1b[31m",
      "\x1b]52;c;aGk=\x07",
      "\x1bP$q",
      "\x1b[?2026l",
      "👩‍👩‍👧‍👦",
      "❤️",
      "1️⃣",
      "🇩🇪",
      "क्षि",
      "\ud800",
      "\udc00",
    ),
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
  ),
  { maxLength: 20 },
).map((parts) => parts.join(""));
