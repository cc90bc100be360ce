/**
 * Cuts what arrives on a virtual stream into frames, with the real decoders and the driver's deadline
 * for a frame that was begun.
 */
import { FrameDecoder, FramingError } from "../../src/framing/mod.ts";
import {
  decodeFrame,
  type DirectFrame,
  MAX_FRAME_BYTES,
  WireError,
} from "../../src/direct/wire.ts";
import type { Plan } from "./virtual_time.ts";

/** As in the driver: a frame that was begun has to be complete within this time. */
const FRAME_TIMEOUT_MS = 20_000;

/** Why a stream cannot be read any more: the other side is at fault, or just slow. */
export type FaultKind = "fault" | "timeout";

export interface FrameReaderInit {
  readonly later: (delay: number, run: () => void) => Plan;
  /** At least one. */
  readonly onFrames: (frames: readonly DirectFrame[]) => void;
  readonly onFault: (reason: string, kind: FaultKind) => void;
}

/** Reads one direction of one stream; dispose it when the stream is over. */
export class FrameReader implements Disposable {
  readonly #init: FrameReaderInit;
  readonly #decoder = new FrameDecoder(MAX_FRAME_BYTES);
  #deadline: Plan | undefined;
  #over = false;

  constructor(init: FrameReaderInit) {
    this.#init = init;
  }

  push(bytes: Uint8Array): void {
    if (this.#over) return;
    let frames: DirectFrame[];
    try {
      frames = this.#decoder.push(bytes).map(decodeFrame);
    } catch (error) {
      if (!(error instanceof WireError || error instanceof FramingError)) throw error;
      this.fail(error.message, "fault");
      return;
    }
    const pending = this.#decoder.pendingBytes > 0;
    if (frames.length > 0 || !pending) this.#stopClock();
    if (pending) {
      this.#deadline ??= this.#init.later(
        FRAME_TIMEOUT_MS,
        () => this.fail(`a frame unfinished after ${FRAME_TIMEOUT_MS / 1000} s`, "timeout"),
      );
    }
    if (frames.length > 0) this.#init.onFrames(frames);
  }

  fail(reason: string, kind: FaultKind): void {
    if (this.#over) return;
    this[Symbol.dispose]();
    this.#init.onFault(reason, kind);
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#stopClock();
  }

  #stopClock(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
  }
}
