/** From the command line to an exit code. Everything else is loaded only when it is needed. */
import manifest from "./deno.json" with { type: "json" };

if (Deno.args[0] === "--version") {
  console.log(`p2p-chat ${manifest.version}`);
} else {
  const { runProcess } = await import("./src/commands/process.ts");
  Deno.exit(await runProcess(Deno.args, Deno.exit));
}
