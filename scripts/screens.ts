/**
 * Photographs the screens of the real program for the README: `deno task screens` writes what is
 * between its marks (`screens/readme.ts`) and the pictures in colour beside this file;
 * `deno task screens --check` writes nothing and ends with 1 where they are not up to date.
 *
 * Needs tmux: without it, it ends with 69, as "unavailable" is in sysexits.h.
 */
import { TmuxScreen } from "../tests/terminal/tmux_screen.ts";
import { textOf } from "./screens/picture.ts";
import { withPictures } from "./screens/readme.ts";
import { play, type Scene } from "./screens/story.ts";
import type { Size } from "./screens/stage.ts";
import { svgOf } from "./screens/svg.ts";

const UNAVAILABLE = 69;
const README = new URL("../README.md", import.meta.url);

/** As high as what is on them. */
const SIZES: { readonly [Each in Scene]: Size } = {
  chat: { columns: 80, rows: 12 },
  small: { columns: 40, rows: 10 },
  list: { columns: 80, rows: 5 },
  menu: { columns: 80, rows: 24 },
};

/** Those that there are in colour, with what is to be seen on them. */
const IN_COLOUR: { readonly [Each in Scene]?: string } = {
  chat: "A conversation in a terminal: messages with their times, states and names",
  menu: "The menu in a terminal, with news above it",
};

/** What is to be in each file. */
async function photographed(): Promise<Map<URL, string>> {
  const pictures = await play(SIZES, { COLORTERM: "truecolor", NO_COLOR: "" });
  const texts = Object.entries(pictures).map(([name, picture]) => [name, textOf(picture)] as const);
  const files = new Map<URL, string>();
  files.set(README, withPictures(await Deno.readTextFile(README), Object.fromEntries(texts)));
  for (const [name, picture] of Object.entries(pictures)) {
    const title = new Map(Object.entries(IN_COLOUR)).get(name);
    if (title === undefined) continue;
    files.set(new URL(`screens/${name}.svg`, import.meta.url), svgOf(picture, title));
  }
  return files;
}

/** @returns the exit code */
async function main([option]: readonly string[]): Promise<number> {
  if (option !== undefined && option !== "--check") {
    console.error(`there is no option ${option}; usage: deno task screens [--check]`);
    return 2;
  }
  if (!await TmuxScreen.available()) {
    console.error("the screens cannot be photographed: tmux is not installed");
    return UNAVAILABLE;
  }
  let code = 0;
  for (const [file, content] of await photographed()) {
    const name = file.pathname.slice(new URL("..", import.meta.url).pathname.length);
    if (await Deno.readTextFile(file).catch(() => undefined) === content) continue;
    if (option === "--check") {
      console.error(`${name} is not up to date: run deno task screens`);
      code = 1;
    } else {
      await Deno.writeTextFile(file, content);
      console.log(`wrote ${name}`);
    }
  }
  return code;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
