/** How the pictures of the README are made; that they are up to date says `deno task screens --check`. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { readPicture, textOf } from "../../scripts/screens/picture.ts";
import { withPictures } from "../../scripts/screens/readme.ts";
import { svgOf } from "../../scripts/screens/svg.ts";

Deno.test("`readPicture()` knows looks, 24-bit colours and wide characters by their cells", async () => {
  const lines = ["a \x1b[1;31m漢\x1b[0m!", "\x1b[7;2mon\x1b[0m \x1b[38;2;1;2;3mx"];
  const picture = await readPicture(lines, 6, { x: 2, y: 1 });
  assertEquals(textOf(picture), ["a 漢!", "on x"]);
  assertEquals(picture.cursor, { x: 2, y: 1 });
  const [first = [], second = []] = picture.rows;
  assertEquals(first.map(({ text }) => text), ["a", " ", "漢", "", "!", " "]);
  assertEquals([first[2]?.bold, first[2]?.color, first[4]?.bold], [true, 1, false]);
  assertEquals([second[0]?.inverse, second[0]?.dim, second[3]?.color], [true, true, [1, 2, 3]]);
});

Deno.test("`readPicture()` leaves a full row on its own row", async () => {
  assertEquals(textOf(await readPicture(["abcd", "ef"], 4, undefined)), ["abcd", "ef"]);
});

Deno.test("`svgOf()` puts each word at its column, also behind wide characters", async () => {
  const picture = await readPicture(["漢字 is wide"], 12, undefined);
  const words = [
    ...svgOf(picture, "t").matchAll(/<text x="([\d.]+)".*?textLength="([\d.]+)".*?>(.*?)</g),
  ]
    .map(([, x, width, text]) => [Number(x), Number(width), text]);
  assertEquals(words, [
    [14, 16.8, "漢"],
    [30.8, 16.8, "字"],
    [56, 16.8, "is"],
    [81.2, 33.6, "wide"],
  ]);
});

Deno.test("`svgOf()` swaps the colours of inverse cells, and shows the cursor", async () => {
  const shown = async (line: string, cursor: { x: number; y: number } | undefined) =>
    svgOf(await readPicture([line], 4, cursor), "t");
  const plain = await shown("ab", undefined);
  const inverse = await shown("\x1b[7mab", undefined);
  const background = /rx="8" fill="(#\w+)"/.exec(plain)?.[1];
  const foreground = /<text .*fill="(#\w+)"/.exec(plain)?.[1];
  assert(inverse.includes(`width="16.8" height="19" fill="${foreground}"`), inverse);
  assertEquals(/<text .*fill="(#\w+)"/.exec(inverse)?.[1], background);
  assert((await shown("ab", { x: 2, y: 0 })).includes('<rect x="30.8"'));
});

Deno.test("`svgOf()` writes what a screen says as text, whatever it is", async () => {
  const svg = svgOf(await readPicture(["<b>&"], 4, undefined), "a < b");
  assert(svg.includes(">&lt;b&gt;&amp;</text>") && svg.includes("<title>a &lt; b</title>"), svg);
});

const PLACE = "before\n\n<!-- screen: chat -->\n\n    old\n\n<!-- /screen -->\n\nbehind\n";

Deno.test("`withPictures()` replaces what stands between the marks, and nothing else", () => {
  const chat = ["", " one", "", "two", ""];
  const once = withPictures(PLACE, { chat });
  assertEquals(
    once,
    "before\n\n<!-- screen: chat -->\n\n     one\n\n    two\n\n<!-- /screen -->\n\nbehind\n",
  );
  assertEquals(withPictures(once, { chat }), once);
  assertEquals(withPictures(PLACE, { chat: ["$& $1"] }).includes("    $& $1\n"), true);
});

Deno.test("`withPictures()` throws where a picture has no place, or a place no picture", () => {
  assertThrows(() => withPictures(PLACE, {}), Error, "there are places for chat");
  assertThrows(() => withPictures(PLACE, { chat: [], menu: [] }), Error, "pictures of chat, menu");
  assertThrows(() => withPictures(PLACE + PLACE, { chat: [] }), Error, "places for chat, chat");
});
