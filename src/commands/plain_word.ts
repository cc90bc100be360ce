/** Which names can stand on a command line as they are. */

/** Letters and digits of any script, and signs that mean nothing to any shell inside a word. */
const PLAIN_WORD = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.@+-]*$/u;

/** Whether a shell takes `text` for one word that means itself. */
export function isPlainWord(text: string): boolean {
  return PLAIN_WORD.test(text);
}
