/**
 * How a cell of the screen looks. Colours are the terminal's own sixteen, by meaning as in
 * `style.ts`, so that they fit a dark and a light background; the colours of senders are more where
 * the terminal has more, all of the same brightness in the middle, readable on both.
 *
 * Without colours, bold, dim and inverse stay: `NO_COLOR` is about colour (no-color.org).
 */

/** One meaning each, as in `Style`. */
export type Meaning = "accent" | "good" | "warn" | "bad";

export interface Look {
  /** A meaning, or the colour of a sender, 0 to `SENDER_COLORS` - 1. */
  readonly color?: Meaning | number;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly inverse?: boolean;
  /** Black on white, whatever the terminal's colours are: for what is scanned. Without `color`. */
  readonly paper?: boolean;
}

export const PLAIN: Look = {};

/** What a terminal can show. */
export type ColorDepth = "none" | "16" | "truecolor";

/** @param colors as `Terminal.colors` @param colorTerm the variable `COLORTERM` */
export function colorDepth(colors: boolean, colorTerm: string | undefined): ColorDepth {
  if (!colors) return "none";
  return colorTerm === "truecolor" || colorTerm === "24bit" ? "truecolor" : "16";
}

const MEANINGS: { readonly [Each in Meaning]: number } = {
  accent: 36,
  good: 32,
  warn: 33,
  bad: 31,
};

/**
 * Hues in steps of 30 degrees with a relative luminance of 0.18 (WCAG 2): a contrast of 4.5 to black
 * and to white. Red is left out: it says that something failed.
 */
export const SENDER_RGB: readonly (readonly [number, number, number])[] = [
  [171, 100, 30],
  [121, 121, 21],
  [77, 131, 23],
  [24, 136, 24],
  [24, 134, 79],
  [23, 131, 131],
  [36, 119, 203],
  [102, 102, 228],
  [152, 81, 224],
  [201, 35, 201],
  [217, 41, 129],
];

/** The same without red. */
const SENDERS_OF_16: readonly number[] = [35, 36, 94, 32, 33, 95];

/** How many colours there are for senders. */
export const SENDER_COLORS = SENDER_RGB.length;

/** The colour of a sender: the same for the same key in every run. @param key e.g. a peer id */
export function senderColor(key: string): number {
  let hash = 0x811c9dc5; // FNV-1a, 32 bits
  for (let at = 0; at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash % SENDER_COLORS;
}

export function sameLook(one: Look, other: Look): boolean {
  return one === other ||
    one.color === other.color && !one.bold === !other.bold && !one.dim === !other.dim &&
      !one.inverse === !other.inverse && !one.paper === !other.paper;
}

/** The sequence (SGR) that makes what follows look so, whatever went before. */
export function lookSequence(look: Look, depth: ColorDepth): string {
  let codes = "0";
  if (look.bold) codes += ";1";
  if (look.dim) codes += ";2";
  if (look.inverse) codes += ";7";
  if (look.paper && depth !== "none") codes += ";30;47";
  if (look.color !== undefined && depth !== "none") codes += ";" + colorCodes(look.color, depth);
  return codes === "0" ? "\x1b[m" : `\x1b[${codes}m`;
}

function colorCodes(color: Meaning | number, depth: "16" | "truecolor"): string {
  if (typeof color === "string") return String(MEANINGS[color]);
  if (depth === "16") return String(SENDERS_OF_16[color % SENDERS_OF_16.length]);
  return `38;2;${SENDER_RGB[color % SENDER_COLORS]?.join(";")}`;
}
