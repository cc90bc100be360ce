/**
 * Turns what the parser says about wrong arguments into an error of ours: one line that names the
 * value, and a hint: what was probably meant, or where to read on.
 */
import type { Message } from "@optique/core/message";
import {
  extractArgumentMetavars,
  extractCommandNames,
  extractOptionNames,
  type Usage,
} from "@optique/core/usage";
import { nearest } from "../config/nearest.ts";
import { quote } from "../config/quote.ts";
import { ChatError } from "../errors.ts";

/**
 * @param error from the parser
 * @param usage of what was parsed: the whole program, or the command that was named
 * @param command the name of that command
 */
export function usageError(error: Message, usage: Usage, command: string | undefined): ChatError {
  const unknown = unknownWord(error);
  const problem = unknown === undefined
    ? sentence(error)
    : `unknown ${kindOf(unknown, usage)} ${quote(unknown)}`;
  return new ChatError("bad-usage", problem, {
    hint: didYouMean(unknown, usage) ?? readOn(unknown, usage, command),
  });
}

/** The word that fits nowhere, where that is the problem (Optique 1.3.6, `constructs.ts`). */
function unknownWord([first, second]: Message): string | undefined {
  if (first?.type !== "text" || !first.text.startsWith("Unexpected option or")) return undefined;
  if (second?.type === "optionName") return second.optionName;
  return second?.type === "value" ? second.value : undefined;
}

function kindOf(word: string, usage: Usage): string {
  if (word.startsWith("-")) return "option";
  return extractCommandNames(usage).size > 0 ? "command" : "argument";
}

function didYouMean(word: string | undefined, usage: Usage): string | undefined {
  if (word === undefined) return undefined;
  // An option that was given a value is compared by its name alone.
  const [name = word] = word.startsWith("--") ? word.split("=") : [word];
  const names = word.startsWith("-") ? extractOptionNames(usage) : extractCommandNames(usage);
  const meant = nearest(name, names);
  return meant === undefined ? undefined : `did you mean ${quote(meant)}?`;
}

function readOn(word: string | undefined, usage: Usage, command: string | undefined): string {
  if (word?.startsWith("-") && extractArgumentMetavars(usage).has("TEXT")) {
    return `write -- before a text that begins with "-"`;
  }
  return `see: p2p-chat ${command === undefined ? "" : `${command} `}--help`;
}

/** The first paragraph in our style; later ones are suggestions of the parser's own. */
function sentence(error: Message): string {
  const [paragraph = ""] = error.map(wordsOf).join("").split("\n\n");
  return paragraph.replace(/\.$/, "").replace(
    /(^|^\S+: )([A-Z])(?=[a-z])/,
    (_, before: string, letter: string) => before + letter.toLowerCase(),
  );
}

function wordsOf(term: Message[number]): string {
  switch (term.type) {
    case "text":
      return term.text;
    case "optionName":
      return term.optionName;
    case "optionNames":
      return term.optionNames.join(" or ");
    case "metavar":
      return term.metavar;
    case "value":
      return quote(term.value);
    case "values":
      return term.values.map(quote).join(" ");
    case "envVar":
      return term.envVar;
    case "commandLine":
      return term.commandLine;
    case "lineBreak":
      return " ";
    case "url":
      return term.url.href;
  }
}
