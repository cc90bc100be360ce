import { assert, assertEquals, assertMatch } from "@std/assert";
import { runForMessage } from "../../../src/commands/exec/exec_run.ts";
import { isAlive, Scripts } from "./scripts.ts";

const ignore = Deno.build.os === "windows";
/** Far longer than anything here takes. */
const LONG_MS = 120_000;

interface Told {
  readonly fault: string | undefined;
  readonly lines: readonly string[];
}

/** Runs a program once. */
async function run(
  program: string,
  { input = "{}\n", env = {}, args = [], timeoutMs = LONG_MS, stop }: {
    readonly input?: string;
    readonly env?: Record<string, string>;
    readonly args?: readonly string[];
    readonly timeoutMs?: number;
    readonly stop?: AbortSignal;
  } = {},
): Promise<Told> {
  const lines: string[] = [];
  const fault = await runForMessage({ program, args, timeoutMs }, input, env, {
    stop: stop ?? new AbortController().signal,
    onLine: (line, stream) => lines.push(`${stream}: ${line}`),
  });
  return { fault, lines };
}

/** Resolves when the program has noted so many lines. */
async function noted(scripts: Scripts, count: number): Promise<string[]> {
  for (;;) {
    const lines = await scripts.noted();
    if (lines.length >= count) return lines;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

Deno.test({
  name: "`runForMessage()` gives input, arguments and variables to the program, past any shell",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const program = await scripts.write('cat; printf "%s|%s|%s\\n" "$1" "$2" "$TEXT"; echo x >&2');
    const text = "$(touch /tmp/never) `id`; \"'\\ \n two";
    const told = await run(program, {
      input: '{"a":1}\n',
      env: { TEXT: text },
      args: ["-c", "; rm *"],
    });
    assertEquals(told.fault, undefined);
    assertEquals([...told.lines].sort(), [
      "stderr: x",
      "stdout:  two",
      "stdout: -c|; rm *|$(touch /tmp/never) `id`; \"'\\",
      'stdout: {"a":1}',
    ]);
  },
});

Deno.test({
  name: "`runForMessage()` says how a program failed, or why it did not start",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const faultOf = async (program: string) => (await run(program)).fault;
    assertEquals(await faultOf(await scripts.write("exit 0")), undefined);
    assertEquals(await faultOf(await scripts.write("exit 3")), "it ended with exit code 3");
    assertEquals(await faultOf(await scripts.write("kill -9 $$")), "it was killed by SIGKILL");
    const notExecutable = await scripts.write("exit 0", 0o644);
    assertMatch(await faultOf(notExecutable) ?? "", /^it could not be started: .*denied/);
    assertMatch(
      await faultOf("/nowhere/program") ?? "",
      /^it could not be started: .*No such file/,
    );
  },
});

Deno.test({
  name: "`runForMessage()` ends a program that hangs, with what it started",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const program = await scripts.write("sleep 300 &\necho $! $$ >> $NOTES\nsleep 300");
    const { fault } = await run(program, { timeoutMs: 2_000 });
    assertEquals(fault, "it was ended after 2 s");
    const pids = (await scripts.noted()).join().split(" ");
    assertEquals(pids.length, 2);
    for (const pid of pids) assertEquals(await isAlive(Number(pid)), false);
  },
});

Deno.test({
  name: "`runForMessage()` kills a program that does not end when this one does",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const program = await scripts.write(
      "trap '' TERM\necho $$ >> $NOTES\nwhile :; do sleep 0.1; done",
    );
    const stop = new AbortController();
    const running = run(program, { stop: stop.signal });
    const [pid] = await noted(scripts, 1);
    stop.abort();
    assertEquals((await running).fault, "it was ended together with this node");
    assertEquals(await isAlive(Number(pid)), false);
  },
});

Deno.test({
  name: "`runForMessage()` reads 100 MB of output to the end and keeps 100 lines of it",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const program = await scripts.write("yes 0123456789 | head -c 100000000");
    const { fault, lines } = await run(program);
    assertEquals(fault, undefined);
    assertEquals(lines.length, 101);
    assertEquals(lines[0], "stdout: 0123456789");
    const [, dropped = ""] = /^stderr: \(and (\d+) bytes more/.exec(lines.at(-1) ?? "") ?? [];
    assert(Number(dropped) > 99_000_000 && Number(dropped) < 100_000_000, lines.at(-1));
  },
});

Deno.test({
  name: "`runForMessage()` cuts a line that does not end",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const program = await scripts.write("head -c 5000000 /dev/zero | tr '\\0' x; echo; echo last");
    const { lines } = await run(program);
    assertEquals(lines, [`stdout: ${"x".repeat(1_000)}…`, "stdout: last"]);
  },
});

Deno.test({
  name: "`runForMessage()` does not wait for what a program leaves running",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const program = await scripts.write("sleep 300 &\necho $! >> $NOTES\necho done");
    const { fault, lines } = await run(program);
    assertEquals([fault, lines], [undefined, ["stdout: done"]]);
    const pid = Number((await scripts.noted())[0]);
    assert(await isAlive(pid));
    Deno.kill(pid, "SIGKILL");
  },
});

Deno.test({
  name: "`runForMessage()` does not mind a program that reads nothing",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    // More than a pipe holds.
    const input = `${"x".repeat(200_000)}\n`;
    assertEquals((await run(await scripts.write("exit 0"), { input })).fault, undefined);
    const { fault } = await run(await scripts.write("exec sleep 300"), { input, timeoutMs: 200 });
    assertEquals(fault, "it was ended after 200 ms");
  },
});
