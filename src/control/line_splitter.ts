/** Cuts a stream of bytes into lines of text, and holds no more than one line of it. */

/** The stream cannot be cut into lines any more and has to be closed. */
export class LineError extends Error {
  override readonly name = "LineError";
}

const LINE_FEED = 0x0a;

export class LineSplitter {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  /** The beginning of a line, in pieces: joining them for every piece would take ever longer. */
  #pieces: Uint8Array[] = [];
  #heldBytes = 0;

  /** @param maxBytes the longest line, without its end */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Takes the next bytes; gives the lines that end in them, without empty ones.
   * @param chunk it is kept where a line is not complete
   * @throws LineError: a line that is too long, or no UTF-8
   */
  *push(chunk: Uint8Array): Generator<string, void, void> {
    for (let start = 0;;) {
      const end = chunk.indexOf(LINE_FEED, start);
      const piece = chunk.subarray(start, end < 0 ? chunk.length : end);
      this.#heldBytes += piece.length;
      if (this.#heldBytes > this.#maxBytes) {
        throw new LineError(`a line is longer than ${this.#maxBytes} bytes`);
      }
      this.#pieces.push(piece);
      if (end < 0) return;
      const line = this.#take();
      if (line !== "") yield line;
      start = end + 1;
    }
  }

  #take(): string {
    const bytes = new Uint8Array(this.#heldBytes);
    let offset = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, offset);
      offset += piece.length;
    }
    this.#pieces = [];
    this.#heldBytes = 0;
    try {
      return this.#decoder.decode(bytes);
    } catch (cause) {
      throw new LineError("a line is not UTF-8", { cause });
    }
  }
}
