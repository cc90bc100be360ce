/**
 * Reading standard input as lines, as a whole, or as it comes, where a wait can be given up without
 * losing what was read: a read that is under way cannot be taken back, so its bytes are kept for
 * the next one who asks. (`process.stdin` of Deno 2.4 loses them.)
 *
 * For one reader at a time.
 */
import { ChatError } from "../errors.ts";

/** A stream that gives bytes, e.g. `Deno.stdin`. */
export interface ByteSource {
  /** Fills the beginning of `buffer`; resolves to how many bytes, or null at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
}

const READ_BYTES = 64 * 1024;
/** Far above the 32 KiB of a message: whatever is longer is no answer to a question. */
const MAX_LINE_BYTES = 1024 * 1024;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

type State =
  | { readonly kind: "open" }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly error: unknown };

export class InputReader {
  readonly #source: ByteSource;
  readonly #decoder = new TextDecoder();
  #kept: Uint8Array = new Uint8Array(0);
  #state: State = { kind: "open" };
  #reading: Promise<void> | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /**
   * Lines without their ends; what follows the last line end is a line unless it is empty. Ends
   * with the input, also where reading fails (a closed terminal). Leaving the loop loses no line.
   * @throws the signal's reason; ChatError `bad-usage` for a line over 1 MiB
   */
  async *lines(options: { signal?: AbortSignal } = {}): AsyncGenerator<string, void, void> {
    try {
      for await (const line of this.#lines(MAX_LINE_BYTES, options.signal)) {
        yield this.#decoder.decode(line);
      }
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new ChatError("bad-usage", `a line of input is longer than ${MAX_LINE_BYTES} B`);
    }
  }

  /**
   * The same lines as they are, for whoever must not lose anything: at most `atOnce` that are here
   * already at a time. Leaving the loop loses no more than those.
   * @throws RangeError for a line beyond `maxBytes`; ChatError `bad-usage` where reading fails; the
   *   signal's reason
   */
  async *byteLines(
    { maxBytes, atOnce, signal }: { maxBytes: number; atOnce: number; signal?: AbortSignal },
  ): AsyncGenerator<Uint8Array[], void, void> {
    for await (const line of this.#lines(maxBytes, signal)) {
      const batch = [line];
      while (batch.length < atOnce) {
        const end = this.#kept.indexOf(LINE_FEED);
        if (end < 0 || end > maxBytes) break;
        batch.push(this.#takeLine(end, end + 1));
      }
      yield batch;
    }
    if (this.#state.kind === "failed") {
      const { error: cause } = this.#state;
      throw new ChatError("bad-usage", "standard input cannot be read", { cause });
    }
  }

  async *#lines(
    maxBytes: number,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, void> {
    for (let from = 0;;) {
      signal?.throwIfAborted();
      const end = this.#kept.indexOf(LINE_FEED, from);
      if (end > maxBytes || end < 0 && this.#kept.length > maxBytes) {
        throw new RangeError(`a line of input is longer than ${maxBytes} B`);
      } else if (end >= 0) {
        yield this.#takeLine(end, end + 1);
        from = 0;
      } else if (this.#state.kind !== "open") {
        if (this.#kept.length > 0) yield this.#takeLine(this.#kept.length, this.#kept.length);
        return;
      } else {
        from = this.#kept.length;
        await this.#fill(signal);
      }
    }
  }

  /**
   * Everything up to the end of the input.
   * @throws RangeError beyond `maxBytes`; TypeError for invalid UTF-8; ChatError `bad-usage` where
   *   reading fails; the signal's reason
   */
  async readAll(options: { maxBytes: number; signal?: AbortSignal }): Promise<string> {
    const { maxBytes, signal } = options;
    for (;;) {
      signal?.throwIfAborted();
      if (this.#kept.length > maxBytes) {
        throw new RangeError(`standard input is longer than ${maxBytes} B`);
      }
      if (this.#state.kind === "failed") {
        throw new ChatError("bad-usage", "standard input cannot be read", {
          cause: this.#state.error,
        });
      }
      if (this.#state.kind === "ended") break;
      await this.#fill(signal);
    }
    const bytes = this.#kept;
    this.#kept = new Uint8Array(0);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  }

  /**
   * Bytes as they come. Ends with the input, also where reading fails.
   * @param options.early what came before and was not asked for; where it is kept, the line ends that a
   *   terminal makes of the Enter key outside of raw mode are the key again
   * @throws the signal's reason
   */
  async *chunks(
    options: { readonly signal: AbortSignal; readonly early?: "drop" | "keep" },
  ): AsyncGenerator<Uint8Array, void, void> {
    this.#kept = options.early === "keep"
      ? this.#kept.map((byte) => byte === LINE_FEED ? CARRIAGE_RETURN : byte)
      : new Uint8Array(0);
    for (;;) {
      options.signal.throwIfAborted();
      if (this.#kept.length > 0) {
        const chunk = this.#kept;
        this.#kept = new Uint8Array(0);
        yield chunk;
      } else if (this.#state.kind === "open") {
        await this.#fill(options.signal);
      } else return;
    }
  }

  #takeLine(end: number, next: number): Uint8Array {
    const hasReturn = end > 0 && this.#kept[end - 1] === CARRIAGE_RETURN;
    const line = this.#kept.subarray(0, hasReturn ? end - 1 : end);
    this.#kept = this.#kept.subarray(next);
    return line;
  }

  #fill(signal: AbortSignal | undefined): Promise<void> {
    this.#reading ??= this.#readOnce();
    return signal === undefined ? this.#reading : untilAborted(this.#reading, signal);
  }

  async #readOnce(): Promise<void> {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      const count = await this.#source.read(buffer);
      if (count === null) this.#state = { kind: "ended" };
      else this.#kept = joined(this.#kept, buffer.subarray(0, count));
    } catch (error) {
      this.#state = { kind: "failed", error };
    } finally {
      this.#reading = undefined;
    }
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

function untilAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
