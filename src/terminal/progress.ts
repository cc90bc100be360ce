/**
 * One line that says what is being waited for, on a terminal that can be drawn on and only when the
 * wait is long. It is gone when the wait is over; lines printed meanwhile appear above it.
 *
 * It is drawn through standard output, which is the terminal wherever this shows anything: where
 * results go into a pipe, nothing is drawn at all.
 */
import { BottomPainter } from "./bottom_painter.ts";
import { asScreen } from "./screen_terminal.ts";
import { createStyle } from "./style.ts";
import type { Terminal } from "./terminal.ts";
import { truncate } from "./width.ts";

export interface ProgressOptions {
  /** Ends the progress. */
  readonly signal?: AbortSignal;
  /** How long to show nothing, in ms; default 1,000. */
  readonly delayMs?: number;
}

export interface Progress extends Disposable {
  /** Says something else from now on; one line, without colours. */
  update(message: string): void;
}

/** Below this a person does not notice the wait. */
const DELAY_MS = 1_000;
const FRAME_MS = 100;
const FRAMES = ["|", "/", "-", "\\"] as const;

/** Starts waiting in sight; dispose the result when the wait is over. */
export function startProgress(
  terminal: Terminal,
  message: string,
  options: ProgressOptions = {},
): Progress {
  const { signal, delayMs = DELAY_MS } = options;
  const screen = asScreen(terminal);
  if (screen === undefined || signal?.aborted) return { update() {}, [Symbol.dispose]() {} };
  const style = createStyle(screen.colors);
  const painter = new BottomPainter(screen);
  const resources = new DisposableStack();
  let frame = 0;
  const draw = () => {
    const text = truncate(`${FRAMES[frame++ % FRAMES.length]} ${message}`, screen.columns - 1);
    painter.paint({
      lines: [style.dim(text)],
      cursor: { line: 0, offset: text.length },
      cursorVisible: false,
    });
  };
  const show = () => {
    const pinned = screen.pin((line) => painter.printAbove(line));
    if (pinned === undefined) return; // a question is open: it says enough
    resources.use(pinned);
    resources.defer(() => painter.erase());
    resources.adopt(setInterval(draw, FRAME_MS), clearInterval);
    draw();
  };
  resources.adopt(setTimeout(show, delayMs), clearTimeout);
  const stop = () => resources.dispose();
  signal?.addEventListener("abort", stop, { once: true });
  resources.defer(() => signal?.removeEventListener("abort", stop));
  return {
    update(next) {
      message = next;
    },
    [Symbol.dispose]: stop,
  };
}
