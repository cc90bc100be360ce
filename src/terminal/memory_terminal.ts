/**
 * The test twin of the real terminal: input is given as text, output is kept as text. Reading goes
 * through the same code as for the real one. With `interactive` it is a screen with a keyboard:
 * wait with `until()` for a question before pressing keys, as a person does.
 */
import { ChatError } from "../errors.ts";
import { InputReader } from "./input_reader.ts";
import { type KeysOptions, ModeHolder, PinHolder, type ScreenTerminal } from "./screen_terminal.ts";

export interface MemoryTerminalOptions {
  /** Lines to be read, or the input as it is. */
  readonly input?: readonly string[] | string | Uint8Array;
  /** The input does not end after `input`: more comes with `type()`, its end with `endInput()`. */
  readonly keepOpen?: boolean;
  /** Default false. */
  readonly interactive?: boolean;
  /** Default false. */
  readonly colors?: boolean;
  /** Default 80. */
  readonly columns?: number;
  /** Default 24. */
  readonly rows?: number;
}

export class MemoryTerminal implements ScreenTerminal {
  interactive: boolean;
  colors: boolean;
  columns: number;
  rows: number;
  readonly closed: AbortSignal;
  readonly #closing = new AbortController();
  readonly #source = new QueuedSource();
  readonly #reader = new InputReader(this.#source);
  readonly #pins = new PinHolder();
  readonly #modes = new ModeHolder();
  readonly #resizeListeners = new Set<() => void>();
  #raw = false;
  readonly #watchers = new Set<() => void>();
  #out = "";
  #err = "";

  constructor(options: MemoryTerminalOptions = {}) {
    this.interactive = options.interactive ?? false;
    this.colors = options.colors ?? false;
    this.columns = options.columns ?? 80;
    this.rows = options.rows ?? 24;
    this.closed = this.#closing.signal;
    const { input = [] } = options;
    if (input instanceof Uint8Array) this.#source.give(input);
    else if (typeof input === "string") this.#source.give(new TextEncoder().encode(input));
    else input.forEach((line) => this.type(line));
    if (!options.keepOpen) this.endInput();
  }

  /** Everything that went to standard output, line ends included. */
  get out(): string {
    return this.#out;
  }

  /** Everything that went to standard error, line ends included. */
  get err(): string {
    return this.#err;
  }

  /** Standard output as lines; what follows the last line end counts unless it is empty. */
  get outLines(): string[] {
    return asLines(this.#out);
  }

  /** Standard error as lines. */
  get errLines(): string[] {
    return asLines(this.#err);
  }

  /** Adds one line to the input. */
  type(line: string): void {
    this.#source.give(new TextEncoder().encode(`${line}\n`));
  }

  /** Adds key presses to the input as a terminal sends them, e.g. `"\x1b[B\r"`. */
  press(keys: string): void {
    this.#source.give(new TextEncoder().encode(keys));
  }

  /** Changes the size of the screen and tells those who listen. */
  resize(columns: number, rows = this.rows): void {
    this.columns = columns;
    this.rows = rows;
    this.#resizeListeners.forEach((listener) => listener());
  }

  /** Whether key presses are being read: a real terminal would be in raw mode. */
  get raw(): boolean {
    return this.#raw;
  }

  /** The input ends after what was given so far. */
  endInput(): void {
    this.#source.end();
  }

  /** Standard output is closed from now on: `closed` aborts, later output is dropped. */
  close(): void {
    this.#closing.abort(new ChatError("interrupted", "standard output was closed"));
  }

  /** Resolves once `condition` holds; it is asked again after every output. */
  async until(
    condition: (terminal: this) => boolean,
    options: { signal?: AbortSignal } = {},
  ): Promise<void> {
    const { signal } = options;
    while (!condition(this)) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const abort = () => reject(signal?.reason);
      this.#watchers.add(resolve);
      signal?.addEventListener("abort", abort, { once: true });
      await promise.finally(() => {
        this.#watchers.delete(resolve);
        signal?.removeEventListener("abort", abort);
      });
    }
  }

  print(line: string): void {
    if (this.#pins.printAbove !== undefined) this.#pins.printAbove(line);
    else this.write(`${line}\n`);
  }

  remark(line: string): void {
    if (this.closed.aborted) return;
    this.#err += `${line}\n`;
    this.#watchers.forEach((notify) => notify());
  }

  write(text: string): void {
    if (this.closed.aborted) return;
    this.#out += text;
    this.#watchers.forEach((notify) => notify());
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
    this.#resizeListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#resizeListeners.delete(listener) };
  }

  async *keys(options: KeysOptions): AsyncGenerator<Uint8Array, void, void> {
    this.#raw = true;
    try {
      yield* this.#reader.chunks(options);
    } finally {
      this.#raw = false;
    }
  }

  lines(options: { signal?: AbortSignal } = {}): AsyncIterable<string> {
    return this.#reader.lines(options);
  }

  byteLines(
    options: { maxBytes: number; atOnce: number; signal?: AbortSignal },
  ): AsyncIterable<Uint8Array[]> {
    return this.#reader.byteLines(options);
  }

  readAll(options: { maxBytes: number; signal?: AbortSignal }): Promise<string> {
    return this.#reader.readAll(options);
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}

/** Bytes that wait to be read, and readers that wait for bytes. */
class QueuedSource {
  #bytes: Uint8Array[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  give(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#bytes.push(bytes);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#bytes.length === 0) {
      if (this.#ended) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const [first = new Uint8Array(0), ...rest] = this.#bytes;
    const count = Math.min(first.length, buffer.length);
    buffer.set(first.subarray(0, count));
    this.#bytes = count < first.length ? [first.subarray(count), ...rest] : rest;
    return count;
  }
}

function asLines(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
