import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { COMMANDS, loadCommands } from "../../src/commands/table.ts";
import { displayWidth, sanitise } from "../../src/terminal/mod.ts";
import { Harness } from "./harness.ts";
import { NOW } from "./twin_node.ts";

Deno.test("`runProgram()` shows help for every command, with examples, within 80 columns", async () => {
  await using program = await Harness.make();
  for (const name of COMMANDS.keys()) {
    assertEquals(await program.run(name, "--help"), 0, name);
    const { out, outLines, err } = program.terminal;
    assertEquals(err, "");
    assertStringIncludes(out, `Usage: p2p-chat ${name} `);
    assertStringIncludes(out, "Examples:\n  ");
    for (const line of outLines) assert(displayWidth(line) <= 80, `${name}: ${line}`);
    assert(!/ $/m.test(out), name);
  }
});

Deno.test("`runProgram()` lists every command with its summary", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("--help"), 0);
  for (const { name, summary } of await loadCommands()) {
    assert(program.terminal.outLines.some((line) => line.includes(name) && line.includes(summary)));
  }
  const { out } = program.terminal;
  await program.run("help");
  assertEquals(program.terminal.out, out);
  await program.run("-h");
  assertEquals(program.terminal.out, out);
});

Deno.test("`runProgram()` takes `help X` as `X --help`", async () => {
  await using program = await Harness.make();
  await program.run("config", "set", "--help");
  const { out } = program.terminal;
  assertStringIncludes(out, "Usage: p2p-chat config set [OPTION...] KEY VALUE");
  assertEquals(await program.run("help", "config", "set"), 0);
  assertEquals(program.terminal.out, out);
});

Deno.test("every command has `--profile`, `--home` and `--verbose`, and a summary of one sentence", async () => {
  await using program = await Harness.make();
  for (const { name, summary, examples } of await loadCommands()) {
    assert(/^[A-Z].*\.$/.test(summary), name);
    assert(examples.length > 0 && examples.every((line) => /p2p-chat|deno task/.test(line)), name);
    if (["demo", "help"].includes(name)) continue; // They use no profile of the person's.
    const page = name === "config" ? ["config", "show"] : [name];
    await program.run(...page, "--help");
    for (const option of ["--profile NAME", "--home DIR", "--verbose"]) {
      assertStringIncludes(program.terminal.out, option, name);
    }
  }
});

Deno.test("`runProgram()` opens the menu where only options are given", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("--name", "red", "--help"), 0);
  assertStringIncludes(program.terminal.out, "Usage: p2p-chat menu ");
});

