import { assert, assertEquals } from "@std/assert";
import {
  colorDepth,
  lookSequence,
  SENDER_COLORS,
  SENDER_RGB,
  senderColor,
} from "../../../src/terminal/screen/mod.ts";

/** WCAG 2 relative luminance. */
function luminance(rgb: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

Deno.test("the colours of senders are readable on black and on white", () => {
  for (const rgb of SENDER_RGB) {
    const onBlack = (luminance(rgb) + 0.05) / 0.05;
    const onWhite = 1.05 / (luminance(rgb) + 0.05);
    assert(Math.min(onBlack, onWhite) >= 4.5, `${rgb}: ${onBlack}, ${onWhite}`);
  }
});

Deno.test("`senderColor()` is the same for a key at all times, and spreads keys", () => {
  assertEquals(senderColor("12D3KooWBGXivArBMU861D9NmkgB33Av7WaEFByhh7yCu2MmAKL7"), 8);
  const colors = new Set(Array.from({ length: 200 }, (_, index) => senderColor(`peer ${index}`)));
  assertEquals(colors.size, SENDER_COLORS);
});

Deno.test("`lookSequence()` follows the depth of colours", () => {
  assertEquals(lookSequence({}, "16"), "\x1b[m");
  assertEquals(lookSequence({ color: "good", bold: true }, "16"), "\x1b[0;1;32m");
  assertEquals(lookSequence({ color: "good", inverse: true }, "none"), "\x1b[0;7m");
  assertEquals(lookSequence({ color: 6 }, "16"), "\x1b[0;35m");
  assertEquals(lookSequence({ color: 6 }, "truecolor"), "\x1b[0;38;2;36;119;203m");
});

Deno.test("`colorDepth()` takes true colour only where it is announced and colours are wanted", () => {
  assertEquals(colorDepth(false, "truecolor"), "none");
  assertEquals(colorDepth(true, "24bit"), "truecolor");
  assertEquals(colorDepth(true, undefined), "16");
});
