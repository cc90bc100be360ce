/** Starts this program once more, with the permissions of `deno task start` and no others. */
import manifest from "../../../deno.json" with { type: "json" };

/** How to run the program with `args`; the streams are pipes. */
export function ownProgram(args: readonly string[]): Deno.Command {
  if (Deno.build.standalone) return command(args);
  // `deno run --quiet --allow-net ... main.ts`
  const flags = manifest.tasks.start.command.split(" ").slice(1, -1);
  return command([...flags, Deno.mainModule, ...args]);
}

function command(args: readonly string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    clearEnv: true,
    env: ownEnvironment(),
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

/** What is set for p2p-chat is meant for the profile of a person, not for these. */
function ownEnvironment(): Record<string, string> {
  const variables = Object.entries(Deno.env.toObject());
  return Object.fromEntries(variables.filter(([name]) => !name.startsWith("P2P_CHAT_")));
}
