/**
 * The terminal or the pipes that this process was started with.
 *
 * Guarantees: writing never blocks the event loop and keeps its order, across standard output and
 * standard error too; a closed pipe or terminal aborts `closed` and everything later is dropped in
 * silence, never thrown.
 *
 * Does not notice a closed pipe before something is written to it, and does not catch signals.
 */
import { ChatError } from "../errors.ts";
import { type ByteSource, InputReader } from "./input_reader.ts";
import { type KeysOptions, ModeHolder, PinHolder, type ScreenTerminal } from "./screen_terminal.ts";
import { type ByteSink, WriteQueue } from "./write_queue.ts";

/** Where nothing says how large the screen is. */
const DEFAULT_SIZE = { columns: 80, rows: 24 };

/** The three streams and what is known about them; `openTerminal()` takes those of the process. */
export interface StandardStreams {
  readonly stdin: ByteSource & { isTerminal(): boolean; setRaw(raw: boolean): void };
  readonly stdout: ByteSink & { isTerminal(): boolean };
  readonly stderr: ByteSink & { isTerminal(): boolean };
  /** Size of the terminal now; may throw where there is none. */
  size(): { columns: number; rows: number };
  /** Calls `listener` after every change of size. */
  onResize(listener: () => void): Disposable;
  /** Value of an environment variable. */
  env(name: string): string | undefined;
}

/** Opens the streams of this process. Call it once. */
export function openTerminal(): RealTerminal {
  return new RealTerminal({
    stdin: Deno.stdin,
    stdout: Deno.stdout,
    stderr: Deno.stderr,
    size: () => Deno.consoleSize(),
    onResize(listener) {
      // Windows has no such signal: there the next key press draws for the new size.
      if (Deno.build.os === "windows") return { [Symbol.dispose]() {} };
      Deno.addSignalListener("SIGWINCH", listener);
      return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGWINCH", listener) };
    },
    env: (name) => Deno.env.get(name),
  });
}

export class RealTerminal implements ScreenTerminal {
  readonly interactive: boolean;
  /** At least one of the three streams is a terminal: a person started this, and may close it. */
  readonly attended: boolean;
  readonly colors: boolean;
  readonly closed: AbortSignal;
  readonly #streams: StandardStreams;
  readonly #input: InputReader;
  readonly #queue: WriteQueue;
  readonly #pins = new PinHolder();
  readonly #modes = new ModeHolder();
  readonly #outIsTerminal: boolean;
  readonly #errIsTerminal: boolean;

  constructor(streams: StandardStreams) {
    this.#streams = streams;
    this.#outIsTerminal = streams.stdout.isTerminal();
    this.#errIsTerminal = streams.stderr.isTerminal();
    const canDraw = this.#outIsTerminal && streams.env("TERM") !== "dumb";
    const inIsTerminal = streams.stdin.isTerminal();
    this.interactive = canDraw && inIsTerminal;
    this.attended = inIsTerminal || this.#outIsTerminal || this.#errIsTerminal;
    this.colors = canDraw && !streams.env("NO_COLOR"); // an empty value counts as not set
    this.#input = new InputReader(streams.stdin);
    const closing = new AbortController();
    this.closed = closing.signal;
    this.#queue = new WriteQueue((sink, cause) => {
      if (sink !== streams.stdout) return;
      closing.abort(new ChatError("interrupted", "standard output was closed", { cause }));
    });
  }

  get columns(): number {
    return this.#size.columns;
  }

  get rows(): number {
    return this.#size.rows;
  }

  print(line: string): void {
    if (this.#pins.printAbove !== undefined) this.#pins.printAbove(line);
    else this.#queue.push(this.#streams.stdout, `${line}\n`);
  }

  remark(line: string): void {
    if (this.#errIsTerminal && this.#pins.printAbove !== undefined) this.#pins.printAbove(line);
    else this.#queue.push(this.#streams.stderr, `${line}\n`);
  }

  write(text: string): void {
    this.#queue.push(this.#streams.stdout, text);
  }

  pin(printAbove: (line: string) => void): Disposable | undefined {
    return this.#pins.pin(printAbove);
  }

  enter(mode: { readonly on: string; readonly off: string }): Disposable {
    return this.#modes.enter(mode, (text) => this.write(text));
  }

  get leaving(): string {
    return this.#modes.leaving;
  }

  onResize(listener: () => void): Disposable {
    return this.#streams.onResize(listener);
  }

  async *keys(options: KeysOptions): AsyncGenerator<Uint8Array, void, void> {
    const { stdin } = this.#streams;
    stdin.setRaw(true);
    try {
      yield* this.#input.chunks(options);
    } finally {
      try {
        stdin.setRaw(false);
      } catch {
        // The terminal was closed: it has no mode any more.
      }
    }
  }

  lines(options: { signal?: AbortSignal } = {}): AsyncIterable<string> {
    return this.#input.lines(options);
  }

  byteLines(
    options: { maxBytes: number; atOnce: number; signal?: AbortSignal },
  ): AsyncIterable<Uint8Array[]> {
    return this.#input.byteLines(options);
  }

  readAll(options: { maxBytes: number; signal?: AbortSignal }): Promise<string> {
    return this.#input.readAll(options);
  }

  flush(): Promise<void> {
    return this.#queue.flush();
  }

  get #size(): { columns: number; rows: number } {
    if (!this.#outIsTerminal) return DEFAULT_SIZE;
    try {
      const { columns, rows } = this.#streams.size();
      // A terminal that nobody told its size says 0.
      return { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows };
    } catch {
      return DEFAULT_SIZE; // it was closed in the meantime
    }
  }
}
