/** Help as text of at most 80 columns, from the parser's own description of itself. */
import { type DocEntry, type DocPage, formatDocPage } from "@optique/core/doc";
import { type Message, message } from "@optique/core/message";
import { extractOptionNames, type UsageTerm } from "@optique/core/usage";

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
    "p2p-chat --version",
  ],
};

/**
 * @param page from the parser
 * @param extra.description instead of the page's
 * @param extra.examples whole command lines
 */
export function formatHelp(
  page: DocPage,
  extra: { readonly description?: Message; readonly examples: readonly string[] },
): string {
  const { brief: _summary, usage = [], ...rest } = page;
  const description = extra.description ?? rest.description ?? [];
  const sections = page.sections.map(({ entries, ...section }) => ({
    ...section,
    entries: entries.filter((entry) => !isHelpItself(entry)).sort(argumentsFirst),
  }));
  const hasCommands = sections.some(({ entries }) => entries.some(isCommand));
  const named = usage.filter(({ type }) => type === "command");
  // Without any the menu opens; most commands with commands of their own need one.
  const isOptional = named.length === 0 || usage.some(holdsOptionalCommands);
  const command: UsageTerm = { type: "literal", value: isOptional ? "[COMMAND]" : "COMMAND" };
  const operands = usage.filter((term) => term.type !== "command" && isOperand(term));
  const text = formatDocPage("p2p-chat", {
    ...rest,
    description,
    sections,
    usage: [...named, ...(hasCommands ? [command] : []), ANY_OPTION, ...operands],
  }, { maxWidth: WIDTH, termWidth: "auto" });
  const examples = extra.examples.map((line) => `  ${line}`);
  return [...text.trimEnd().split("\n"), "", "Examples:", ...examples]
    .map((line) => line.trimEnd())
    .join("\n");
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
