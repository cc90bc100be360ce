/**
 * `completion`: prints the script by which a shell completes commands and options. The script calls
 * this command again with the words so far, so it stays right when the program is replaced by a newer
 * one.
 */
import { merge, object } from "@optique/core/constructs";
import { multiple } from "@optique/core/modifiers";
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

const SHELLS = ["bash", "zsh", "fish", "powershell"] as const;

export const completion: Command<CompletionOptions> = {
  name: "completion",
  summary: "Print the script for completion in a shell.",
  examples: [
    `echo 'eval "$(p2p-chat completion bash)"' >> ~/.bashrc`,
    `echo 'eval "$(p2p-chat completion zsh)"' >> ~/.zshrc`,
    "echo 'p2p-chat completion fish | source' >> ~/.config/fish/config.fish",
    "p2p-chat completion powershell | Out-String | Invoke-Expression",
  ],
  parser: merge(
    object({
      shell: requiredArgument(anyText("SHELL", SHELLS), `One of ${SHELLS.join(", ")}.`),
      words: multiple(argument(anyText("WORD"), { hidden: true })),
    }),
    profileOptions,
  ),

  async run({ shell, words }, context) {
    // What PowerShell calls its own program.
    const name = shell === "pwsh" ? "powershell" : SHELLS.find((known) => known === shell);
    if (name === undefined) throw unknownShell(shell);
    const { bash, fish, pwsh, zsh } = await import("@optique/core/completion");
    const generator = { bash, zsh, fish, powershell: pwsh }[name];
    if (words.length === 0) {
      const script = generator.generateScript("p2p-chat", ["completion", name, "--"]);
      context.terminal.print(script.trim());
      return EXIT_CODES.done;
    }
    const { suggestionsFor } = await import("./completion/suggestions.ts");
    const { bashSuggestion, readBashWord } = await import("./completion/bash_words.ts");
    const word = readBashWord(words.at(-1) ?? "");
    const suggestions = name === "bash"
      ? (await suggestionsFor([...words.slice(0, -1), word.text], context))
        .map((suggestion) => bashSuggestion(suggestion, word))
      : await suggestionsFor(words, context);
    const parts = [...generator.encodeSuggestions(suggestions)];
    // The script for zsh reads a line for each, and the encoder for zsh writes none of their ends.
    context.terminal.write(parts.join(name === "zsh" ? "\n" : ""));
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
