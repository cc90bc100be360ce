/**
 * All commands, by name, in the order of the help. Each is loaded when it is needed: a run loads only
 * its own.
 */
import type { Parser } from "@optique/core/parser";
import { type Action, actionParser, type Command, type ReportOptions } from "./command.ts";

/** A command without its type: its parser gives something that can be run. */
export interface TableEntry {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly string[];
  readonly parser: Parser<"sync", Action>;
}

type Loader = () => Promise<TableEntry>;

export const COMMANDS: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ["menu", async () => entry((await import("./menu.ts")).menu)],
  ["listen", async () => entry((await import("./listen.ts")).listen)],
  ["events", async () => entry((await import("./events.ts")).events)],
  ["send", async () => entry((await import("./send.ts")).send)],
  ["chat", async () => entry((await import("./chat.ts")).chat)],
  ["pipe", async () => entry((await import("./pipe.ts")).pipe)],
  ["connect", async () => entry((await import("./connect.ts")).connect)],
  ["peers", async () => entry((await import("./peers.ts")).peers)],
  ["outbox", async () => entry((await import("./outbox.ts")).outbox)],
  ["why", async () => entry((await import("./why.ts")).why)],
  ["contact", async () => entry((await import("./contact.ts")).contact)],
  ["history", async () => entry((await import("./history.ts")).history)],
  ["id", async () => entry((await import("./id.ts")).id)],
  ["config", async () => entry((await import("./config.ts")).config)],
  ["doctor", async () => entry((await import("./doctor.ts")).doctor)],
  ["demo", async () => entry((await import("./demo.ts")).demo)],
  ["completion", async () => entry((await import("./completion.ts")).completion)],
  ["help", async () => entry((await import("./help_command.ts")).help)],
]);

/** Commands that the program starts itself with: in no help, and not suggested. */
const INTERNAL_COMMANDS: ReadonlyMap<string, Loader> = new Map<string, Loader>([
  ["demo-peer", async () => entry((await import("./demo/peer_command.ts")).demoPeer)],
]);

/** @returns all commands that people use, or the one that is named where it is known */
export async function loadCommands(name?: string): Promise<TableEntry[]> {
  const loader = name === undefined ? undefined : COMMANDS.get(name) ?? INTERNAL_COMMANDS.get(name);
  const loaders = loader === undefined ? [...COMMANDS.values()] : [loader];
  return await Promise.all(loaders.map((load) => load()));
}

function entry<Options extends ReportOptions>(command: Command<Options>): TableEntry {
  const { name, summary, examples } = command;
  return { name, summary, examples, parser: actionParser(command) };
}
