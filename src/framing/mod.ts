/**
 * Length-prefixed frames over a byte stream: every chat protocol cuts its stream with this.
 *
 * A frame is an unsigned varint (LEB128, as in the multiformats specification) that gives the
 * length of the payload in bytes, then the payload. The decoder is fed whatever chunks arrive and
 * keeps less than one frame between calls, so a peer cannot make it hold more than
 * `maxFrameBytes` + 3. It knows nothing of what is inside a frame.
 */

/** The stream cannot be cut into frames any more and has to be closed. */
export class FramingError extends Error {
  override readonly name = "FramingError";
}

/** A length below 2^21 fits; every protocol here allows far less than 2 MiB a frame. */
const MAX_PREFIX_BYTES = 3;

const PREFIX_INCOMPLETE = -1;

/** Cuts chunks of a stream into the payloads of its frames. */
export class FrameDecoder {
  readonly #maxFrameBytes: number;
  #rest: Uint8Array = new Uint8Array(0);

  /** @param maxFrameBytes largest payload that is accepted, 1 to 2,097,151 */
  constructor(maxFrameBytes: number) {
    if (!(maxFrameBytes >= 1 && maxFrameBytes < 2 ** (7 * MAX_PREFIX_BYTES))) {
      throw new RangeError(`maxFrameBytes must be 1 to 2097151, got ${maxFrameBytes}`);
    }
    this.#maxFrameBytes = maxFrameBytes;
  }

  /**
   * Takes the next chunk and returns the payloads that are complete, in order. They may share
   * memory with `chunk`.
   * @throws FramingError for an empty or too long frame, or a length that is not minimal
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const bytes = this.#rest.byteLength === 0 ? chunk : concat([this.#rest, chunk]);
    const payloads: Uint8Array[] = [];
    let offset = 0;
    while (offset < bytes.byteLength) {
      const [length, prefixBytes] = this.#readPrefix(bytes, offset);
      if (length === PREFIX_INCOMPLETE || offset + prefixBytes + length > bytes.byteLength) break;
      offset += prefixBytes;
      payloads.push(bytes.subarray(offset, offset + length));
      offset += length;
    }
    this.#rest = bytes.slice(offset);
    return payloads;
  }

  /** Bytes of an unfinished frame that are held. */
  get pendingBytes(): number {
    return this.#rest.byteLength;
  }

  #readPrefix(bytes: Uint8Array, offset: number): [length: number, prefixBytes: number] {
    let length = 0;
    for (let index = 0; index < MAX_PREFIX_BYTES; index++) {
      const byte = bytes[offset + index];
      if (byte === undefined) return [PREFIX_INCOMPLETE, 0];
      length |= (byte & 0x7f) << (7 * index);
      if ((byte & 0x80) !== 0) continue;
      if (index > 0 && byte === 0) throw new FramingError("frame length is not minimal");
      if (length === 0) throw new FramingError("frame is empty");
      if (length > this.#maxFrameBytes) {
        throw new FramingError(
          `frame of ${length} B is over the limit of ${this.#maxFrameBytes} B`,
        );
      }
      return [length, index + 1];
    }
    throw new FramingError(`frame length takes more than ${MAX_PREFIX_BYTES} bytes`);
  }
}

/** Joins payloads into one run of frames, ready for a single write. */
export function encodeFrames(payloads: readonly Uint8Array[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const payload of payloads) parts.push(encodePrefix(payload.byteLength), payload);
  return concat(parts);
}

function encodePrefix(length: number): Uint8Array {
  if (length < 1 || length >= 2 ** (7 * MAX_PREFIX_BYTES)) {
    throw new RangeError(`a frame holds 1 to 2097151 bytes, got ${length}`);
  }
  const prefix: number[] = [];
  let rest = length;
  while (rest >= 0x80) {
    prefix.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  prefix.push(rest);
  return Uint8Array.from(prefix);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const total = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const joined = new Uint8Array(total);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.byteLength;
  }
  return joined;
}
