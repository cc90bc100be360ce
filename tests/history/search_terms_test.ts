import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { foldText, matchRanges, SearchTerms } from "../../src/history/search_terms.ts";

/** The parts of the text that match. */
function found(text: string, query: string): string[] {
  return matchRanges(text, query).map(({ start, end }) => text.slice(start, end));
}

function fits(text: string, query: string): boolean {
  return new SearchTerms(query).fit(text);
}

/** Pieces in which case, normalisation, spaces and quotes go wrong where they can. */
const PIECES = [
  ..."aAzZ019 \t\n\"\"''*-:^(){}%_\\;",
  ..."ßẞſςσΣΐıİiIµμKkÅåéÉüÜжЖǆǅǄﬁ",
  ..."\u0301\u0308\u0327",
  ..."가각한글\u1100\u1161\u11a8字漢語עִבְרִיתعرب",
  ..."\u00a0\u2003\u3000\u2028\u200d\ufeff\0\ud83d\ude00",
  "👩‍👩‍👧",
  "ΐ".toUpperCase(),
  "e\u0301",
  "STRASSE",
  "AND",
  "NEAR",
];
const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((all) => all.join(""));

Deno.test("matchRanges() finds parts of words, in upper and lower case of every script", () => {
  assertEquals(found("Lunch at noon, LUNCHTIME", "lunch"), ["Lunch", "LUNCH"]);
  assertEquals(found("Große STRASSE, StraẞE", "strasse"), ["STRASSE", "StraẞE"]);
  assertEquals(found("STRASSE", "straße"), ["STRASSE"]);
  assertEquals(found("ΟΔΥΣΣΕΥΣ, οδυσσεύς", "δυσσ"), ["ΔΥΣΣ", "δυσσ"]);
  assertEquals(found("Σίσυφος", "φοσ"), ["φος"]);
  assertEquals(found("Привет, ПРИВЕТ", "ривет"), ["ривет", "РИВЕТ"]);
  assertEquals(found("这是漢字测试", "漢字"), ["漢字"]);
  assertEquals(found("a \u{1F600}\u{1F601} b", "\u{1F601}"), ["\u{1F601}"]);
});

Deno.test("matchRanges() takes composed and decomposed letters for the same, and whole", () => {
  assertEquals(found("cafe\u0301!", "CAFÉ"), ["cafe\u0301"]);
  assertEquals(found("café", "cafe\u0301"), ["café"]);
  assertEquals(found("café", "cafe"), [], "accents count");
  assertEquals(found("\u1112\u1161\u11ab\u1100\u1173\u11af", "한"), ["\u1112\u1161\u11ab"]);
  assertEquals(found("weiß", "s"), ["ß"], "a part of what it is in upper case");
  assertEquals(found("ﬁnd", "fin"), ["ﬁn"]);
});

Deno.test("matchRanges() wants every word, and what is in quotes together", () => {
  assertEquals(found("red, blue, Red", "blue red"), ["red", "blue", "Red"]);
  assertEquals(found("red only", "blue red"), []);
  assertEquals(found("red\nblue", '"RED BLUE"'), ["red\nblue"]);
  assertEquals(found("blue red", '"red blue"'), []);
  assertEquals(found("red  blue", '"red blue"'), []);
  assertEquals(found("abcabcab", "abc bca"), ["abcabca"], "overlapping is one");
  assertEquals(found("aaa", "aa"), ["aaa"]);
});

Deno.test("matchRanges() takes every character for itself", () => {
  const hostile = [
    "'; DROP TABLE message; --",
    '"*',
    "*",
    "NEAR(a, 5)",
    "NOT OR AND -",
    '"',
    '""',
    'say"hi"',
    "100%_\\",
    "text:abc",
    "^start",
    "{a b}:c",
    "a\0b",
    "$& \ud83d",
  ];
  for (const query of hostile) {
    assert(fits(`before ${query} behind`, query), query);
    assert(!fits("before, behind", query), query);
  }
  assertEquals(found('a "quote', '"quote'), ['"quote']);
  assertEquals(found('5" or 7"', '5" 7"'), ['5"', '7"']);
});

Deno.test("SearchTerms without words fit everything, and there is nothing to highlight", () => {
  for (const query of ["", "  ", "\n\t"]) {
    assertEquals(fits("anything", query), true);
    assertEquals(matchRanges("anything", query), []);
  }
});

Deno.test("foldText() is the same for a letter in either case, composed or not, and folds once", () => {
  for (let code = 1; code < 0x30000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue;
    const letter = String.fromCodePoint(code);
    const folded = foldText(letter);
    const forms = [
      letter.toUpperCase(),
      letter.toLowerCase(),
      letter.normalize("NFC"),
      letter.normalize("NFD"),
      folded,
    ];
    if (forms.some((form) => foldText(form) !== folded)) assertEquals(code.toString(16), folded);
  }
});

Deno.test("matchRanges() finds what SearchTerms.fit() finds, in whole letters, in order", () => {
  fc.assert(fc.property(text, text, (text, query) => {
    const terms = new SearchTerms(query);
    const ranges = matchRanges(text, query);
    assertEquals(ranges.length > 0, terms.fit(text) && terms.words.length > 0);
    const all = ranges.map(({ start, end }) => foldText(text.slice(start, end))).join("|");
    for (const word of ranges.length > 0 ? terms.words : []) assert(all.includes(word), word);
    let last = -1;
    for (const { start, end } of ranges) {
      assert(start > last && end > start && end <= text.length);
      assertEquals(/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(text.slice(start, end)), false);
      last = end;
    }
  }));
});

Deno.test("SearchTerms.fit() finds every part of a text, however its case is changed", () => {
  const part = fc.tuple(text, fc.nat(20), fc.nat(20));
  fc.assert(fc.property(part, ([text, from, length]) => {
    const graphemes = [...new Intl.Segmenter("en").segment(text)].map(({ segment }) => segment);
    const words = graphemes.slice(from, from + length).join("").split(/\s+/)
      .filter((word) => !word.includes('"'));
    for (const form of [words.join(" "), words.join(" ").toUpperCase()]) {
      assert(fits(text, form), JSON.stringify({ text, form }));
    }
  }));
});
