/**
 * What is to be written to one client, in order. Nothing here waits for the client: events that it
 * does not take are counted, and beyond a limit the client is given up; answers are as large as what
 * was asked for, so a client gets no more of them than it reads (`drained`).
 */

/** Held for a client that does not read at the moment. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Written at once: fewer system calls for many small lines. */
const BATCH_BYTES = 64 * 1024;

interface Line {
  readonly bytes: Uint8Array;
  readonly isEvent: boolean;
}

export interface OutgoingInit {
  readonly write: (bytes: Uint8Array) => Promise<number>;
  /** Called once, when nothing can be written any more, or too much waits. */
  readonly onFault: (fault: unknown) => void;
}

export class Outgoing {
  readonly #init: OutgoingInit;
  readonly #encoder = new TextEncoder();
  #lines: Line[] = [];
  #waitingBytes = 0;
  #eventBytes = 0;
  #writing = false;
  #failed = false;
  #progress = Promise.withResolvers<void>();

  constructor(init: OutgoingInit) {
    this.#init = init;
  }

  /** @param line JSON, without the line end */
  put(line: string, kind: "event" | "answer"): void {
    if (this.#failed) return;
    const bytes = this.#encoder.encode(`${line}\n`);
    const isEvent = kind === "event";
    this.#lines.push({ bytes, isEvent });
    this.#waitingBytes += bytes.length;
    if (isEvent) this.#eventBytes += bytes.length;
    if (this.#eventBytes > MAX_WAITING_BYTES) {
      this.#fail(new Error(`it does not read: ${this.#eventBytes} bytes of events wait for it`));
    } else if (!this.#writing) void this.#writeAll();
  }

  /** Resolves when there is room for another answer, or nobody takes one any more. */
  async drained(): Promise<void> {
    while (this.#waitingBytes > MAX_WAITING_BYTES && !this.#failed) await this.#progress.promise;
  }

  /** Resolves when all is written, or cannot be. */
  async flushed(): Promise<void> {
    while (this.#waitingBytes > 0 && !this.#failed) await this.#progress.promise;
  }

  /** Forgets what waits. */
  stop(): void {
    this.#failed = true;
    this.#lines = [];
    this.#tell();
  }

  /** Never rejects. */
  async #writeAll(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#lines.length > 0) {
        const batch = this.#nextBatch();
        for (let rest = join(batch); rest.length > 0;) {
          rest = rest.subarray(await this.#init.write(rest));
        }
        for (const { bytes, isEvent } of batch) {
          this.#waitingBytes -= bytes.length;
          if (isEvent) this.#eventBytes -= bytes.length;
        }
        this.#tell();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#writing = false;
    }
  }

  #nextBatch(): Line[] {
    let size = 0;
    const over = this.#lines.findIndex(({ bytes }) => (size += bytes.length) > BATCH_BYTES);
    return this.#lines.splice(0, over < 0 ? this.#lines.length : Math.max(1, over));
  }

  #fail(fault: unknown): void {
    if (this.#failed) return;
    this.stop();
    this.#init.onFault(fault);
  }

  #tell(): void {
    this.#progress.resolve();
    this.#progress = Promise.withResolvers();
  }
}

function join(lines: readonly Line[]): Uint8Array {
  const [first, ...others] = lines;
  if (first !== undefined && others.length === 0) return first.bytes;
  const joined = new Uint8Array(lines.reduce((sum, { bytes }) => sum + bytes.length, 0));
  let offset = 0;
  for (const { bytes } of lines) {
    joined.set(bytes, offset);
    offset += bytes.length;
  }
  return joined;
}
