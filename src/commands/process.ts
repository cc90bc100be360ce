/**
 * The process around the program: its streams, its environment, its signals. Whatever ends it, the
 * command gets the time to say goodbye and to close, but no more than `GRACE_MS` of it.
 */
import { openTerminal } from "../terminal/real_terminal.ts";
import { restoreTerminal } from "../terminal/restore.ts";
import { EXIT_CODES, reportFailure } from "./failure.ts";
import { Interruption, Interruptions } from "./interruption.ts";
import { runProgram } from "./program.ts";

/**
 * Goodbye and closing take far less; a dead disk, or a pipe that nobody reads, would take for ever.
 * With what is left of two seconds the system can end the process.
 */
const GRACE_MS = 1_500;

/**
 * @param exit ends the process at once: for who does not want to wait, or waited long enough
 * @returns the exit code, when everything is closed and printed
 */
export async function runProcess(
  args: readonly string[],
  exit: (code: number) => void,
): Promise<number> {
  let code: number = EXIT_CODES.interrupted;
  const terminal = openTerminal();
  const leaveNow = () => {
    restoreTerminal(terminal.leaving);
    exit(code);
  };
  using interruptions = new Interruptions(leaveNow);
  const { signal } = interruptions;
  let grace: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => {
    grace = setTimeout(leaveNow, GRACE_MS);
  }, { once: true });
  // A promise that nobody waits for cannot have left anything half done that somebody relies on. In
  // a library it may be a peer's doing, and a peer must not be able to end this program.
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    reportFailure(event.reason, terminal, {});
  });
  // Any other error that nobody caught is a defect; it ends the program, but in order.
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    interruptions.interrupt(event.error);
  });

  code = await runProgram(args, {
    terminal,
    env: (name) => Deno.env.get(name),
    variables: () => Object.keys(Deno.env.toObject()),
    signal,
    now: Date.now,
    // On Windows it is always a console that was closed.
    ...(terminal.attended || Deno.build.os === "windows"
      ? {}
      : { onReload: (listener) => interruptions.takeHangups(listener) }),
  });
  if (code === EXIT_CODES.done && signal.aborted && !(signal.reason instanceof Interruption)) {
    // The command came to its end before it noticed.
    code = reportFailure(signal.reason, terminal, {});
  }
  await terminal.flush();
  clearTimeout(grace);
  return code;
}
