/**
 * `completion`: prints the script by which a shell completes commands and options. The script calls
 * this command again with the words so far, so it stays right when the program is replaced by a newer
 * one.
 */
import { merge, object } from "@optique/core/constructs";
import { multiple } from "@optique/core/modifiers";
import { suggestSync } from "@optique/core/parser";
import { argument } from "@optique/core/primitives";
import { quote } from "../config/quote.ts";
import { nearest } from "../config/nearest.ts";
import { ChatError } from "../errors.ts";
import type { Command } from "./command.ts";
import { EXIT_CODES } from "./failure.ts";
import { anyText, type ProfileOptions, profileOptions, requiredArgument } from "./options.ts";

export interface CompletionOptions extends ProfileOptions {
  readonly shell: string;
  /** The words on the command line so far, the last one unfinished; none: the script is meant. */
  readonly words: readonly string[];
}

const SHELLS = ["bash", "zsh", "fish", "pwsh"] as const;

export const completion: Command<CompletionOptions> = {
  name: "completion",
  summary: "Print the script for completion in a shell.",
  examples: [
    'eval "$(p2p-chat completion bash)"',
    "p2p-chat completion fish > ~/.config/fish/completions/p2p-chat.fish",
  ],
  parser: merge(
    object({
      shell: requiredArgument(anyText("SHELL", SHELLS), `One of ${SHELLS.join(", ")}.`),
      words: multiple(argument(anyText("WORD"), { hidden: true })),
    }),
    profileOptions,
  ),

  async run({ shell, words }, { terminal, env }) {
    const name = SHELLS.find((known) => known === shell);
    if (name === undefined) throw unknownShell(shell);
    const { [name]: generator } = await import("@optique/core/completion");
    const [first, ...others] = words;
    if (first === undefined) {
      terminal.print(generator.generateScript("p2p-chat", ["completion", name, "--"]).trimEnd());
      return EXIT_CODES.done;
    }
    const { loadGrammar } = await import("./grammar.ts");
    const { withPeers } = await import("./completion/peers.ts");
    const given = suggestSync(await loadGrammar(), [first, ...others]);
    const suggestions = await withPeers(given, [first, ...others], env);
    terminal.write([...generator.encodeSuggestions(suggestions)].join(""));
    return EXIT_CODES.done;
  },
};

function unknownShell(shell: string): ChatError {
  const meant = nearest(shell, SHELLS);
  return new ChatError("bad-usage", `there is no completion for ${quote(shell)}`, {
    hint: meant === undefined
      ? `choose one of ${SHELLS.join(", ")}`
      : `did you mean ${quote(meant)}?`,
  });
}
