import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RealTerminal, type StandardStreams } from "../../src/terminal/real_terminal.ts";

interface Fake {
  readonly terminals?: readonly ("stdin" | "stdout" | "stderr")[];
  readonly env?: Record<string, string>;
  readonly size?: () => { columns: number; rows: number };
}

function fakeStreams(
  { terminals = [], env = {}, size = () => ({ columns: 100, rows: 30 }) }: Fake,
  taken: string[] = [],
) {
  const sink = (name: "stdout" | "stderr") => ({
    isTerminal: () => terminals.includes(name),
    write(bytes: Uint8Array) {
      taken.push(`${name}: ${new TextDecoder().decode(bytes)}`);
      return Promise.resolve(bytes.length);
    },
  });
  const streams: StandardStreams = {
    stdin: {
      isTerminal: () => terminals.includes("stdin"),
      setRaw() {},
      read: () => Promise.resolve(null),
    },
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    size,
    onResize: () => ({ [Symbol.dispose]() {} }),
    env: (name) => env[name],
  };
  return streams;
}

const ALL = ["stdin", "stdout", "stderr"] as const;

Deno.test("`RealTerminal` is interactive only on a terminal that can be drawn on", () => {
  const interactive = (fake: Fake) => new RealTerminal(fakeStreams(fake)).interactive;
  assert(interactive({ terminals: ALL }));
  assert(interactive({ terminals: ["stdin", "stdout"], env: { TERM: "xterm", NO_COLOR: "1" } }));
  assert(!interactive({ terminals: ["stdout"] }));
  assert(!interactive({ terminals: ["stdin", "stderr"] }));
  assert(!interactive({ terminals: ALL, env: { TERM: "dumb" } }));
});

Deno.test("`RealTerminal` has colours on a terminal unless NO_COLOR says otherwise", () => {
  const colors = (fake: Fake) => new RealTerminal(fakeStreams(fake)).colors;
  assert(colors({ terminals: ["stdout"] }));
  assert(colors({ terminals: ["stdout"], env: { NO_COLOR: "" } }));
  assert(!colors({ terminals: ["stdout"], env: { NO_COLOR: "1" } }));
  assert(!colors({ terminals: ["stdout"], env: { TERM: "dumb" } }));
  assert(!colors({ terminals: ["stdin", "stderr"] }));
});

Deno.test("`RealTerminal` knows its size now, or takes 80 columns and 24 rows", () => {
  let size = { columns: 100, rows: 30 };
  const terminal = new RealTerminal(fakeStreams({ terminals: ALL, size: () => size }));
  assertEquals([terminal.columns, terminal.rows], [100, 30]);
  size = { columns: 33, rows: 9 };
  assertEquals([terminal.columns, terminal.rows], [33, 9]);
  size = { columns: 0, rows: 0 };
  assertEquals([terminal.columns, terminal.rows], [80, 24]);
  const gone = () => {
    throw new Deno.errors.BadResource("gone");
  };
  for (const fake of [{}, { terminals: ALL, size: gone }]) {
    const other = new RealTerminal(fakeStreams(fake));
    assertEquals([other.columns, other.rows], [80, 24]);
  }
});

Deno.test("`RealTerminal` is attended where any of its streams is a terminal", () => {
  const attended = (fake: Fake) => new RealTerminal(fakeStreams(fake)).attended;
  for (const stream of ALL) assert(attended({ terminals: [stream] }));
  assertEquals(attended({ terminals: [] }), false);
});

Deno.test("`keys()` is in raw mode for as long as it is iterated", async () => {
  const modes: boolean[] = [];
  const streams = fakeStreams({ terminals: ALL });
  const chunks = ["a", "\x1b[B"].map((keys) => new TextEncoder().encode(keys));
  const terminal = new RealTerminal({
    ...streams,
    stdin: {
      isTerminal: () => true,
      setRaw: (raw) => void modes.push(raw),
      read(buffer) {
        const chunk = chunks.shift();
        if (chunk === undefined) return Promise.resolve(null);
        buffer.set(chunk);
        return Promise.resolve(chunk.length);
      },
    },
  });
  const { signal } = new AbortController();
  const seen: string[] = [];
  for await (const keys of terminal.keys({ signal })) {
    seen.push(new TextDecoder().decode(keys));
    assertEquals(modes, [true]);
  }
  assertEquals(seen, ["a", "\x1b[B"]);
  assertEquals(modes, [true, false]);
});

Deno.test("`pin()` takes the lines that are for the screen, and only those", async () => {
  const taken: string[] = [];
  const above: string[] = [];
  const terminal = new RealTerminal(fakeStreams({ terminals: ["stdin", "stdout"] }, taken));
  {
    using pinned = terminal.pin((line) => above.push(line));
    assert(pinned !== undefined);
    assertEquals(terminal.pin(() => {}), undefined);
    terminal.print("result");
    terminal.remark("into a file");
    terminal.write("raw");
  }
  terminal.print("later");
  await terminal.flush();
  assertEquals(above, ["result"]);
  assertEquals(taken, ["stderr: into a file\n", "stdout: rawlater\n"]);
  const onScreen = new RealTerminal(fakeStreams({ terminals: ALL }, taken));
  using _pinned = onScreen.pin((line) => above.push(line));
  onScreen.remark("remark");
  assertEquals(above, ["result", "remark"]);
});

function fixture(mode: string, options: Deno.CommandOptions = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", "--allow-env", fixturePath, mode],
    ...options,
  });
}
const fixturePath = new URL("terminal_fixture.ts", import.meta.url).pathname;

Deno.test("`openTerminal()` keeps the order across both outputs on one pipe", async () => {
  const script = `"$0" run --quiet --no-lock --allow-env "$1" order 2>&1`;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", script, Deno.execPath(), fixturePath],
  }).output();
  const expected = Array.from({ length: 1_000 }, (_, i) => `line ${i}\n`).join("");
  assertEquals(new TextDecoder().decode(stdout), expected);
});

Deno.test("`openTerminal()` ends quietly when the reader of its output goes away", async () => {
  await using child = fixture("endless", { stdout: "piped", stderr: "piped" }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const errors = await new Response(child.stderr).text();
  assertStringIncludes(errors, "closed: standard output was closed");
  assertEquals(errors.trim().split("\n").length, 1);
  assertEquals((await child.status).code, 0);
});

Deno.test("`openTerminal()` reads a pipe and is not interactive on one", async () => {
  await using child = fixture("echo", { stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("one\ntwo"));
  await writer.close();
  const lines = (await new Response(child.stdout).text()).trim().split("\n");
  assertEquals(lines.slice(0, 2), ["echo one", "echo two"]);
  const state = JSON.parse(lines[2] ?? "");
  assertEquals([state.interactive, state.colors, state.columns], [false, false, 80]);
  await child.status;
});
