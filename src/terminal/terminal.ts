/**
 * The streams between the program and a person or a pipe, as one object with a test twin: no other
 * room touches `Deno.stdin`, `Deno.stdout`, `Deno.stderr` or `console`.
 */

/** Where results go, where remarks go, where answers come from. */
export interface Terminal {
  /** Standard input and output are both a terminal that can be drawn on (not `TERM=dumb`). */
  readonly interactive: boolean;
  /** Colours are wanted on standard output: a terminal, and `NO_COLOR` is not set. */
  readonly colors: boolean;
  /** Width of the terminal in columns; 80 where standard output is not one. */
  readonly columns: number;
  /** Aborts when standard output cannot be written any more: a closed pipe or terminal. */
  readonly closed: AbortSignal;
  /** Queues one line for standard output. Never blocks; lines keep their order. */
  print(line: string): void;
  /** Queues one line for standard error. */
  remark(line: string): void;
  /** Queues bytes for standard output as they are: for screens and prompts. */
  write(text: string): void;
  /** Lines of standard input without their ends (`\n` or `\r\n`); invalid UTF-8 is replaced. */
  lines(options?: { signal?: AbortSignal }): AsyncIterable<string>;
  /**
   * The same lines as they are, at most `atOnce` that are here already at a time.
   * @throws RangeError for a line beyond `maxBytes`; ChatError `bad-usage` where reading fails
   */
  byteLines(
    options: { maxBytes: number; atOnce: number; signal?: AbortSignal },
  ): AsyncIterable<Uint8Array[]>;
  /**
   * All of standard input.
   * @throws RangeError beyond `maxBytes`; TypeError for invalid UTF-8
   */
  readAll(options: { maxBytes: number; signal?: AbortSignal }): Promise<string>;
  /** Resolves when everything queued has been handed to the operating system. */
  flush(): Promise<void>;
}
