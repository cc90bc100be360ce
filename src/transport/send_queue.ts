/**
 * Bytes that wait to be written to a socket. What was queued together goes out together: small
 * pieces are joined into one write, large ones are written as they are, without a copy.
 *
 * It keeps the order and counts the bytes. It does no I/O and sets no limit; the connection does.
 */

/** The most that one write joins; beyond it, on loopback, nothing is gained. */
const JOINED_WRITE_BYTES = 64 * 1024;

/** From here on a piece is worth a write of its own: the copy would cost more than the call saves. */
const LARGE_PIECE_BYTES = 16 * 1024;

export class SendQueue {
  #pieces: Uint8Array[] = [];
  /** The index of the first piece that is not in `#current` yet. */
  #head = 0;
  #current: Uint8Array | undefined;
  #byteLength = 0;

  /** Bytes appended and not yet reported as sent. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** @param piece not copied: it must not change until it is sent */
  append(piece: Uint8Array): void {
    if (piece.byteLength === 0) return;
    this.#pieces.push(piece);
    this.#byteLength += piece.byteLength;
  }

  /** The bytes to write next, or undefined when there are none. */
  peek(): Uint8Array | undefined {
    this.#current ??= this.#takeNext();
    return this.#current;
  }

  /** Removes the first `count` of the bytes that `peek` returned; a socket may take only some. */
  sent(count: number): void {
    const current = this.#current;
    if (current === undefined || count > current.byteLength) {
      throw new RangeError(`${count} B were sent, but only ${current?.byteLength ?? 0} B were due`);
    }
    this.#byteLength -= count;
    this.#current = count === current.byteLength ? undefined : current.subarray(count);
  }

  clear(): void {
    this.#pieces = [];
    this.#head = 0;
    this.#current = undefined;
    this.#byteLength = 0;
  }

  #takeNext(): Uint8Array | undefined {
    const start = this.#head;
    const first = this.#pieces[start];
    if (first === undefined) return undefined;

    let end = start + 1;
    let length = first.byteLength;
    if (length < LARGE_PIECE_BYTES) {
      for (let piece; (piece = this.#pieces[end]) !== undefined; end++) {
        if (length + piece.byteLength > JOINED_WRITE_BYTES) break;
        length += piece.byteLength;
      }
    }
    const taken = end === start + 1 ? first : join(this.#pieces, start, end, length);

    this.#head = end;
    // At least half are gone: dropping them now costs each piece one move on average.
    if (end * 2 >= this.#pieces.length) {
      this.#pieces.splice(0, end);
      this.#head = 0;
    }
    return taken;
  }
}

function join(pieces: Uint8Array[], start: number, end: number, length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let offset = 0;
  for (let index = start; index < end; index++) {
    const piece = pieces[index]!;
    joined.set(piece, offset);
    offset += piece.byteLength;
  }
  return joined;
}
