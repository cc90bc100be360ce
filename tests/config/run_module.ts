/** Runs a module in a process of its own: for what a test must not do to itself. */

/** A Deno of its own that runs `source`; imports must be absolute, see `import.meta.resolve`. */
export function moduleCommand(source: string): Deno.Command {
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const url = `data:application/typescript,${encodeURIComponent(source)}`;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "--no-check", "--allow-all", `--config=${config}`, url],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs `source` to its end, with nothing on its standard input. */
export async function runModule(
  source: string,
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const child = moduleCommand(source).spawn();
  await child.stdin.close();
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
