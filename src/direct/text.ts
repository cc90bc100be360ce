/** What the text of a message may be. Loads nothing, so that a command can ask before it has a node. */

/** Largest text of a message, in bytes of UTF-8. */
export const MAX_TEXT_BYTES = 32 * 1024;

/** The number of bytes of UTF-8 that `text` takes. */
export function textBytes(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

/**
 * Says why a text cannot be sent, or undefined if it can.
 * A text is 1 B to 32 KiB of UTF-8 without NUL.
 */
export function textFault(text: string): string | undefined {
  if (text.length === 0) return "the text is empty";
  const bytes = textBytes(text);
  if (bytes > MAX_TEXT_BYTES) {
    return `the text has ${bytes} bytes, the limit is ${MAX_TEXT_BYTES}`;
  }
  if (text.includes("\0")) return "the text contains a NUL character";
  if (!text.isWellFormed()) return "the text is not valid Unicode (a lone surrogate)";
  return undefined;
}
