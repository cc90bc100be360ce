import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseSync } from "@optique/core/parser";
import { extractCommandNames } from "@optique/core/usage";
import { CONFIG_KEYS, CONFIG_TABLE } from "../../src/config/config.ts";
import { EXIT_CODES } from "../../src/commands/failure.ts";
import { grammarOf } from "../../src/commands/grammar.ts";
import { TOPICS } from "../../src/commands/help_topics/table.ts";
import { COMMANDS, loadCommands, type TableEntry } from "../../src/commands/table.ts";
import { displayWidth } from "../../src/terminal/mod.ts";
import { Harness, type HarnessOptions } from "./harness.ts";

/** Each run of the program in a line as a shell would run it, in words. */
function programRuns(line: string): string[][] {
  const runs: string[][] = [];
  for (const [run] of line.matchAll(/(?<=^|[|(`'"; ])p2p-chat(?=$| )[^|)<>;#]*/g)) {
    runs.push(
      [...run.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)].slice(1)
        .map(([, double, single, plain]) => double ?? single ?? plain ?? ""),
    );
  }
  return runs;
}

/** A command and the commands in it: `["config"]`, `["config", "set"]`. */
function paths({ name, parser }: TableEntry): string[][] {
  return [[name], ...[...extractCommandNames(parser.usage)].map((nested) => [name, nested])];
}

Deno.test("every example of a command parses", async () => {
  let examples = 0;
  for (const entry of await loadCommands()) {
    for (const line of entry.examples) {
      if (entry.name === "demo" && line.startsWith("deno task")) continue;
      const runs = programRuns(line);
      assert(runs.length > 0, `${entry.name}: ${line}`);
      for (const words of runs) {
        // Without a command it is the menu; a command's help is not in its grammar.
        if (words.length === 0 || words[0] === "help") continue;
        const result = parseSync(grammarOf([entry]), words);
        assert(result.success, `${line}: ${JSON.stringify(result)}`);
        examples++;
      }
    }
  }
  assert(examples > 20, `only ${examples} examples found: the pattern is broken`);
});

Deno.test("every command, and every command in one, has an example of its own", async () => {
  const without: string[] = [];
  for (const entry of await loadCommands()) {
    if (["menu", "demo"].includes(entry.name)) continue; // `p2p-chat` alone, and `deno task demo`.
    const runs = entry.examples.flatMap(programRuns);
    for (const path of paths(entry)) {
      const isShown = runs.some((words) => path.every((word, index) => words[index] === word));
      if (!isShown) without.push(path.join(" "));
    }
  }
  assertEquals(without, []);
});

Deno.test("`--help` of a command in another shows the examples of that one", async () => {
  await using program = await Harness.make();
  for (const entry of await loadCommands()) {
    for (const path of paths(entry).filter(({ length }) => length > 1)) {
      assertEquals(await program.run(...path, "--help"), 0);
      const { outLines } = program.terminal;
      assertStringIncludes(outLines[0] ?? "", `Usage: p2p-chat ${path.join(" ")} [OPTION...]`);
      const examples = outLines.slice(outLines.indexOf("Examples:") + 1);
      assert(examples.length > 0, path.join(" "));
      for (const line of examples) assertStringIncludes(line, `p2p-chat ${path.join(" ")}`);
      for (const line of outLines) assert(displayWidth(line) <= 80, line);
    }
  }
});

Deno.test("`--help` begins the descriptions of all options in one column", async () => {
  let checked = 0;
  await using program = await Harness.make();
  for (const name of COMMANDS.keys()) {
    await program.run(name, "--help");
    const columns = program.terminal.outLines
      .map((line) => /^ {2}--\S+(?: [A-Z]+)? {2,}(?=\S)/.exec(line)?.[0].length)
      .filter((column) => column !== undefined);
    assert(new Set(columns).size <= 1, `${name}: ${columns}`);
    checked += columns.length;
  }
  assert(checked > 50, `only ${checked} options found: the pattern is broken`);
});

Deno.test("`help` lists commands and topics", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("help"), 0);
  const { outLines } = program.terminal;
  const topics = outLines.slice(outLines.indexOf("Topics:") + 1, outLines.indexOf("Examples:") - 1);
  assertEquals(topics.map((line) => line.trim().split(/ {2,}/)), [
    ...[...TOPICS].map(([name, { summary }]) => [name, summary]),
  ]);
});

Deno.test("no topic is called as a command is: `help` could show only one of them", () => {
  assertEquals([...TOPICS.keys()].filter((name) => COMMANDS.has(name)), []);
});

for (const columns of [40, 80, 200]) {
  Deno.test(`\`help TOPIC\` fits ${columns} columns, and 80 at most`, async () => {
    for (const [name, { load, summary }] of TOPICS) {
      const topic = await load();
      assertEquals([topic.name, topic.summary], [name, summary]);
      const { terminal } = await helpOn(name, { terminal: { columns } });
      assertEquals(terminal.outLines.length > 10, true);
      for (const line of terminal.outLines) {
        // A line to type stays whole, and so does a long word.
        const isWhole = /^ {2}\S/.test(line) || !line.trim().includes(" ");
        if (!isWhole) assert(displayWidth(line) <= Math.min(columns, 80), `${name}: ${line}`);
        assert(displayWidth(line) <= 80, `${name}: ${line}`);
        assertEquals(line, line.trimEnd());
      }
    }
  });
}

async function helpOn(topic: string, options: HarnessOptions = {}): Promise<Harness> {
  await using program = await Harness.make(options);
  assertEquals(await program.run("help", topic), 0, topic);
  return program;
}

Deno.test("`help TOPIC` is coloured only where colours are wanted", async () => {
  assertStringIncludes(
    (await helpOn("states", { terminal: { colors: true } })).terminal.out,
    "\x1b[",
  );
  assertEquals((await helpOn("states")).terminal.out.includes("\x1b"), false);
});

Deno.test("`help settings` tells everything of the table", async () => {
  const { terminal } = await helpOn("settings");
  const text = terminal.out.replace(/\s+/g, " ");
  for (const key of CONFIG_KEYS) {
    const { description, allowed, defaultText, flag, env } = CONFIG_TABLE[key];
    for (const part of [key, description, allowed, defaultText, flag, env]) {
      assertStringIncludes(text, part);
    }
  }
});

Deno.test("`help states` and `help scripting` list every exit code", async () => {
  for (const topic of ["states", "scripting"]) {
    const { terminal } = await helpOn(topic);
    const listed = terminal.outLines.flatMap((line) => /^ {2}(\d+) {2}/.exec(line)?.[1] ?? []);
    assertEquals(listed, Object.values(EXIT_CODES).map(String));
  }
});

Deno.test("`help TOPIC` takes the word of the usage lines, and guesses what is mistyped", async () => {
  await using program = await Harness.make();
  await program.run("help", "PEER");
  const { out } = program.terminal;
  await program.run("help", "peer");
  assertEquals(program.terminal.out, out);
  assertEquals(await program.run("help", "setings"), 2);
  assertEquals(program.terminal.errLines, [
    'error: there is no help on "setings"',
    'hint: did you mean "settings"?',
  ]);
  assertEquals(await program.run("help", "xyzzy"), 2);
  assertEquals(program.terminal.errLines[1], "hint: p2p-chat help lists commands and topics");
});

Deno.test("a variable that is nearly one of ours is told, but not in completion", async () => {
  await using program = await Harness.make({ env: { P2P_CHAT_PROT: "7001" } });
  assertEquals(await program.run("config", "get", "port"), 0);
  assertEquals(program.terminal.errLines, [
    "warning: nothing reads the variable P2P_CHAT_PROT; did you mean P2P_CHAT_PORT?",
  ]);
  assertEquals(await program.run("completion", "bash", "--", "se"), 0);
  assertEquals(program.terminal.err, "");
});

Deno.test("everything that is wrong with the settings is told at once", async () => {
  await using program = await Harness.make();
  await Deno.mkdir(`${program.home}/default`);
  const file = `${program.home}/default/config.json`;
  await Deno.writeTextFile(file, `{"prt": 1, "logLevel": "loud"}`);
  assertEquals(await program.run("config", "show"), 2);
  assertEquals(program.terminal.errLines, [
    `error: ${file}: there is no setting "prt"`,
    'hint: did you mean "port"?',
    `error: ${file}: logLevel cannot be "loud": expected trace, debug, info, warning, error`,
    "hint: correct the file, or run: p2p-chat config unset logLevel",
  ]);
  assertEquals(await program.run("config", "show", "--json"), 2);
  assertEquals(program.jsonLines.length, 2);
});
