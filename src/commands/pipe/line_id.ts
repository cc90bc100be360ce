/**
 * Ids for the lines of an input that may be piped again: from what stays the same, so that a line
 * that is in the history already is known there.
 */
import { uuidOf } from "../../chat_screen/message_id.ts";

/** What an input is sent under. */
export interface Stream {
  /** The NAME of `--resume`. */
  readonly name: string;
  /** Peer id of the sender. */
  readonly self: string;
  /** What PEER was understood as: a peer id, or a multiaddr where only an address is known. */
  readonly recipient: string;
}

/**
 * The id of a line: the first 16 bytes of the SHA-256 of the UTF-8 of `[name,self,recipient,number]`
 * as JSON without spaces, as a UUIDv8 (RFC 9562, section 5.8).
 * @param number of the line in the input, from 1
 */
export async function lineId(
  { name, self, recipient }: Stream,
  number: number,
): Promise<string> {
  const key = new TextEncoder().encode(JSON.stringify([name, self, recipient, number]));
  return uuidOf(new Uint8Array(await crypto.subtle.digest("SHA-256", key)), 8);
}
