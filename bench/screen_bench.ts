/**
 * The conversation screen: from a key press to the bytes that show it, and how many bytes. Keys come
 * in and bytes go out through the terminal's own code, over streams in memory: what a terminal
 * emulator adds is not in the figures.
 *
 *     deno task bench:screen [--quick]
 *
 * - `typing`, `scrolling`: letters, and Page-Up, in a conversation of 100,000 messages, ms
 * - `typing, 200 messages/s`: the same while they come in
 * - `typing, long messages`: a screen full of messages of 32 KiB in many scripts
 * - `typing, long draft`: 32 KB in many scripts in the field
 * - `a message`: bytes written for one that comes in, at the bottom
 *
 * 2,000 keys each, 400 with `--quick`; a key every 8 ms.
 */
import process from "node:process";
import { formatTable } from "../src/terminal/mod.ts";
import { RealTerminal } from "../src/terminal/real_terminal.ts";
import { runScreen } from "../src/terminal/screen/mod.ts";
import type { PaneEvent } from "../src/chat_screen/mod.ts";
import type { MessageRecord } from "../src/history/message_record.ts";
import { received } from "../tests/chat_screen/conversation.ts";
import { ConversationView } from "../tests/chat_screen/conversation_view.ts";

const QUICK = Deno.args.includes("--quick");
const MESSAGES = 100_000;
const KEYS = QUICK ? 400 : 2_000;
const KEY_EVERY_MS = 8;
const MESSAGE_EVERY_MS = 5;
const ARRIVALS = QUICK ? 100 : 300;
/** Occurs in no message: what shows it shows the key. */
const LETTERS = "жшщюя";
const MANY_SCRIPTS = "žluťoučký kůň שלום 漢字 क्षि 👩‍👩‍👧 ";
const SIZES = [[80, 24], [120, 40], [300, 100]] as const;

interface Written {
  readonly at: number;
  readonly text: string;
  readonly bytes: number;
}

/** A terminal whose keyboard and screen are in memory. */
class Desk {
  readonly terminal: RealTerminal;
  readonly #decoder = new TextDecoder();
  #typed: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #watch: ((written: Written) => void) | undefined;

  constructor(columns: number, rows: number) {
    const isTerminal = () => true;
    this.terminal = new RealTerminal({
      stdin: { read: (buffer) => this.#read(buffer), isTerminal, setRaw: () => {} },
      stdout: {
        write: (bytes) => {
          const text = this.#decoder.decode(bytes);
          this.#watch?.({ at: performance.now(), text, bytes: bytes.length });
          return Promise.resolve(bytes.length);
        },
        isTerminal,
      },
      stderr: { write: (bytes) => Promise.resolve(bytes.length), isTerminal },
      size: () => ({ columns, rows }),
      onResize: () => ({ [Symbol.dispose]() {} }),
      env: () => undefined,
    });
  }

  press(keys: string): void {
    this.#typed.push(new TextEncoder().encode(keys));
    this.#wake?.();
  }

  /** The next output that `shows` says yes to, after `act`. */
  after(act: () => void, shows: (text: string) => boolean): Promise<Written> {
    return new Promise((resolve) => {
      this.#watch = (written) => {
        if (!shows(written.text)) return;
        this.#watch = undefined;
        resolve(written);
      };
      act();
    });
  }

  async #read(buffer: Uint8Array): Promise<number | null> {
    while (this.#typed.length === 0) await new Promise<void>((resolve) => this.#wake = resolve);
    const bytes = this.#typed.shift() ?? new Uint8Array(0);
    buffer.set(bytes);
    return bytes.length;
  }
}

/** A conversation on a desk. */
class Session implements AsyncDisposable {
  readonly desk: Desk;
  readonly view: ConversationView;
  readonly #ended: Promise<unknown>;
  #tell: (event: PaneEvent) => void = () => {};

