/** Reads QR codes from lines of text as a phone reads them from a screen, with a decoder of its own. */
import jsqr from "jsqr";

/** Pixels of a module. */
const SCALE = 4;
/** Characters of which a code consists, and which half of each is in the foreground colour. */
const BLOCKS: Readonly<Record<string, readonly [upper: boolean, lower: boolean]>> = {
  "█": [true, true],
  "▀": [true, false],
  "▄": [false, true],
  " ": [false, false],
};
// deno-lint-ignore no-control-regex -- colour sequences begin with ESC
const COLORED = /^\x1b\[30;47m([█▀▄ ]+)\x1b\[39;49m$/;

/** How bright the two colours of a terminal without colours of the code's own are. */
export type Background = "dark" | "light";

/**
 * @param lines those of the code, nothing else
 * @param background of the terminal; what it is must not matter to a coloured code
 * @returns the text in the code; undefined where it cannot be read
 */
export function readQr(lines: readonly string[], background: Background): string | undefined {
  const rows = lines.flatMap((line) => {
    const [, colored] = COLORED.exec(line) ?? [];
    const foregroundIsLight = colored === undefined && background === "dark";
    const halves = [...colored ?? line].map((character) => {
      const block = BLOCKS[character];
      if (block === undefined) throw new Error(`${JSON.stringify(character)} in a QR code`);
      return block.map((isForeground) => isForeground === foregroundIsLight);
    });
    return [0, 1].map((half) => halves.map((each) => each[half] ?? false));
  });
  const [width, height] = [(rows[0]?.length ?? 0) * SCALE, rows.length * SCALE];
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (let index = 0; index < width * height; index++) {
    const row = rows[Math.floor(index / width / SCALE)];
    const isLight = row?.[Math.floor((index % width) / SCALE)] ?? false;
    pixels.set(isLight ? [255, 255, 255, 255] : [0, 0, 0, 255], index * 4);
  }
  // Not every scanner reads an inverted code: one that has to be inverted is wrong.
  return jsqr.default(pixels, width, height, { inversionAttempts: "dontInvert" })?.data;
}

/** The lines of a code among others, e.g. on a screen. */
export function qrLinesOf(lines: readonly string[]): string[] {
  return lines.filter((line) => COLORED.test(line) || /^[█▀▄ ]*[█▀▄][█▀▄ ]*$/.test(line));
}
