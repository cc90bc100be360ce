/**
 * Keys outside a question: whatever was shown stands on the screen until the person goes on. Where there
 * is no keyboard nothing waits.
 */
import { BottomPainter } from "../terminal/bottom_painter.ts";
import { PromptCancelled } from "../terminal/prompts/prompter.ts";
import { asScreen, type ScreenTerminal } from "../terminal/screen_terminal.ts";
import { truncate } from "../terminal/width.ts";
import type { OpenMenu } from "./open_menu.ts";

const CTRL_C = 0x03;
const CTRL_D = 0x04;

/**
 * Waits with a line that says so; news appear above it.
 * @throws PromptCancelled for Ctrl-C, Ctrl-D and the end of the input; the signal's reason
 */
export async function untilKey(
  { terminal, style, signal }: Pick<OpenMenu, "terminal" | "style" | "signal">,
): Promise<void> {
  const screen = asScreen(terminal);
  if (screen === undefined) return;
  using resources = new DisposableStack();
  const painter = new BottomPainter(screen);
  const pinned = screen.pin((line) => painter.printAbove(line));
  if (pinned === undefined) return;
  resources.use(pinned);
  resources.defer(() => painter.erase());
  resources.use(screen.onResize(() => painter.repaint()));
  const text = truncate("Enter goes back", screen.columns - 1);
  painter.paint({
    lines: [style.dim(text)],
    cursor: { line: 0, offset: text.length },
    cursorVisible: true,
  });
  await nextKey(screen, signal);
}

/**
 * Resolves when any key is pressed.
 * @throws PromptCancelled for Ctrl-C, Ctrl-D and the end of the input; the signal's reason
 */
export async function nextKey(screen: ScreenTerminal, signal: AbortSignal): Promise<void> {
  for await (const chunk of screen.keys({ signal })) {
    if (chunk.includes(CTRL_C)) throw new PromptCancelled("interrupt");
    if (chunk.includes(CTRL_D)) break;
    return;
  }
  signal.throwIfAborted();
  throw new PromptCancelled("end-of-input");
}
