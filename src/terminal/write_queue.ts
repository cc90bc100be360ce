/**
 * Ordered writing that never makes its caller wait: texts are queued, joined where they go to the
 * same stream, and handed to the operating system one after the other.
 *
 * One queue serves standard output and standard error together, so that their lines keep the order
 * in which they were printed, also with `2>&1`. The price: while a reader of standard output
 * stands still, standard error waits too, as it would in a program that writes synchronously.
 *
 * Does not bound its memory: whoever prints without end awaits `flush()` now and then.
 */

/** A stream that takes bytes, e.g. `Deno.stdout`. */
export interface ByteSink {
  /** Takes at least one byte of `bytes` and resolves to how many it took. */
  write(bytes: Uint8Array): Promise<number>;
}

/** Enough to make a burst of lines one system call, little enough to stay responsive. */
const LARGEST_WRITE_CHARS = 32 * 1024;
/** A terminal in non-blocking mode whose buffer is full empties it within a few milliseconds. */
const RETRY_MS = 5;

export class WriteQueue {
  readonly #waiting: { readonly sink: ByteSink; readonly text: string }[] = [];
  readonly #broken = new Set<ByteSink>();
  readonly #encoder = new TextEncoder();
  readonly #onBroken: (sink: ByteSink, error: unknown) => void;
  #draining: Promise<void> | undefined;

  /** @param onBroken called once for a sink that refused to be written; it gets nothing more */
  constructor(onBroken: (sink: ByteSink, error: unknown) => void) {
    this.#onBroken = onBroken;
  }

  /** Queues `text` for `sink`; dropped where the sink is broken. */
  push(sink: ByteSink, text: string): void {
    if (text === "" || this.#broken.has(sink)) return;
    this.#waiting.push({ sink, text });
    this.#draining ??= this.#drain();
  }

  /** Resolves when everything queued so far, and while waiting, was written or dropped. */
  async flush(): Promise<void> {
    while (this.#draining !== undefined) await this.#draining;
  }

  async #drain(): Promise<void> {
    await Promise.resolve(); // lets the lines of one burst come together
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) {
      if (this.#broken.has(next.sink)) continue;
      try {
        await writeAll(next.sink, this.#encoder.encode(next.text));
      } catch (error) {
        this.#broken.add(next.sink);
        this.#onBroken(next.sink, error);
      }
    }
    this.#draining = undefined;
  }

  #takeNext(): { sink: ByteSink; text: string } | undefined {
    const first = this.#waiting[0];
    if (first === undefined) return undefined;
    let count = 0;
    let text = "";
    for (const entry of this.#waiting) {
      if (entry.sink !== first.sink || text.length >= LARGEST_WRITE_CHARS) break;
      text += entry.text;
      count++;
    }
    this.#waiting.splice(0, count);
    return { sink: first.sink, text };
  }
}

async function writeAll(sink: ByteSink, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    try {
      done += await sink.write(bytes.subarray(done));
    } catch (error) {
      if (!isTemporary(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

function isTemporary(error: unknown): boolean {
  return error instanceof Deno.errors.WouldBlock || error instanceof Deno.errors.Interrupted;
}
