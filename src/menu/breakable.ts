/** Lets a person break off what takes long, with Escape or Ctrl-C, and stay in the menu. */
import { either } from "../deadline.ts";
import { asScreen } from "../terminal/screen_terminal.ts";
import type { Terminal } from "../terminal/terminal.ts";

const CTRL_C = 0x03;
const ESCAPE = 0x1b;

/**
 * Runs `action` with a signal that aborts on Escape or Ctrl-C, where there is a keyboard, and with
 * the reason of `signal`. Other keys do nothing.
 * @throws what `action` throws
 */
export async function breakable<T>(
  terminal: Terminal,
  signal: AbortSignal,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const screen = asScreen(terminal);
  if (screen === undefined) return await action(signal);
  const breaking = new AbortController();
  const ending = new AbortController();
  const watching = watch();
  try {
    return await action(either(signal, breaking.signal));
  } finally {
    ending.abort();
    await watching;
  }

  /** Never rejects: without a keyboard nothing can be broken off. */
  async function watch(): Promise<void> {
    try {
      for await (const chunk of screen?.keys({ signal: ending.signal }) ?? []) {
        if (isBreak(chunk)) breaking.abort();
      }
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    }
  }
}

/** An arrow key begins with Escape as well, but does not end with it. */
function isBreak(chunk: Uint8Array): boolean {
  return chunk.includes(CTRL_C) || chunk.at(-1) === ESCAPE;
}
