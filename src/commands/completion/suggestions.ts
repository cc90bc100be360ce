/**
 * What a shell may offer for the words so far: commands, options and their values from the grammar,
 * and the names of peers and profiles from where they are. It never fails and says nothing: whatever
 * is wrong, there is nothing to offer.
 */
import { message, text } from "@optique/core/message";
import { type Suggestion, suggestSync } from "@optique/core/parser";
import { homeFolder, isProfileName } from "../../config/paths.ts";
import type { CommandContext } from "../command.ts";
import { grammarOf } from "../grammar.ts";
import { NAMES, type ProfileOptions } from "../options.ts";
import { COMMANDS, loadCommands } from "../table.ts";

/** More on a screen would be no help. */
const MAX_NAMES = 200;

/** @param words after the program's name, the last one unfinished; at least one */
export async function suggestionsFor(
  words: readonly string[],
  context: Pick<CommandContext, "env">,
): Promise<Suggestion[]> {
  try {
    const found = await suggestionsIn(words, context);
    // Where nothing else fits, the options are worth a look.
    const isEmpty = found.length === 0 && words.length > 1 && words.at(-1) === "";
    return isEmpty && !(words.at(-2) ?? "").startsWith("--")
      ? await suggestionsIn([...words.slice(0, -1), "-"], context)
      : found;
  } catch {
    return []; // A person in the middle of a line is not told of a broken profile.
  }
}

async function suggestionsIn(
  words: readonly string[],
  context: Pick<CommandContext, "env">,
): Promise<Suggestion[]> {
  // The grammar offers nothing for one dash, since there are no short options.
  const dashed = words.at(-1) === "-" ? [...words.slice(0, -1), "--"] : words;
  const lists = (await grammarSuggestions(dashed))
    .map((suggestion) => withNames(suggestion, words, context));
  return (await Promise.all(lists)).flat();
}

async function grammarSuggestions(words: readonly string[]): Promise<Suggestion[]> {
  const [first = "", ...others] = words;
  // Without a command the menu opens.
  if (first.startsWith("-")) {
    const program = optionSuggestion("--version", "Show the version.");
    return [
      ...await grammarSuggestions(["menu", ...words]),
      ...(others.length === 0 && "--version".startsWith(first) ? [program] : []),
    ];
  }
  if (first === "help" && others.length > 1) {
    const found = await grammarSuggestions(others);
    return found.filter(({ kind, ...rest }) =>
      kind === "literal" && "text" in rest && /^[a-z]/.test(rest.text)
    );
  }
  const isNamed = others.length > 0;
  if (isNamed && !COMMANDS.has(first)) return [];
  const commands = await loadCommands(isNamed ? first : undefined);
  const [start = first, ...rest] = words;
  const found = suggestSync(grammarOf(commands), [start, ...rest]);
  const last = words.at(-1) ?? "";
  const wantsHelp = isNamed && last.startsWith("-") && "--help".startsWith(last) &&
    !words.includes("--");
  return [...found, ...(wantsHelp ? [optionSuggestion("--help", "Show this help.")] : [])];
}

function optionSuggestion(name: string, description: string): Suggestion {
  return { kind: "literal", text: name, description: message`${text(description)}` };
}

/** The names themselves, where the suggestion only says which are meant. */
async function withNames(
  suggestion: Suggestion,
  words: readonly string[],
  context: Pick<CommandContext, "env">,
): Promise<Suggestion[]> {
  if (suggestion.kind !== "literal") return [suggestion];
  const [before = "", kind] = suggestion.text.split("\0");
  if (kind === undefined) return [suggestion];
  const options = profileIn(words.slice(0, -1));
  const typed = (words.at(-1) ?? "").slice(before.length).toLowerCase();
  const names = `\0${kind}` === NAMES.peers ? peerNames : profileNames;
  // What the grammar offers is worth something also where a profile is broken.
  return (await names(options, context).catch(() => []))
    .filter((name) => name.text.toLowerCase().startsWith(typed))
    .slice(0, MAX_NAMES)
    .map((name) => ({
      kind: "literal",
      text: before + name.text,
      ...(name.description === "" ? {} : { description: message`${text(name.description)}` }),
    }));
}

async function peerNames(options: ProfileOptions, context: Pick<CommandContext, "env">) {
  const { peerSuggestions } = await import("./peer_suggestions.ts");
  return await peerSuggestions(options, context);
}

/** Folders in the home folder that may be profiles. */
async function profileNames(
  options: ProfileOptions,
  { env }: Pick<CommandContext, "env">,
): Promise<{ text: string; description: string }[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(homeFolder({ os: Deno.build.os, env }, options))) {
    if (!entry.isFile && isProfileName(entry.name)) names.push(entry.name);
  }
  return names.sort().map((text) => ({ text, description: "" }));
}

/** `--profile` and `--home` among the words that are finished; the last of each counts. */
function profileIn(words: readonly string[]): ProfileOptions {
  const valueOf = (name: string) =>
    words.reduce<string | undefined>((found, word, index) => {
      if (word === name) return words[index + 1] ?? found;
      return word.startsWith(`${name}=`) ? word.slice(name.length + 1) : found;
    }, undefined);
  return { profile: valueOf("--profile"), home: valueOf("--home") };
}
