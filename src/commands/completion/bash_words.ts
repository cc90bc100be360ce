/**
 * Bash gives the unfinished word as it was typed, quotes and backslashes included, and puts what is
 * offered into the line as it is. So the word is read as bash reads it, and what is offered is written
 * as bash understands it. (The scripts for the other shells do both themselves.)
 */
import type { Suggestion } from "@optique/core/parser";

/** The unfinished word of a command line in bash. */
export interface BashWord {
  readonly text: string;
  /** A quote is open: what is offered goes inside it. */
  readonly isQuoted: boolean;
}

export function readBashWord(raw: string): BashWord {
  const [quote] = raw;
  if (quote === '"' || quote === "'") return { text: raw.slice(1), isQuoted: true };
  return { text: raw.replace(/\\(.)/gs, "$1"), isQuoted: false };
}

export function bashSuggestion(suggestion: Suggestion, { isQuoted }: BashWord): Suggestion {
  if (suggestion.kind !== "literal" || isQuoted) return suggestion;
  const text = suggestion.text.replace(/[^\p{L}\p{M}\p{N}_./:=@%+,-]/gu, "\\$&");
  // The library knows some of its suggestions again, such as files after `--log-file=`.
  return text === suggestion.text ? suggestion : { ...suggestion, text };
}
