/**
 * Memory to read a socket into. A read that fills much of the room gives its memory away; a small
 * one is copied out, so that nobody who keeps a few bytes keeps a large block alive. The room grows
 * while reads fill it and shrinks when they do not, so that an idle connection costs little.
 */

/** The room of a connection that receives little. */
const SMALLEST_ROOM_BYTES = 4 * 1024;

/** The room of a connection that receives as fast as it can. */
const LARGEST_ROOM_BYTES = 256 * 1024;

export class ReceiveBuffer {
  #room = new Uint8Array(SMALLEST_ROOM_BYTES);

  /** Where the next read goes. Only one read at a time. */
  room(): Uint8Array<ArrayBuffer> {
    return this.#room;
  }

  /** The first `count` bytes of the room, which now belong to the caller. */
  take(count: number): Uint8Array {
    const room = this.#room;
    const size = room.byteLength;
    if (count === size && size < LARGEST_ROOM_BYTES) {
      this.#room = new Uint8Array(Math.min(size * 4, LARGEST_ROOM_BYTES));
      return room;
    }
    if (count * 2 >= size) {
      this.#room = new Uint8Array(size);
      return room.subarray(0, count);
    }
    const taken = room.slice(0, count);
    if (count * 16 < size && size > SMALLEST_ROOM_BYTES) this.#room = new Uint8Array(size / 4);
    return taken;
  }
}
