/**
 * How the tests start the program: the binary that `P2P_CHAT_BIN` names or, without it, `main.ts` by
 * this Deno with the flags of the task `start`. Namespaces have no way out, so all has to be cached.
 */
import type { NdjsonLine } from "../../src/commands/ndjson.ts";
import manifest from "../../deno.json" with { type: "json" };

/** Where the project is: programs run there, as a person's do. */
export const PROJECT = new URL("../../", import.meta.url);

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

/** The command line of the program. */
export function program(): string[] {
  const binary = Deno.env.get("P2P_CHAT_BIN");
  return binary === undefined ? script("main.ts") : [binary];
}

/** The command line of the same from its sources, with a mouth: see `speaking_peer.ts`. */
export function speakingProgram(): string[] {
  return script("tests/net/speaking_peer.ts");
}

function script(path: string): string[] {
  const [, run = "run", ...rest] = manifest.tasks.start.command.split(" ");
  const flags = rest.filter((word) => word.startsWith("--"));
  return [Deno.execPath(), run, "--cached-only", ...lockFlag(), ...flags, path];
}

/** The lock file says which of the cached packages fit together; no run changes it. */
function lockFlag(): string[] {
  try {
    Deno.statSync(new URL("deno.lock", PROJECT));
    return ["--frozen"];
  } catch {
    return ["--no-lock"]; // before the first `deno install`
  }
}

/** What a program is spawned with. */
export function spawnOptions({ home }: Launch) {
  return { cwd: PROJECT, env: { P2P_CHAT_HOME: home, NO_COLOR: "1" } };
}

/** Runs a command of the program to its end. */
export async function runOnce(launch: Launch): Promise<Outcome> {
  const [executable = "", ...args] = launch.place.inside([...program(), ...launch.args]);
  const { code, stdout, stderr } = await new Deno.Command(executable, {
    args,
    ...spawnOptions(launch),
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return {
    code,
    events: decoder.decode(stdout).split("\n").filter(Boolean).map((line) => JSON.parse(line)),
    stderr: decoder.decode(stderr),
  };
}
