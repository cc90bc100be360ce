/** The grammar of the command line, made of those of the commands. */
import { or } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import type { Parser } from "@optique/core/parser";
import { command } from "@optique/core/primitives";
import type { Action } from "./command.ts";
import type { TableEntry } from "./table.ts";

/** @param commands at least one */
export function grammarOf(commands: readonly TableEntry[]): Parser<"sync", Action, unknown> {
  return or(...commands.map(({ name, summary, parser }) => {
    const sentence = message`${text(summary)}`;
    return command(name, parser, { brief: sentence, description: sentence });
  }));
}
