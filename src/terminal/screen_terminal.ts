/**
 * What a terminal offers beyond lines where it is a screen with a keyboard: its size, single key
 * presses, and last rows that can be pinned. While a prompt or a progress line stands there,
 * everything that anybody prints goes through its owner, who puts it above.
 */
import type { Terminal } from "./terminal.ts";

export interface ScreenTerminal extends Terminal {
  /** Height of the screen in rows; 24 where that is not known. */
  readonly rows: number;
  /** Calls `listener` after every change of size until the result is disposed. */
  onResize(listener: () => void): Disposable;
  /**
   * Until the result is disposed, lines for the screen go to `printAbove` and are not written.
   * Lines of standard error do so only where it is the same terminal. `write()` stays as it is.
   * @returns undefined when something else is pinned
   */
  pin(printAbove: (line: string) => void): Disposable | undefined;
  /**
   * Puts the terminal into a mode: writes `on` now and `off` when the result is disposed. The modes
   * that are on at a time end in the reverse order of their beginning.
   */
  enter(mode: { readonly on: string; readonly off: string }): Disposable;
  /** What ends all modes that are on, for `restoreTerminal()`; empty where none is. */
  readonly leaving: string;
  /**
   * Key presses as the terminal sends them, in raw mode for as long as they are iterated. Ends with
   * the input.
   * @throws the signal's reason
   */
  keys(options: KeysOptions): AsyncIterable<Uint8Array>;
}

export interface KeysOptions {
  readonly signal: AbortSignal;
  /**
   * What was typed before: dropped, which is the default, as it was meant for something else; or kept,
   * where one screen goes on with what another one began.
   */
  readonly early?: "drop" | "keep";
}

/** `terminal` if it can do more than lines. */
export function asScreen(terminal: Terminal): ScreenTerminal | undefined {
  return terminal.interactive && isScreen(terminal) ? terminal : undefined;
}

function isScreen(terminal: Terminal): terminal is ScreenTerminal {
  return "pin" in terminal && "keys" in terminal;
}

/** What a terminal keeps to do so: who, if anybody, has the last rows. */
export class PinHolder {
  #printAbove: ((line: string) => void) | undefined;

  get printAbove(): ((line: string) => void) | undefined {
    return this.#printAbove;
  }

  pin(printAbove: (line: string) => void): Disposable | undefined {
    if (this.#printAbove !== undefined) return undefined;
    this.#printAbove = printAbove;
    return {
      [Symbol.dispose]: () => {
        if (this.#printAbove === printAbove) this.#printAbove = undefined;
      },
    };
  }
}

/** What a terminal keeps to do so: the modes that it is in. */
export class ModeHolder {
  /** What ends each, the last one that began first. */
  #ends: readonly { readonly off: string }[] = [];

  get leaving(): string {
    return this.#ends.map(({ off }) => off).join("");
  }

  enter(mode: { readonly on: string; readonly off: string }, write: (text: string) => void) {
    const entry = { off: mode.off };
    this.#ends = [entry, ...this.#ends];
    write(mode.on);
    return {
      [Symbol.dispose]: () => {
        if (!this.#ends.includes(entry)) return;
        this.#ends = this.#ends.filter((each) => each !== entry);
        write(mode.off);
      },
    };
  }
}
