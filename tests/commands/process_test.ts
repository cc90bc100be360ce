import { assertEquals } from "@std/assert";
import manifest from "../../deno.json" with { type: "json" };
import { moduleCommand } from "../config/run_module.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";

/** Runs the program in a process of its own, after `preamble`. */
function programCommand(args: readonly string[], preamble = ""): Deno.ChildProcess {
  const process = JSON.stringify(import.meta.resolve("../../src/commands/process.ts"));
  return moduleCommand(`
    import { runProcess } from ${process};
    ${preamble}
    Deno.exit(await runProcess(${JSON.stringify(args)}, Deno.exit));
  `).spawn();
}

/** `send` waits for its standard input, and has told so before it waits. */
const WAITING = ["send", "red"];

async function ended(child: Deno.ChildProcess) {
  const decoder = new TextDecoder();
  const { code, stdout, stderr } = await child.output();
  await child.stdin.close().catch(() => {}); // It may be closed with the process.
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("`main.ts` answers `--version`", async () => {
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "--no-check", main, "--version"],
  }).output();
  assertEquals(code, 0);
  assertEquals(new TextDecoder().decode(stdout), `p2p-chat ${manifest.version}\n`);
});

Deno.test("`runProcess()` returns the exit code after everything was printed", async () => {
  await using folder = await TemporaryFolder.make();
  const child = programCommand(["history", "bob", "--json", "--home", folder.path]);
  const { code, out, err } = await ended(child);
  assertEquals(code, 4);
  assertEquals(JSON.parse(out).code, "no-such-peer");
  assertEquals(err, "");
});

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.test({
    name: `\`runProcess()\` ends with 130 when ${signal} cuts a command short`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const told = `setTimeout(() => Deno.kill(Deno.pid, ${JSON.stringify(signal)}), 0);`;
      assertEquals(await ended(programCommand(WAITING, told)), { code: 130, out: "", err: "" });
    },
  });
}

Deno.test("`runProcess()` ends in order, and says why, after an error that nobody caught", async () => {
  const expected = {
    code: 1,
    out: "",
    err:
      "error: unexpected: defect\nhint: run it again with --verbose to see where it comes from\n",
  };
  const thrown = `setTimeout(() => { throw new Error("defect"); }, 0);`;
  assertEquals(await ended(programCommand(WAITING, thrown)), expected);
});

Deno.test("`runProcess()` reports a promise that nobody waits for, and goes on", async () => {
  const child = programCommand(
    WAITING,
    `setTimeout(() => {
      Promise.reject(new Error("defect"));
      setTimeout(() => Deno.kill(Deno.pid, "SIGTERM"), 0);
    }, 0);`,
  );
  assertEquals(await ended(child), {
    code: 130,
    out: "",
    err:
      "error: unexpected: defect\nhint: run it again with --verbose to see where it comes from\n",
  });
});
