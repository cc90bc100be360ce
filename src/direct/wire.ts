/**
 * The frames of direct messages, see `wire.proto`: from bytes to checked values and back.
 *
 * Whatever a peer sends becomes one of three things here: a value that keeps all limits, a message
 * that has to be refused (its text breaks a rule, the stream is fine), or a WireError that closes
 * the stream.
 */
import { parse as parseUuid, stringify as stringifyUuid } from "uuid";
import { encodeFrames } from "../framing/mod.ts";
import { MAX_TEXT_BYTES, textFault } from "./text.ts";
import { Frame } from "./wire.pb.ts";

export { MAX_TEXT_BYTES, textBytes, textFault } from "./text.ts";

export const DIRECT_PROTOCOL = "/p2p-chat/direct/1.0.0";

/** Largest frame; a message with the largest text and all other fields fits in half of it. */
export const MAX_FRAME_BYTES = 64 * 1024;
/** Messages that may be unanswered on one stream: what a sender may cost its recipient. */
export const WINDOW_MESSAGES = 1024;
/** Bytes of text that may be unanswered on one stream. */
export const WINDOW_BYTES = 1024 * 1024;

const ID_BYTES = 16;
/** The end of time of ECMAScript's Date. */
const LAST_DATE_MS = 8.64e15;
const MAX_REASON_BYTES = 200;

/** The peer broke the protocol; `message` says how. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** A message on its way. */
export interface WireMessage {
  readonly id: string;
  /** 1 to 2^53 - 1 */
  readonly sequence: number;
  /** The sender's clock, ms since the epoch, 0 to the last moment that a Date can hold. */
  readonly sentAt: number;
  readonly text: string;
  readonly replyTo: string | undefined;
}

/** What a frame says. `unacceptable` is a message that the recipient has to refuse. */
export type DirectFrame =
  | { readonly type: "message"; readonly message: WireMessage }
  | { readonly type: "unacceptable"; readonly id: string; readonly reason: string }
  | { readonly type: "acknowledgement"; readonly ids: readonly string[] }
  | { readonly type: "refusal"; readonly id: string; readonly reason: string }
  /** Own messages that were shown there. */
  | { readonly type: "read"; readonly ids: readonly string[] }
  | { readonly type: "read-acknowledgement"; readonly ids: readonly string[] };

/** Messages as one run of frames. */
export function encodeMessages(messages: readonly WireMessage[]): Uint8Array {
  const encoder = new TextEncoder();
  return encodeFrames(messages.map(({ id, sequence, sentAt, text, replyTo }) =>
    Frame.encode({
      message: {
        id: idBytes(id),
        sequence,
        sentAtMs: BigInt(Math.min(Math.max(0, Math.trunc(sentAt)), LAST_DATE_MS)),
        text: encoder.encode(text),
        replyTo: replyTo === undefined ? new Uint8Array() : idBytes(replyTo),
      },
    })
  ));
}

/** Which messages were shown here, as one frame; 1 to WINDOW_MESSAGES ids. */
export function encodeRead(ids: readonly string[]): Uint8Array {
  return encodeFrames([Frame.encode({ read: { ids: ids.map(idBytes) } })]);
}

/** What a batch of messages and receipts came to. */
export interface Answers {
  readonly acknowledged: readonly string[];
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
  /** Receipts that were taken. */
  readonly read: readonly string[];
}

/** Answers as one run of frames. */
export function encodeAnswers({ acknowledged, refused, read }: Answers): Uint8Array {
  const payloads: Uint8Array[] = [];
  for (const ids of batches(acknowledged)) {
    payloads.push(Frame.encode({ acknowledgement: { ids: ids.map(idBytes) } }));
  }
  for (const { id, reason } of refused) {
    const bytes = new TextEncoder().encode(reason.slice(0, MAX_REASON_BYTES / 4));
    payloads.push(Frame.encode({ refusal: { id: idBytes(id), reason: bytes } }));
  }
  for (const ids of batches(read)) {
    payloads.push(Frame.encode({ readAcknowledgement: { ids: ids.map(idBytes) } }));
  }
  return encodeFrames(payloads);
}

function* batches(ids: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < ids.length; start += WINDOW_MESSAGES) {
    yield ids.slice(start, start + WINDOW_MESSAGES);
  }
}

/**
 * Reads the payload of one frame.
 * @throws WireError
 */
export function decodeFrame(payload: Uint8Array): DirectFrame {
  const frame = parse(payload);
  if (frame.message !== undefined) return decodeMessage(frame.message);
  if (frame.acknowledgement !== undefined) {
    return { type: "acknowledgement", ids: readIds(frame.acknowledgement.ids) };
  }
  if (frame.read !== undefined) return { type: "read", ids: readIds(frame.read.ids) };
  if (frame.readAcknowledgement !== undefined) {
    return { type: "read-acknowledgement", ids: readIds(frame.readAcknowledgement.ids) };
  }
  if (frame.refusal !== undefined) {
    const { id, reason } = frame.refusal;
    if (reason.byteLength > MAX_REASON_BYTES) {
      throw new WireError(`a refusal with a reason of ${reason.byteLength} bytes`);
    }
    return { type: "refusal", id: readId(id), reason: readUtf8(reason) ?? "(unreadable reason)" };
  }
  throw new WireError("a frame with nothing this version knows");
}

function parse(payload: Uint8Array): Frame {
  try {
    return Frame.decode(payload);
  } catch (cause) {
    throw new WireError("a frame that is not protobuf", { cause });
  }
}

function decodeMessage(message: NonNullable<Frame["message"]>): DirectFrame {
  const id = readId(message.id);
  if (message.sequence < 1) throw new WireError(`sequence number ${message.sequence}`);
  const refuse = (reason: string): DirectFrame => ({ type: "unacceptable", id, reason });
  if (message.text.byteLength > MAX_TEXT_BYTES) {
    return refuse(`the text has ${message.text.byteLength} bytes, the limit is ${MAX_TEXT_BYTES}`);
  }
  const text = readUtf8(message.text);
  if (text === undefined) return refuse("the text is not valid UTF-8");
  const fault = textFault(text);
  if (fault !== undefined) return refuse(fault);
  return {
    type: "message",
    message: {
      id,
      sequence: message.sequence,
      sentAt: Math.min(Number(message.sentAtMs), LAST_DATE_MS),
      text,
      replyTo: message.replyTo.byteLength === 0 ? undefined : readId(message.replyTo),
    },
  };
}

function readUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Not UTF-8: the caller decides what follows.
    return undefined;
  }
}

function readIds(ids: readonly Uint8Array[]): string[] {
  if (ids.length === 0 || ids.length > WINDOW_MESSAGES) {
    throw new WireError(`a frame with ${ids.length} ids`);
  }
  return ids.map(readId);
}

function readId(bytes: Uint8Array): string {
  if (bytes.byteLength !== ID_BYTES) throw new WireError(`an id of ${bytes.byteLength} bytes`);
  try {
    return stringifyUuid(bytes);
  } catch (cause) {
    throw new WireError("an id that is not a UUID", { cause });
  }
}

function idBytes(id: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parseUuid(id));
}