  private constructor(size: readonly [number, number], history: readonly MessageRecord[]) {
    this.desk = new Desk(...size);
    this.view = new ConversationView(history);
    this.#ended = runScreen(this.desk.terminal, this.view, {
      depth: "16",
      signal: new AbortController().signal,
      listen: (tell) => {
        this.#tell = tell;
        return { [Symbol.dispose]() {} };
      },
    });
  }

  static async open(size: readonly [number, number], history: readonly MessageRecord[]) {
    const session = new Session(size, history);
    await session.desk.after(() => {}, (text) => text.includes("direct"));
    return session;
  }

  arrive(text: string): void {
    const message = received(this.view.history.length + 1, text);
    this.view.history.push(message);
    this.#tell({ kind: "message", message });
  }

  /** How long letters take to be shown, ms. */
  async type(count: number): Promise<number[]> {
    const times: number[] = [];
    for (let key = 0; key < count; key++) {
      const letter = LETTERS[key % LETTERS.length] ?? "ж";
      times.push(await this.press(letter, (text) => text.includes(letter)));
      if (key % 50 === 49) this.desk.press("\x17"); // Ctrl-W: a line of its usual length
    }
    return times;
  }

  async press(keys: string, shows: (text: string) => boolean): Promise<number> {
    await sleep(KEY_EVERY_MS);
    let pressed = 0;
    const { at } = await this.desk.after(() => {
      pressed = performance.now();
      this.desk.press(keys);
    }, shows);
    return at - pressed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.desk.press("\x03");
    await this.#ended;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function longHistory(text: (position: number) => string, count = MESSAGES): MessageRecord[] {
  const start = Date.UTC(2026, 0, 1);
  return Array.from(
    { length: count },
    (_, index) => received(index + 1, text(index + 1), start + index * 60_000),
  );
}

function figures(values: number[]): { median: number; high: number; most: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const share = (part: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
  return { median: share(0.5) ?? NaN, high: share(0.99) ?? NaN, most: sorted.at(-1) ?? NaN };
}

const rows: string[][] = [];

function report(what: string, size: readonly [number, number], values: number[], unit: "ms" | "B") {
  const { median, high, most } = figures(values);
  const cells = [median, high, most].map((value) => value.toFixed(unit === "ms" ? 1 : 0));
  rows.push([what, `${size[0]} x ${size[1]}`, ...cells, unit]);
}

async function measure(size: readonly [number, number], history: readonly MessageRecord[]) {
  await using session = await Session.open(size, history);
  report("typing", size, await session.type(KEYS), "ms");

  const scrolling: number[] = [];
  const pages = Math.min(KEYS, Math.floor(MESSAGES * 0.9 / size[1])); // at the top nothing moves
  for (let page = 0; page < pages; page++) {
    scrolling.push(await session.press("\x1b[5~", () => true));
  }
  report("scrolling", size, scrolling, "ms");
  await session.press("\x1b[1;5F", (text) => text.includes(String(MESSAGES)));

  const bytes: number[] = [];
  for (let arrival = 0; arrival < ARRIVALS; arrival++) {
    await sleep(KEY_EVERY_MS * 4); // each a frame of its own
    const text = `NEWS ${arrival} ${"A FEW MORE WORDS ".repeat(arrival % 5)}`;
    bytes.push((await session.desk.after(() => session.arrive(text), () => true)).bytes);
  }
  report("a message", size, bytes, "B");

  let arrived = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const flood = setInterval(() => {
    const due = (performance.now() - start) / MESSAGE_EVERY_MS; // the timer alone lags behind
    while (arrived < due) session.arrive(`NEWS ${arrived++}`);
  }, MESSAGE_EVERY_MS);
  report("typing, 200 messages/s", size, await session.type(KEYS), "ms");
  clearInterval(flood);
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const load = (user + system) / ms / 10; // microseconds in milliseconds, as a percentage
  const rate = arrived / ms * 1_000;
  console.error(
    `${size.join(" x ")}: ${rate.toFixed(0)} messages/s, ${load.toFixed(0)} % of a core`,
  );
}

async function measureLongTexts(history: readonly MessageRecord[]): Promise<void> {
  const size = [120, 40] as const;
  const bytes = new TextEncoder().encode(MANY_SCRIPTS).length;
  const long = MANY_SCRIPTS.repeat(Math.floor(32_000 / bytes));
  await using first = await Session.open(size, longHistory(() => long, 1_000));
  report("typing, long messages", size, await first.type(KEYS / 4), "ms");
  await using second = await Session.open(size, history);
  await second.press(`\x1b[200~${long}\x1b[201~`, (text) => text.includes("漢"));
  report("typing, long draft", size, await second.type(40), "ms");
}

const history = longHistory((position) =>
  `MESSAGE ${position} ${"SOME WORDS OF USUAL LENGTH ".repeat(position % 4)}`
);
for (const size of SIZES) await measure(size, history);
await measureLongTexts(history);
const columns = [
  { header: "what" },
  { header: "screen" },
  ...["median", "99th", "most", ""].map((header) => ({ header, align: "right" as const })),
];
console.log(formatTable({ columns, rows }).join("\n"));
