/** What a hostile peer writes: every kind of text in the promise about hostile peers, in one place. */

/** Each stands behind the word `begin` and before `end`, so that a test can wait for it. */
export const HOSTILE_TEXTS: readonly string[] = [
  "\x1b[2J\x1b[H\x1b[31m", // CSI
  "\x1b[6n\x1b[c\x1b[5;5r\x1b[?1049l\x1b[?25l\x1b[?2026h", // reports, regions, modes
  "\x1b]0;title\x07\x1b]2;title\x1b\\", // OSC 0, 2
  "\x1b]8;;http://example.com\x1b\\link\x1b]8;;\x1b\\",
  "\x1b]52;c;aGVsbG8=\x07", // the clipboard
  "\x1b]777;notify;a;b\x07\x1b]9;c\x07",
  "\x1bPq#0;2;0;0;0~-\x1b\\\x1b_G\x1b\\\x1b^x\x1b\\", // DCS, APC, PM
  "\x1bPtmux;\x1b\x1b]0;x\x07\x1b\\",
  "\x1bc\x1b7\x1b8\x1b(0\x1b#8\x1bM", // resets, saves, character sets
  "\x1b]0;unterminated",
  "\x1bPunterminated",
  "\x1b[38;5",
  "\u009b2J\u009d0;title\u009c\u0090q\u009c\u0085\u0080", // C1
  "one\nann: forged\r\n12:00 forged\rover", // line ends
  "one\u0085two\u2028three\u2029four\vfive\fsix",
  "\x00\x01\x07\x08\b\b\b\x0e\x0f\x7f\x18\x1a",
  "a\tb",
  "\u202eevil\u202d\u2066x\u2067y\u2068z\u2069\u200e\u200f\u061c\u202a\u202b\u202c", // bidi
  "a\u200bb\u2060c\ufeffd\u00ade\u3164f\u115fg\u180eh\u{e0001}\u{e0041}", // invisible
  `o${"\u0301".repeat(300)}${"\u0489".repeat(300)}`, // marks
  "\u0301\u0300 leading mark",
  "👩‍👩‍👧‍👦 שלום العربية 漢字 \u{1f1e9}",
  "__proto__ constructor <b>bold</b> &lt; %s $(id) `id` '; DROP",
];

/** At most 64 characters each, so that a name can be one. */
export const HOSTILE_NAMES: readonly string[] = [
  "\x1b[2J\x1b]0;t\x07\x1b[31mred\nforged\r\u009b2J",
  `eve\u202e\u2066\u200b${"\u0301".repeat(40)}\x07\u2028`,
  "\x1b]52;c;aGk=\x1b\\\x1bPq\x1b\\\x1b[?1049l\x00\x7f\t\u0085\x1b]0;open",
];

/** The texts as messages: each with a beginning and an end that a test can look for. */
export const HOSTILE_MESSAGES: readonly string[] = HOSTILE_TEXTS.map((text, index) =>
  `begin${index} ${text} end${index}`
);
