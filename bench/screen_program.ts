/**
 * A conversation of 100,000 messages on the real terminal, for `screen_pty_bench.ts`; at the word
 * `flood` 200 messages a second come in. Ends at Ctrl-C.
 */
import type { PaneEvent } from "../src/chat_screen/mod.ts";
import { asScreen } from "../src/terminal/screen_terminal.ts";
import { openTerminal } from "../src/terminal/mod.ts";
import { colorDepth, runScreen } from "../src/terminal/screen/mod.ts";
import { received } from "../tests/chat_screen/conversation.ts";
import { ConversationView } from "../tests/chat_screen/conversation_view.ts";

const MESSAGES = 100_000;
const MESSAGE_EVERY_MS = 5;

const terminal = asScreen(openTerminal());
if (terminal === undefined) throw new Error("not a terminal");
const start = Date.UTC(2026, 0, 1);
const text = (position: number) =>
  `MESSAGE ${position} ${"SOME WORDS OF USUAL LENGTH ".repeat(position % 4)}`;
const view = new ConversationView(
  Array.from(
    { length: MESSAGES },
    (_, index) => received(index + 1, text(index + 1), start + index * 60_000),
  ),
);

/** As many as are due: the timer alone lags behind. */
function flood(tell: (event: PaneEvent) => void): Disposable {
  let arrived = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    for (; arrived < (performance.now() - began) / MESSAGE_EVERY_MS; arrived++) {
      const message = received(view.history.length + 1, `NEWS ${arrived}`);
      view.history.push(message);
      tell({ kind: "message", message });
    }
  }, MESSAGE_EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

await runScreen(terminal, view, {
  depth: colorDepth(terminal.colors, Deno.env.get("COLORTERM")),
  signal: new AbortController().signal,
  ...(Deno.args.includes("flood") ? { listen: flood } : {}),
});
await terminal.flush();
Deno.exit(0);
