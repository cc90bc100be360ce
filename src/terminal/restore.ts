/**
 * Gives the terminal back as it was, on every way out that skips the usual cleaning up: signals,
 * uncaught errors, `Deno.exit()` while a prompt is open (it skips `process.on("exit")`).
 */

/** Cursor shown, bracketed paste off, colours off. */
const RESET = "\x1b[?25h\x1b[?2004l\x1b[0m";

/**
 * Turns raw mode off and shows the cursor. Synchronous, never throws, may be called several times
 * and where there is no terminal; writes past anything still queued, so flush first if you can.
 * @param leaving what ends the modes that the terminal is in, see `ScreenTerminal.leaving`
 */
export function restoreTerminal(leaving = ""): void {
  attempt(() => {
    if (Deno.stdin.isTerminal()) Deno.stdin.setRaw(false);
  });
  attempt(() => {
    if (!Deno.stdout.isTerminal() || Deno.env.get("TERM") === "dumb") return;
    Deno.stdout.writeSync(new TextEncoder().encode(leaving + RESET));
  });
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // The terminal is gone: there is nothing to restore any more.
  }
}
