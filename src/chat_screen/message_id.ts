/**
 * Ids that a command gives to its messages, so that it may ask for them again. Made here, as a command
 * that only talks to a node which runs loads no library for it.
 */

const BYTES = 16;
const VARIANT = 0x80;

/**
 * A UUIDv7 (RFC 9562, section 5.7).
 * @param now ms since the epoch
 * @param random fills an array with random bytes
 */
export function newMessageId(
  now: number,
  random: (bytes: Uint8Array<ArrayBuffer>) => void = (bytes) => crypto.getRandomValues(bytes),
): string {
  const bytes = new Uint8Array(BYTES);
  random(bytes);
  const time = new DataView(bytes.buffer);
  time.setUint16(0, Math.floor(now / 2 ** 32) % 2 ** 16);
  time.setUint32(2, now % 2 ** 32);
  return uuidOf(bytes, 7);
}

/**
 * A UUID of 16 bytes, but for the bits that say what it is (RFC 9562, section 4).
 * @param version 1 to 8
 */
export function uuidOf(bytes: Uint8Array, version: number): string {
  const marked = Uint8Array.from(bytes.subarray(0, BYTES));
  marked[6] = ((marked[6] ?? 0) & 0x0f) | version << 4;
  marked[8] = ((marked[8] ?? 0) & 0x3f) | VARIANT;
  const digits = Array.from(marked, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
