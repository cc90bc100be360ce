/** A conversation on the real terminal, for the test under a pseudo-terminal. Ends at Ctrl-C. */
import type { PaneEvent } from "../../src/chat_screen/mod.ts";
import { openTerminal, restoreTerminal } from "../../src/terminal/mod.ts";
import { colorDepth, runScreen } from "../../src/terminal/screen/mod.ts";
import { asScreen } from "../../src/terminal/screen_terminal.ts";
import { conversation, received } from "./conversation.ts";
import { ConversationView } from "./conversation_view.ts";

const terminal = asScreen(openTerminal());
if (terminal === undefined) throw new Error("not a terminal");
const ending = new AbortController();
Deno.addSignalListener("SIGTERM", () => ending.abort());
/** As the program ends when it must not wait any more. */
Deno.addSignalListener("SIGUSR1", () => {
  restoreTerminal(terminal.leaving);
  Deno.exit(1);
});

console.log("before");
const view = new ConversationView(conversation(5_000), `pid ${Deno.pid}`);
/** Somebody writes at the signal. */
const listen = (tell: (event: PaneEvent) => void): Disposable => {
  const write = () => {
    const message = received(view.history.length + 1, "comes in while you type");
    view.history.push(message);
    tell({ kind: "message", message });
  };
  Deno.addSignalListener("SIGUSR2", write);
  return { [Symbol.dispose]: () => Deno.removeSignalListener("SIGUSR2", write) };
};

const depth = colorDepth(terminal.colors, Deno.env.get("COLORTERM"));
try {
  await runScreen(terminal, view, { depth, signal: ending.signal, listen });
  terminal.print("goodbye");
} catch (error) {
  terminal.print(ending.signal.aborted ? "ended by a signal" : `failed: ${error}`);
}
await terminal.flush();
Deno.exit(0);
