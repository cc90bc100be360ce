/** Help as text of at most 80 columns, from the parser's own description of itself. */
import { type DocEntry, type DocPage, formatDocPage } from "@optique/core/doc";
import { type Message, message } from "@optique/core/message";
import { extractOptionNames, type UsageTerm } from "@optique/core/usage";
import { TOPICS } from "./help_topics/table.ts";

const WIDTH = 80;
const ANY_OPTION: UsageTerm = { type: "literal", value: "[OPTION...]" };

/** What the program's own help says beside the list of commands. */
export const PROGRAM_HELP = {
  description: message`Chat from peer to peer, without a server.`,
  examples: [
    "p2p-chat                                  opens the menu",
    "p2p-chat listen --name red --port 7000",
    'p2p-chat send 127.0.0.1:7000 "hello"',
    "p2p-chat COMMAND --help                   tells more of a command",
    "p2p-chat help TOPIC                       tells more of a topic",
    "p2p-chat --version",
  ],
  topics: TOPICS,
};

/**
 * @param page from the parser
 * @param extra.description instead of the page's
 * @param extra.examples whole command lines; of a command's command those that show it
 * @param extra.topics longer texts that `help` prints
 * @param nested the command in a command that the page is about
 */
export function formatHelp(
  page: DocPage,
  extra: {
    readonly description?: Message;
    readonly examples: readonly string[];
    readonly topics?: ReadonlyMap<string, { readonly summary: string }>;
  },
  nested?: string,
): string {
  const { brief: _summary, usage = [], ...rest } = page;
  const description = extra.description ?? rest.description ?? [];
  const sections = page.sections.map(({ entries, ...section }) => ({
    ...section,
    entries: entries.filter((entry) => !isHelpItself(entry)).sort(argumentsFirst),
  }));
  const hasCommands = sections.some(({ entries }) => entries.some(isCommand));
  const own = nested === undefined ? undefined : termsFrom(usage, nested);
  const outer = usage.filter(({ type }) => type === "command");
  const named = own === undefined ? outer : [...outer.slice(0, 1), ...own.slice(0, 1)];
  // Without any the menu opens; most commands with commands of their own need one.
  const isOptional = named.length === 0 || usage.some(holdsOptionalCommands);
  const command: UsageTerm = { type: "literal", value: isOptional ? "[COMMAND]" : "COMMAND" };
  const operands = (own ?? usage).filter((term) => term.type !== "command" && isOperand(term));
  const text = formatDocPage("p2p-chat", {
    ...rest,
    description,
    sections,
    usage: [...named, ...(hasCommands ? [command] : []), ANY_OPTION, ...operands],
  }, { maxWidth: WIDTH, termWidth: "auto" });
  const path = ["p2p-chat", ...named.map((term) => term.type === "command" ? term.name : "")];
  const shown = extra.examples.filter((line) => line.includes(path.join(" ")));
  const examples = (shown.length > 0 ? shown : extra.examples).map((line) => `  ${line}`);
  const listed = sections.flatMap(({ entries }) => entries.map(({ term }) => term))
    .map((term) => term.type === "command" ? term.name.length : 0);
  const topics = [...extra.topics ?? []].map(([name, { summary }]) =>
    `  ${name.padEnd(Math.max(...listed) + 2)}${summary}`
  );
  return [
    ...text.trimEnd().split("\n"),
    ...(topics.length === 0 ? [] : ["", "Topics:", ...topics]),
    "",
    "Examples:",
    ...examples,
  ]
    .map((line) => line.trimEnd())
    .join("\n");
}

/** The terms from a command in a command on, which may be one of several, and not be needed. */
function termsFrom(usage: readonly UsageTerm[], name: string): readonly UsageTerm[] | undefined {
  const index = usage.findIndex((term) => term.type === "command" && term.name === name);
  if (index >= 0) return usage.slice(index);
  for (const term of usage) {
    const choices = term.type === "exclusive"
      ? term.terms
      : term.type === "optional"
      ? [term.terms]
      : [];
    for (const terms of choices) {
      const found = termsFrom(terms, name);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** Options are listed below the usage line anyway. */
function isOperand(term: UsageTerm): boolean {
  return term.type !== "ellipsis" && extractOptionNames([term]).size === 0;
}

function isCommand({ term }: DocEntry): boolean {
  return term.type === "command";
}

function holdsOptionalCommands(term: UsageTerm): boolean {
  return term.type === "optional" && JSON.stringify(term.terms).includes('"type":"command"');
}

function isHelpItself({ term }: DocEntry): boolean {
  return term.type === "option" && term.names.includes("--help");
}

/** A stable sort keeps the rest in its order. */
function argumentsFirst(one: DocEntry, other: DocEntry): number {
  return rank(one) - rank(other);
}

function rank({ term }: DocEntry): number {
  return term.type === "argument" ? 0 : 1;
}
