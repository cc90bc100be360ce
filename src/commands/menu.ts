/** `menu`: the interactive menu, and what opens when no command is named. */
import { merge } from "@optique/core/constructs";
import type { MenuOptions } from "../menu/mod.ts";
import type { Command } from "./command.ts";
import { lastingOptions, profileOptions } from "./options.ts";

export const menu: Command<MenuOptions> = {
  name: "menu",
  summary: "Open the menu; it also opens when no command is named.",
  examples: ["p2p-chat", "printf '2\\n0\\n' | p2p-chat menu --name red"],
  parser: merge(lastingOptions, profileOptions),

  async run(options, context) {
    const { runMenu } = await import("../menu/mod.ts");
    return await runMenu(options, context);
  },
};
