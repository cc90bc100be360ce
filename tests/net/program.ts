/**
 * How the tests start the program: the binary that `P2P_CHAT_BIN` names or, without it, `main.ts` by
 * this Deno with the flags of the task `start`. Namespaces have no way out, so all has to be cached.
 */
import type { NdjsonLine } from "../../src/commands/ndjson.ts";
import manifest from "../../deno.json" with { type: "json" };

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Where a program runs. */
export interface Place {
  /** Makes a command run there. */
  inside(command: readonly string[]): string[];
}

/** What is run, where. */
export interface Launch {
  /** Folder of its profiles. */
  readonly home: string;
  readonly place: Place;
  readonly args: readonly string[];
}

/** What a command said and how it ended. */
export interface Outcome {
  readonly code: number;
  /** Standard output, understood as NDJSON. */
  readonly events: readonly NdjsonLine[];
  readonly stderr: string;
}

/** What a process of the program is made with, besides its arguments. */
export function processOptions({ home }: Launch) {
  return { env: { P2P_CHAT_HOME: home, NO_COLOR: "1" } };
}

/** Runs a command of the program to its end. */
export async function runOnce(launch: Launch): Promise<Outcome> {
  const [executable = "", ...args] = launch.place.inside([...program(), ...launch.args]);
  const { code, stdout, stderr } = await new Deno.Command(executable, {
    args,
    ...processOptions(launch),
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    events: decoder.decode(stdout).split("\n").filter(Boolean).map((line) => JSON.parse(line)),
    stderr: decoder.decode(stderr),
  };
}

/** The command line of the program, without arguments. */
export function program(): string[] {
  const binary = Deno.env.get("P2P_CHAT_BIN");
  if (binary) return [binary];
  const words = manifest.tasks.start.command.split(" ");
  const flags = words.slice(2, words.indexOf("main.ts"));
  return [Deno.execPath(), "run", "--cached-only", ...flags, MAIN];
}
