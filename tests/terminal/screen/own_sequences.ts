/** Tells what the painter writes from what a text could smuggle in. */

/** All that `paint()` may write beside text. */
const OWN_SEQUENCES =
  // deno-lint-ignore no-control-regex -- escape sequences begin with ESC
  /\x1b\[(?:[\d;]*[HGKJXSTrm]|\?2026[hl]|\?25[hl])/g;
const ACTS_ON_TERMINAL = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u2060\ufeff]/u;

/** What acts on a terminal in `output` and is none of the painter's own; undefined: nothing. */
export function smuggled(output: string): string | undefined {
  const text = output.replaceAll(OWN_SEQUENCES, "");
  return ACTS_ON_TERMINAL.test(text) ? text : undefined;
}