/** Wrong command lines and the two lines that they get. */
const WRONG: readonly (readonly [args: string[], error: string, hint: string])[] = [
  [["sned"], 'unknown command "sned"', 'did you mean "send"?'],
  [["xyzzy"], 'unknown command "xyzzy"', "see: p2p-chat --help"],
  [["help", "lsten"], 'there is no help on "lsten"', 'did you mean "listen"?'],
  [["send"], "PEER is missing", "see: p2p-chat send --help"],
  [["send", "red", "--jsno"], 'unknown option "--jsno"', 'did you mean "--json"?'],
  [["send", "red", "--jsno=1"], 'unknown option "--jsno=1"', 'did you mean "--json"?'],
  [["send", "red", "-5"], 'unknown option "-5"', 'write -- before a text that begins with "-"'],
  [["send", "red", "--timeout"], "--timeout requires DURATION", "see: p2p-chat send --help"],
  [
    ["send", "red", "--timeout", "5"],
    '--timeout: expected a duration such as 500ms, 30s or 2m, not "5"',
    "see: p2p-chat send --help",
  ],
  [["listen", "extra"], 'unknown argument "extra"', "see: p2p-chat listen --help"],
  [["listen", "--port"], "--port requires PORT", "see: p2p-chat listen --help"],
  [
    ["listen", "--port", "70000"],
    "--port cannot be 70000: expected a whole number from 0 to 65535 (0 takes any free port)",
    "without --port it is 7000",
  ],
  [
    ["listen", "--port", "1", "--port", "2"],
    "--port cannot be used multiple times",
    "see: p2p-chat listen --help",
  ],
  [
    ["listen", "--log-level", "wraning"],
    '--log-level cannot be "wraning": expected trace, debug, info, warning, error',
    'did you mean "warning"?',
  ],
  [
    ["listen", "--mandatory", "a:1", "--mandatory", "b"],
    '--mandatory: address "b" has no port',
    "write it after the host, such as 192.168.1.20:7000",
  ],
  [
    ["listen", "--verbose=yes"],
    'option --verbose is a Boolean flag, but got a value: "yes"',
    "see: p2p-chat listen --help",
  ],
  [
    ["listen", "--profile", "../x"],
    '"../x" cannot be the name of a profile',
    "use 1 to 64 letters (a-z), digits, - or _; a dot may not come first",
  ],
  [
    ["peers", "--wait", "soon"],
    '--wait: expected a duration such as 500ms, 30s or 2m, not "soon"',
    "see: p2p-chat peers --help",
  ],
  [
    ["history", "--limit", "0"],
    '--limit: expected a value greater than or equal to 1, but got "0"',
    "see: p2p-chat history --help",
  ],
  [
    ["history", "--since", "noon"],
    "--since: expected a date, a time or a duration such as 2026-11-22, 2026-11-22T14:30 or 2h, " +
    'not "noon"',
    "see: p2p-chat history --help",
  ],
  [["history", "a", "b"], 'unknown argument "b"', "see: p2p-chat history --help"],
  [
    ["config"],
    "config needs one of show, get, set, unset, edit, path, schema",
    "see: p2p-chat config --help",
  ],
  [["config", "shw"], 'unknown command "shw"', 'did you mean "show"?'],
  [["config", "get"], "KEY is missing", "see: p2p-chat config --help"],
  [["config", "set", "port"], "VALUE is missing", "see: p2p-chat config --help"],
  [["config", "get", "prt"], 'there is no setting "prt"', 'did you mean "port"?'],
  [["completion", "zhs"], 'there is no completion for "zhs"', 'did you mean "zsh"?'],
  [
    ["completion", "cmd.exe"],
    'there is no completion for "cmd.exe"',
    "choose one of bash, zsh, fish, powershell",
  ],
  [
    ["--profile", "red", "listen"],
    'the command "listen" comes after "--profile"',
    "write the command first: p2p-chat listen --profile ...",
  ],
  [["--prot", "1"], 'unknown option "--prot"', 'did you mean "--port"?'],
];

for (const [args, error, hint] of WRONG) {
  Deno.test(`\`p2p-chat ${args.join(" ")}\` is wrong usage`, async () => {
    await using program = await Harness.make();
    assertEquals(await program.run(...args), 2);
    assertEquals(program.terminal.errLines, [`error: ${error}`, `hint: ${hint}`]);
    assertEquals(program.terminal.out, "");
    assertEquals(program.node, undefined);
  });
}

Deno.test("`runProgram()` reports wrong usage as JSON where `--json` is among the options", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("send", "--json"), 2);
  assertEquals(program.jsonLines, [{
    event: "error",
    at: new Date(NOW).toISOString(),
    code: "bad-usage",
    message: "PEER is missing",
    hint: "see: p2p-chat send --help",
    causes: [],
  }]);
  assertEquals(program.terminal.err, "");
});

Deno.test("`runProgram()` does not take text after `--` for options", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("listen", "--", "--json"), 2);
  assertEquals(program.terminal.out, "");
});

Deno.test("`runProgram()` makes hostile arguments harmless", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("\x1b]0;owned\x07\nerror"), 2);
  const { errLines } = program.terminal;
  assertEquals(errLines.length, 2);
  for (const line of errLines) assertEquals(sanitise(line), line);
});

Deno.test("wrong usage leaves no trace on the disk", async () => {
  await using program = await Harness.make();
  await program.run("listen", "--port", "x");
  await program.run("config", "set", "port", "x");
  await program.run("history", "bob");
  assertEquals([...Deno.readDirSync(program.home)], []);
});
