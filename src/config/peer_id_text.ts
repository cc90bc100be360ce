/**
 * Recognises a peer id that a person wrote, without loading libp2p. An identity here is an Ed25519
 * key, so an id is the base58 text of a multihash that holds the public key itself (libp2p
 * specification, "Peer Ids"); ids of other key types belong to peers that do not chat.
 */

const BASE58_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** Multihash "identity" of 36 bytes, that are protobuf key type 1 (Ed25519) with 32 bytes of key. */
const ED25519_PREFIX = 0x002408011220n;
const PUBLIC_KEY_BYTES = 32;
const PUBLIC_KEY_BITS = 256n;

/** @returns whether `text` is the id of an Ed25519 peer, e.g. `12D3KooW…` (52 characters) */
export function isPeerId(text: string): boolean {
  return decodePeerId(text) !== undefined;
}

/** @returns the 32 bytes of the public key in an Ed25519 peer's id; undefined for any other text */
export function decodePeerId(text: string): Uint8Array<ArrayBuffer> | undefined {
  // Base58 writes each leading zero byte as a `1`: the prefix has exactly one.
  if (text.length !== 52 || !text.startsWith("1")) return undefined;
  let value = 0n;
  for (const character of text) {
    const digit = BASE58_ALPHABET.indexOf(character);
    if (digit < 0) return undefined;
    value = value * 58n + BigInt(digit);
  }
  if (value >> PUBLIC_KEY_BITS !== ED25519_PREFIX) return undefined;
  const publicKey = new Uint8Array(PUBLIC_KEY_BYTES);
  for (let index = PUBLIC_KEY_BYTES - 1; index >= 0; index--) {
    publicKey[index] = Number(value & 0xffn);
    value >>= 8n;
  }
  return publicKey;
}
