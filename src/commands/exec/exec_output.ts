/**
 * What a program writes, as lines for the log: no more than the log should bear. The rest is read and
 * thrown away, so that no program stands still, or dies, because nobody reads.
 */

/** Lines of one run that are kept, of both its streams. */
const MAX_LINES = 100;
/** Characters of one line that are kept. */
const MAX_LINE_LENGTH = 1_000;

/** Which of the two a line came from. */
export type OutputStream = "stdout" | "stderr";

/** The output of one run. */
export class ExecOutput {
  readonly #tell: (line: string, stream: OutputStream) => void;
  #lines = 0;
  #droppedBytes = 0;

  /** @param tell takes a line without its end, as the program wrote it */
  constructor(tell: (line: string, stream: OutputStream) => void) {
    this.#tell = tell;
  }

  /** Bytes that were thrown away because there were too many lines. */
  get droppedBytes(): number {
    return this.#droppedBytes;
  }

  /** Reads one of the streams to its end. Never rejects. */
  async read(
    source: ReadableStreamDefaultReader<Uint8Array>,
    stream: OutputStream,
  ): Promise<void> {
    const decoder = new TextDecoder();
    /** The beginning of the line that is not over yet. */
    let line = "";
    for (;;) {
      // A stream that breaks has ended.
      const { done, value } = await source.read().catch(() => ({ done: true, value: undefined }));
      if (this.#lines >= MAX_LINES && value !== undefined) {
        this.#droppedBytes += value.length;
        continue;
      }
      const [first = "", ...others] = decoder.decode(value, { stream: !done }).split("\n");
      line = cut(line + first);
      for (const next of others) {
        this.#take(line, stream);
        line = cut(next);
      }
      if (!done) continue;
      this.#take(line, stream);
      return;
    }
  }

  #take(line: string, stream: OutputStream): void {
    const text = line.trimEnd();
    if (text === "" || this.#lines >= MAX_LINES) return;
    this.#lines++;
    this.#tell(text.length > MAX_LINE_LENGTH ? `${text.slice(0, MAX_LINE_LENGTH)}…` : text, stream);
  }
}

/** One character more than is kept, so that it shows that there was more. */
function cut(line: string): string {
  return line.length > MAX_LINE_LENGTH ? line.slice(0, MAX_LINE_LENGTH + 1) : line;
}
