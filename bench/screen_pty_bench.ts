/**
 * The conversation screen in a pseudo-terminal: from a byte that a terminal sends to the one that shows
 * it, with the kernel's line discipline, the program in a process of its own, and 100,000 messages; at
 * rest, and while 200 messages a second come in. What a terminal emulator adds is not in the figures.
 *
 *     deno task bench:screen:pty [--quick]
 *
 * 1,000 keys each, 200 with `--quick`; a key every 8 ms. Needs `script` of util-linux.
 */
import { formatTable } from "../src/terminal/mod.ts";

const KEYS = Deno.args.includes("--quick") ? 200 : 1_000;
const KEY_EVERY_MS = 8;
/** Occurs in no message: what shows it shows the key. */
const LETTERS = "жшщюя";
/** Letters of a line. */
const LINE = 50;
const SIZES = [[80, 24], [300, 100]] as const;

/** The program in a pseudo-terminal, with its keyboard and what it writes. */
class Pty implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #keyboard: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #watch: { readonly text: string; seen(at: number): void } | undefined;

  constructor([columns, rows]: readonly [number, number], words: readonly string[]) {
    const program = [Deno.execPath(), "run", "--quiet", "--allow-all", "bench/screen_program.ts"];
    const line = `stty cols ${columns} rows ${rows}; exec ${[...program, ...words].join(" ")}`;
    this.#child = new Deno.Command("script", {
      args: ["-qfec", line, "/dev/null"],
      env: { TERM: "xterm-256color" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#keyboard = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** Resolves to when `text` was seen after `keys` were pressed, ms. */
  async press(keys: string, text: string): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#watch = { text, seen: resolve };
    const pressed = performance.now();
    await this.type(keys);
    return await promise - pressed;
  }

  type(keys: string): Promise<void> {
    return this.#keyboard.write(new TextEncoder().encode(keys));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.type("\x03");
    await this.#child.status;
    await this.#reading;
    await this.#keyboard.abort().catch(() => {}); // It closed with the program.
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of this.#child.stdout) {
      const at = performance.now();
      const text = decoder.decode(bytes, { stream: true });
      if (this.#watch === undefined || !text.includes(this.#watch.text)) continue;
      this.#watch.seen(at);
      this.#watch = undefined;
    }
  }
}

async function measure(size: readonly [number, number], words: readonly string[]) {
  await using pty = new Pty(size, words);
  await pty.press("", "direct");
  const times: number[] = [];
  for (let key = 0; key < KEYS; key++) {
    await new Promise((resolve) => setTimeout(resolve, KEY_EVERY_MS));
    // Each line begins with another letter than the one before, or its first cell need not be written.
    const letter = LETTERS[(key + Math.floor(key / LINE)) % LETTERS.length] ?? "";
    times.push(await pty.press(letter, letter));
    if (key % LINE === LINE - 1) await pty.type("\x17"); // Ctrl-W: a line of its usual length
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => (sorted[Math.floor((KEYS - 1) * part)] ?? NaN).toFixed(1);
  return [at(0.5), at(0.99), at(1), "ms"];
}

const rows: string[][] = [];
for (const size of SIZES) {
  for (const words of [[], ["flood"]]) {
    const what = words.length === 0 ? "typing" : "typing, 200 messages/s";
    rows.push([what, size.join(" x "), ...await measure(size, words)]);
  }
}
const columns = [
  { header: "what" },
  { header: "screen" },
  ...["median", "99th", "most", ""].map((header) => ({ header, align: "right" as const })),
];
console.log(formatTable({ columns, rows }).join("\n"));
