/** The main menu: what can be chosen, and doing it, until the person leaves. */
import { reportFailure } from "../commands/failure.ts";
import { ChatError } from "../errors.ts";
import { type Choice, PromptCancelled } from "../terminal/prompts/prompter.ts";
import { connectPeers } from "./connect_peers.ts";
import type { OpenMenu } from "./open_menu.ts";
import { sendMessage } from "./send_message.ts";
import { showAddress, showHistory, showPeers } from "./show.ts";

type Entry = "send" | "peers" | "connect" | "history" | "address" | "settings" | "quit";

/** What is done beside the menu. */
export interface Beside {
  /** The profile's folder. */
  readonly folder: string;
  /** Asks for settings; resolves to whether the node has to be started anew. */
  readonly settings: () => Promise<boolean>;
}

/**
 * Asks and does until the person leaves, or has changed what needs a new start of the node. What
 * goes wrong is told, and the menu goes on.
 * @throws PromptCancelled (Ctrl-C, end of the input); the signal's reason; whatever is no ChatError
 */
export async function mainMenu(menu: OpenMenu, beside: Beside): Promise<"quit" | "restart"> {
  const { terminal, prompter, signal } = menu;
  const choices = entries(terminal.interactive);
  let entry: Entry = "send";
  let preferred: string | undefined;
  for (;;) {
    try {
      entry = await prompter.select<Entry>({
        message: "What next?",
        choices,
        // A line-by-line menu without a default: an empty line too many in a script does nothing.
        ...(terminal.interactive ? { default: entry } : {}),
      }, { signal });
      if (entry === "quit") return "quit";
      if (entry === "settings" && await beside.settings()) return "restart";
      else if (entry === "send") preferred = await sendMessage(menu, preferred);
      else if (entry === "peers") showPeers(menu);
      else if (entry === "connect") await connectPeers(menu);
      else if (entry === "history") await showHistory(menu);
      else if (entry === "address") await showAddress(menu, beside.folder);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PromptCancelled && error.kind === "escape") continue;
      if (error instanceof PromptCancelled || !(error instanceof ChatError)) throw error;
      reportFailure(error, terminal, {});
    }
  }
}

/** The numbers 0 to 3 and their words are those of the first, Python, program. */
export function entries(interactive: boolean): Choice<Entry>[] {
  return [
    { name: "Send message", value: "send", number: 1 },
    { name: "Query active peers", value: "peers", number: 2 },
    {
      name: interactive ? "Connect to known peers" : "Connect to active peers",
      value: "connect",
      number: 3,
    },
    { name: "History", value: "history", number: 4 },
    { name: "My address", value: "address", number: 5 },
    { name: "Settings", value: "settings", number: 6 },
    { name: "Quit", value: "quit", number: 0 },
  ];
}
