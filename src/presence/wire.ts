/**
 * The frames of presence, see `wire.proto`: from bytes to checked values and back.
 *
 * A frame that is read here keeps all limits. What breaks one becomes a PresenceWireError, which
 * closes the stream. A name that comes out is what the peer said, so it is not safe for a terminal.
 */
import { toString as toText } from "uint8arrays/to-string";
import { encodeFrames } from "../framing/mod.ts";
import { Frame } from "./wire.pb.ts";

export const PRESENCE_PROTOCOL = "/p2p-chat/presence/1.0.0";

/** Largest frame; a Hello with the longest name takes 260 B, the rest is for later versions. */
export const MAX_FRAME_BYTES = 4 * 1024;
/** Longest name, in Unicode code points. */
export const MAX_NAME_CHARACTERS = 64;
/** A code point takes at most 4 bytes of UTF-8. */
const MAX_NAME_BYTES = 4 * MAX_NAME_CHARACTERS;
const MAX_INSTANCE_BYTES = 16;

/**
 * How a frame broke the protocol.
 *
 * - `not-protobuf`: its bytes cannot be read
 * - `unknown-frame`: it holds nothing that this version knows
 * - `name-too-long`: over 64 characters
 * - `name-not-utf8`
 * - `instance-too-long`: over 16 bytes
 */
export type PresenceWireFault =
  | "not-protobuf"
  | "unknown-frame"
  | "name-too-long"
  | "name-not-utf8"
  | "instance-too-long";

/** The peer broke the protocol. */
export class PresenceWireError extends Error {
  override readonly name = "PresenceWireError";

  constructor(readonly reason: PresenceWireFault, options?: ErrorOptions) {
    super(`presence frame refused: ${reason}`, options);
  }
}

export type PresenceFrame =
  /** `instance` tells apart two nodes with one identity; empty if the peer does not say. */
  | { readonly type: "hello"; readonly name: string; readonly instance: string }
  | { readonly type: "goodbye" }
  | { readonly type: "twin" };

/**
 * @param name at most 64 characters; a lone surrogate becomes U+FFFD
 * @param instance random bytes of this run of the node, at most 16; none: it does not say
 * @throws RangeError for a longer name
 */
export function encodeHello(name: string, instance = new Uint8Array()): Uint8Array {
  const characters = [...name].length;
  if (characters > MAX_NAME_CHARACTERS) {
    throw new RangeError(`a name has at most ${MAX_NAME_CHARACTERS} characters, got ${characters}`);
  }
  const hello = { name: new TextEncoder().encode(name), instance };
  return encodeFrames([Frame.encode({ hello })]);
}

export function encodeGoodbye(): Uint8Array {
  return encodeFrames([Frame.encode({ goodbye: {} })]);
}

export function encodeTwin(): Uint8Array {
  return encodeFrames([Frame.encode({ twin: {} })]);
}

/**
 * Reads the payload of one frame.
 * @throws PresenceWireError
 */
export function decodeFrame(payload: Uint8Array): PresenceFrame {
  const frame = parse(payload);
  if (frame.hello !== undefined) {
    const { name, instance } = frame.hello;
    return { type: "hello", name: readName(name), instance: readInstance(instance) };
  }
  if (frame.goodbye !== undefined) return { type: "goodbye" };
  if (frame.twin !== undefined) return { type: "twin" };
  throw new PresenceWireError("unknown-frame");
}

function parse(payload: Uint8Array): Frame {
  try {
    return Frame.decode(payload);
  } catch (cause) {
    throw new PresenceWireError("not-protobuf", { cause });
  }
}

function readName(bytes: Uint8Array): string {
  if (bytes.byteLength > MAX_NAME_BYTES) throw new PresenceWireError("name-too-long");
  const name = readUtf8(bytes);
  if ([...name].length > MAX_NAME_CHARACTERS) throw new PresenceWireError("name-too-long");
  return name;
}

function readInstance(bytes: Uint8Array): string {
  if (bytes.byteLength > MAX_INSTANCE_BYTES) throw new PresenceWireError("instance-too-long");
  return toText(bytes, "base16");
}

function readUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new PresenceWireError("name-not-utf8", { cause });
  }
}
