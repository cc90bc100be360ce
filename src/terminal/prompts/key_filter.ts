/**
 * What goes from the keyboard to a prompt: bytes as the terminal sends them, without those that
 * would harm. Pasted text (bracketed paste, `ESC [ 200 ~` to `ESC [ 201 ~`) becomes one line: its
 * line ends and tabs turn into spaces, so that no line of it is taken for the Enter key. Ctrl-Z is
 * dropped: suspending would need the permission to run programs.
 */

const PASTE_BEGINS = bytesOf("\x1b[200~");
const PASTE_ENDS = bytesOf("\x1b[201~");
const ESC = 0x1b;
const SPACE = 0x20;
const FIRST_PRINTABLE = 0x20;
/** NUL, Ctrl-Z, Ctrl-\, Ctrl-], Ctrl-^, Ctrl-_: readline would type or obey them. */
const UNWANTED = new Set([0x00, 0x1a, 0x1c, 0x1d, 0x1e, 0x1f]);

export class KeyFilter {
  #pasting = false;
  /** White space in a paste that counts only if something follows. */
  #gap = false;
  #held: number[] = [];

  /** The bytes of `chunk` that may pass; keeps the beginning of a paste mark for the next one. */
  feed(chunk: Uint8Array): Uint8Array {
    const input = [...this.#held, ...chunk];
    const passed: number[] = [];
    this.#held = [];
    for (let at = 0; at < input.length;) {
      if (startsWith(input, at, PASTE_BEGINS)) {
        this.#pasting = true;
        at += PASTE_BEGINS.length;
      } else if (startsWith(input, at, PASTE_ENDS)) {
        this.#pasting = this.#gap = false;
        at += PASTE_ENDS.length;
      } else if (isBeginOfMark(input, at)) {
        this.#held = input.slice(at);
        break;
      } else {
        this.#pass(input[at] ?? 0, passed);
        at++;
      }
    }
    return Uint8Array.from(passed);
  }

  #pass(byte: number, passed: number[]): void {
    if (!this.#pasting) {
      if (!UNWANTED.has(byte)) passed.push(byte);
    } else if (byte === 0x09 || byte === 0x0a || byte === 0x0d) {
      this.#gap = true;
    } else if (byte >= FIRST_PRINTABLE && byte !== 0x7f) {
      if (this.#gap) passed.push(SPACE);
      this.#gap = false;
      passed.push(byte);
    }
  }
}

/** The input ends in the middle of a mark. ESC alone may be the key and must not wait. */
function isBeginOfMark(input: readonly number[], at: number): boolean {
  const left = input.length - at;
  return input[at] === ESC && left > 1 && left < PASTE_BEGINS.length &&
    [PASTE_BEGINS, PASTE_ENDS].some((mark) => startsWith(input, at, mark.slice(0, left)));
}

function startsWith(input: readonly number[], at: number, mark: readonly number[]): boolean {
  return mark.every((byte, index) => input[at + index] === byte);
}

function bytesOf(text: string): number[] {
  return [...text].map((character) => character.charCodeAt(0));
}
