/**
 * The frames of peer exchange, see `wire.proto`: from bytes to checked values and back.
 *
 * An answer that is read here keeps the limits on counts and lengths, and its text is UTF-8. Whether
 * an id or an address in it makes sense is not looked at here (`records.ts` does), and a name is
 * what somebody said, so it is not safe for a terminal.
 */
import { encodeFrames } from "../../framing/mod.ts";
import { MAX_ADDRESS_CHARACTERS, MAX_ADDRESSES } from "../address_scope.ts";
import { type Answer, Frame, type Record } from "./wire.pb.ts";

export const EXCHANGE_PROTOCOL = "/p2p-chat/peer-exchange/1.0.0";

/** Largest frame: 64 records with one long address each, or 8 ordinary ones. */
export const MAX_FRAME_BYTES = 64 * 1024;
/** Largest frame that asks: a question is empty, the rest is for later versions. */
export const MAX_QUESTION_BYTES = 64;
export const MAX_RECORDS = 64;
/** Longest name, in Unicode code points. */
export const MAX_NAME_CHARACTERS = 64;
const MAX_NAME_BYTES = 4 * MAX_NAME_CHARACTERS;
const MAX_PEER_ID_BYTES = 64;
const MAX_UINT32 = 2 ** 32 - 1;

/**
 * How a frame broke the protocol.
 *
 * - `not-protobuf`: its bytes cannot be read
 * - `unknown-frame`: it holds nothing that this version knows
 * - `too-many`: records, or addresses in one
 * - `too-long`: a peer id, a name or an address
 * - `not-utf8`
 */
export type ExchangeWireFault =
  | "not-protobuf"
  | "unknown-frame"
  | "too-many"
  | "too-long"
  | "not-utf8";

/** The peer broke the protocol. */
export class ExchangeWireError extends Error {
  override readonly name = "ExchangeWireError";

  constructor(readonly reason: ExchangeWireFault, options?: ErrorOptions) {
    super(`peer exchange frame refused: ${reason}`, options);
  }
}

/** What one peer says about another. */
export interface PeerRecord {
  readonly peerId: string;
  readonly name: string;
  /** Multiaddrs without the peer id. */
  readonly addresses: readonly string[];
  /** How long ago it was heard from, ms. */
  readonly seenAgoMs: number;
}

export type ExchangeFrame =
  | { readonly type: "question" }
  | { readonly type: "answer"; readonly records: readonly PeerRecord[] };

export function encodeQuestion(): Uint8Array {
  return encodeFrames([Frame.encode({ question: {} })]);
}

/** @param records within the limits; those that do not fit into one frame are left out at the end */
export function encodeAnswer(records: readonly PeerRecord[]): Uint8Array {
  const sent = records.slice(0, MAX_RECORDS).map(toWire);
  let payload = encodeRecords(sent);
  while (payload.byteLength > MAX_FRAME_BYTES) {
    sent.pop();
    payload = encodeRecords(sent);
  }
  return encodeFrames([payload]);
}

/**
 * Reads the payload of one frame.
 * @throws ExchangeWireError
 */
export function decodeFrame(payload: Uint8Array): ExchangeFrame {
  const frame = parse(payload);
  if (frame.question !== undefined) return { type: "question" };
  if (frame.answer !== undefined) {
    return { type: "answer", records: readRecords(frame.answer) };
  }
  throw new ExchangeWireError("unknown-frame");
}

function parse(payload: Uint8Array): Frame {
  try {
    return Frame.decode(payload);
  } catch (cause) {
    throw new ExchangeWireError("not-protobuf", { cause });
  }
}

function readRecords({ records }: Answer): PeerRecord[] {
  if (records.length > MAX_RECORDS) throw new ExchangeWireError("too-many");
  return records.map(({ peerId, name, addresses, seenAgoMs }) => {
    if (addresses.length > MAX_ADDRESSES) throw new ExchangeWireError("too-many");
    const text = readText(name, MAX_NAME_BYTES);
    if ([...text].length > MAX_NAME_CHARACTERS) throw new ExchangeWireError("too-long");
    return {
      peerId: readText(peerId, MAX_PEER_ID_BYTES),
      name: text,
      addresses: addresses.map((address) => readText(address, MAX_ADDRESS_CHARACTERS)),
      seenAgoMs,
    };
  });
}

function readText(bytes: Uint8Array, maxBytes: number): string {
  if (bytes.byteLength > maxBytes) throw new ExchangeWireError("too-long");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ExchangeWireError("not-utf8", { cause });
  }
}

function toWire({ peerId, name, addresses, seenAgoMs }: PeerRecord): Record {
  const encoder = new TextEncoder();
  return {
    peerId: encoder.encode(peerId),
    name: encoder.encode(name),
    addresses: addresses.slice(0, MAX_ADDRESSES).map((address) => encoder.encode(address)),
    seenAgoMs: Math.min(MAX_UINT32, Math.max(0, Math.round(seenAgoMs))),
  };
}

function encodeRecords(records: Record[]): Uint8Array {
  return Frame.encode({ answer: { records } });
}
