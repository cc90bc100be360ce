/** The grammar of the whole command line, made of those of the commands. */
import { or } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import type { Parser } from "@optique/core/parser";
import { command } from "@optique/core/primitives";
import type { Action } from "./command.ts";
import { loadCommands, type TableEntry } from "./table.ts";

/** @param commands at least one */
export function grammarOf(commands: readonly TableEntry[]): Parser<"sync", Action, unknown> {
  return or(...commands.map(({ name, summary, parser }) => {
    const sentence = message`${text(summary)}`;
    return command(name, parser, { brief: sentence, description: sentence });
  }));
}

/** The grammar with all commands in it. */
export async function loadGrammar(): Promise<Parser<"sync", Action, unknown>> {
  return grammarOf(await loadCommands());
}
