/**
 * A fingerprint of a peer for people: two who read the same 60 digits to each other, by telephone or
 * side by side, know that nobody sits between them.
 *
 * Construction, in the manner of Signal's safety numbers:
 *
 *     hash   = SHA-512("p2p-chat fingerprint v1\0" || public key)      32 bytes of Ed25519 key
 *     group  = (5 bytes of hash, big-endian) mod 100000                12 groups, from bytes 0 to 59
 *
 * written as 12 groups of 5 digits. That is 12 * log2(100000) = 199 bits: another key with the same
 * fingerprint costs 2^199 hashes to find, two colluding keys with one fingerprint 2^99. A group's
 * bias (2^40 is no multiple of 100000) is below 10^-7. Signal hashes 5,200 times over because it
 * has 99 bits a person; 199 bits need no stretching. The prefix keeps these hashes apart from every
 * other use of the key, its version from every later construction.
 *
 * It says whether two keys are the same, not whose they are.
 */
import { createHash } from "node:crypto";

import { decodePeerId } from "../config/peer_id_text.ts";
import { quote } from "../config/quote.ts";

const DOMAIN = "p2p-chat fingerprint v1\0";
const GROUPS = 12;
const BYTES_PER_GROUP = 5;
const DIGITS_PER_GROUP = 5;

/**
 * @param peerId the id of an Ed25519 peer, e.g. `12D3KooW…`
 * @returns 60 digits in 12 groups with a space between, e.g. `27093 80452 …`
 * @throws TypeError for any other text
 */
export function fingerprint(peerId: string): string {
  const publicKey = decodePeerId(peerId);
  if (publicKey === undefined) throw new TypeError(`${quote(peerId)} is not a peer id`);
  const hash = createHash("sha512").update(DOMAIN).update(publicKey).digest();
  return Array.from({ length: GROUPS }, (_, index) => {
    const value = hash.readUIntBE(index * BYTES_PER_GROUP, BYTES_PER_GROUP);
    return String(value % 10 ** DIGITS_PER_GROUP).padStart(DIGITS_PER_GROUP, "0");
  }).join(" ");
}
