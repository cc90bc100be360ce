/**
 * Puts a value that somebody wrote into an error message, so that the message stays one readable
 * line. It guarantees no control, formatting or line-separating character and a bounded length; it
 * does not judge whether the value is right.
 */

/** Longest quotation: enough to recognise a value, short enough for one line. */
const QUOTE_MAX_CHARACTERS = 120;

/**
 * @param value anything JSON can say; what it cannot is named by its type
 * @returns JSON, e.g. `"red"` or `70000`, cut with `…` beyond 120 characters
 */
export function quote(value: unknown): string {
  const json = JSON.stringify(value) ?? typeof value;
  // JSON escapes C0 controls only; C1 controls, bidi overrides and U+2028 would pass as they are.
  const visible = json.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  if (visible.length <= QUOTE_MAX_CHARACTERS) return visible;
  return `${visible.slice(0, QUOTE_MAX_CHARACTERS).toWellFormed()}…`;
}
