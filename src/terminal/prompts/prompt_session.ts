/**
 * What one open prompt of `@inquirer/prompts` needs: a keyboard, a place to draw on, and ways out.
 *
 * Guarantees: the prompt writes nothing to the terminal by itself; lines that anybody prints appear
 * above it and leave it as it was; Escape, Ctrl-D, Ctrl-C and the end of the input abort `signal`
 * with `PromptCancelled` (the library would wait for ever after Ctrl-D); after disposal raw mode is
 * off, the cursor is shown and every listener is gone.
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { Readable, Writable } from "node:stream";
import { BottomPainter } from "../bottom_painter.ts";
import type { ScreenTerminal } from "../screen_terminal.ts";
import { KeyFilter } from "./key_filter.ts";
import { ENDLESS_COLUMNS, PromptFrame } from "./prompt_frame.ts";
import { type CancelKind, PromptCancelled } from "./prompter.ts";

const ESC = 0x1b;
/** How long the rest of a sequence may be under way after ESC, over a slow line; not felt as a wait. */
const REST_MS = 50;
const NOTHING = new Uint8Array(0);
const PASTE_MARKS_ON = "\x1b[?2004h";
const PASTE_MARKS_OFF = "\x1b[?2004l";

export class PromptSession implements AsyncDisposable {
  /** For the context of the prompt. */
  readonly input: Readable;
  readonly output: Writable;
  readonly signal: AbortSignal;
  readonly #cancelling = new AbortController();
  readonly #ending = new AbortController();
  readonly #resources = new AsyncDisposableStack();
  readonly #painter: BottomPainter;
  readonly #frame: PromptFrame;

  /** @throws Error when something else stands on the last rows of `terminal` */
  constructor(terminal: ScreenTerminal, signal: AbortSignal | undefined) {
    this.signal = signal === undefined
      ? this.#cancelling.signal
      : AbortSignal.any([signal, this.#cancelling.signal]);
    this.#painter = new BottomPainter(terminal);
    const pinned = terminal.pin((line) => this.#painter.printAbove(line));
    if (pinned === undefined) throw new Error("something else is drawn where a question should be");
    const measure = this.#resources.adopt(readlineMeasure(), ({ close }) => close());
    this.#frame = new PromptFrame(measure.width);
    this.output = this.#createOutput();
    this.input = this.#createInput();
    terminal.write(PASTE_MARKS_ON);
    this.#resources.defer(() => {
      this.#painter.erase();
      terminal.write(PASTE_MARKS_OFF);
    });
    this.#resources.use(pinned);
    this.#resources.use(terminal.onResize(() => this.#painter.repaint()));
    this.#resources.use(signalsHandledElsewhere());
    this.#resources.adopt(this.#forwardKeys(terminal), (forwarding) => {
      this.#ending.abort();
      return forwarding;
    });
  }

  /** Ends the prompt as one that was left without an answer. */
  cancel(kind: CancelKind): void {
    this.#cancelling.abort(new PromptCancelled(kind));
  }

  /** Leaves what the prompt shows now on the screen; otherwise disposal takes it off. */
  commit(): void {
    const { lines, ...rest } = this.#frame.frame;
    const last = lines.findLastIndex((line) => line !== "");
    this.#painter.commit({ ...rest, lines: lines.slice(0, last + 1) });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }

  #createOutput(): Writable {
    const output = new Writable({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        this.#frame.feed(String(chunk));
        this.#painter.paint(this.#frame.frame);
        done();
      },
    });
    return Object.assign(output, { isTTY: true, columns: ENDLESS_COLUMNS });
  }

  #createInput(): Readable {
    const input = Object.assign(new Readable({ read() {} }), {
      isTTY: true, // makes the library drop what was typed before the question was there
    });
    input.on("pause", () => this.cancel("end-of-input")); // readline gave up by itself: Ctrl-D
    this.#resources.defer(() => void input.destroy());
    return input;
  }

  /** Never rejects: what goes wrong with the keyboard ends the prompt. */
  async #forwardKeys(terminal: ScreenTerminal): Promise<void> {
    const { signal } = this.#ending;
    const filter = new KeyFilter();
    let held = NOTHING;
    let escape: ReturnType<typeof setTimeout> | undefined;
    try {
      for await (const chunk of terminal.keys({ signal })) {
        clearTimeout(escape);
        const keys = Uint8Array.of(...held, ...filter.feed(chunk));
        // Readline would wait half a second for the rest of a sequence, which comes with its beginning.
        const mayBeKey = keys.at(-1) === ESC;
        held = mayBeKey ? keys.subarray(-1) : NOTHING;
        escape = mayBeKey ? setTimeout(() => this.cancel("escape"), REST_MS) : undefined;
        this.input.push(mayBeKey ? keys.subarray(0, -1) : keys);
      }
      this.cancel("end-of-input");
    } catch (error) {
      if (!signal.aborted) this.#cancelling.abort(error);
    } finally {
      clearTimeout(escape);
    }
  }
}

/** How Node's readline counts columns; it differs from `displayWidth()` for many emoji. */
function readlineMeasure(): { width: (text: string) => number; close: () => void } {
  const readline = createInterface({ input: new Readable({ read() {} }), terminal: false });
  return {
    width(text) {
      readline.setPrompt(text);
      return readline.getCursorPos().cols;
    },
    close: () => readline.close(),
  };
}

/**
 * While a prompt is open, the package `signal-exit` would end the process on a signal for which
 * `process` has no other listener. It does not see those of `Deno.addSignalListener`, so this one
 * stands for them: who opens prompts handles these signals.
 */
function signalsHandledElsewhere(): Disposable {
  const signals = Deno.build.os === "windows"
    ? ["SIGINT"] as const
    : ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const handledElsewhere = () => {};
  for (const signal of signals) process.on(signal, handledElsewhere);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, handledElsewhere);
    },
  };
}
