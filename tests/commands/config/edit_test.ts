import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { editorCommand, editorLine } from "../../../src/commands/config/editor.ts";
import { readConfigFile } from "../../../src/config/config_file.ts";
import { acquireProfileLock } from "../../../src/config/profile_lock.ts";
import { locateProfile } from "../../../src/config/paths.ts";
import { transcript, untilAsked } from "../../menu/open_menu_twin.ts";
import { Harness } from "../harness.ts";
import { NOW } from "../twin_node.ts";

const SCREEN = { interactive: true, keepOpen: true, columns: 100, rows: 40 } as const;

/** A program that does to a file what the shell line says; the file is `$1`. */
async function editor(folder: string, line: string): Promise<string> {
  const path = `${folder}/editor`;
  await Deno.writeTextFile(path, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return path;
}

async function saved(program: Harness): Promise<unknown> {
  return Object.fromEntries(await readConfigFile(`${program.home}/default/config.json`));
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

Deno.test("`config edit` asks on a terminal and saves each answer", async () => {
  await using program = await Harness.make({ terminal: SCREEN });
  const ended = program.run("config", "edit");
  const { terminal } = program;
  await untilAsked(terminal, 1, "> Team name");
  terminal.press("\x1b[B\x1b[B\r");
  await untilAsked(terminal, 2, "? Port");
  terminal.press("7001\r");
  await untilAsked(terminal, 3, "> Port");
  terminal.press("\x1b");
  assertEquals(await ended, 0);
  const [first, ...others] = transcript(terminal);
  assertMatch(first ?? "", /^To open the file in an editor instead: nano .*config\.json$/);
  assertEquals(others, ["✔ Settings Port", "✔ Port 7001", "saved"]);
  assertEquals(await saved(program), { port: 7001 });
});

Deno.test("`config edit` ends with 130 for Ctrl-C at a question", async () => {
  await using program = await Harness.make({ terminal: SCREEN });
  const ended = program.run("config", "edit");
  await untilAsked(program.terminal, 1, "> Team name");
  program.terminal.press("\x03");
  assertEquals(await ended, 130);
});

Deno.test("`config edit` says what to type where there is no terminal", async () => {
  await using program = await Harness.make({ env: { EDITOR: "vim -u none" } });
  assertEquals(await program.run("config", "edit"), 1);
  assertEquals(program.terminal.errLines, [
    "error: config edit needs a terminal to ask on",
    `hint: type p2p-chat config set KEY VALUE, or: vim -u none ${program.home}/default/config.json`,
  ]);
});

Deno.test("`config edit` opens the file in the editor where it may start it", async () => {
  const env: Record<string, string> = {};
  await using program = await Harness.make({ terminal: SCREEN, env });
  env.VISUAL = `${await editor(
    program.home,
    `sed -i 's/7001/7002/' "$2"; echo "$1" > "$0.said"`,
  )} --wait`;
  await program.run("config", "set", "port", "7001");
  assertEquals(await program.run("config", "edit"), 0);
  assertEquals(await saved(program), { port: 7002 });
  assertEquals(await Deno.readTextFile(`${program.home}/editor.said`), "--wait\n");
  assertEquals(exists(`${program.home}/default/config.edit.json`), false);
});

Deno.test("`config edit` begins a file where there is none, and says when nothing changed", async () => {
  const env: Record<string, string> = {};
  await using program = await Harness.make({ terminal: SCREEN, env });
  env.EDITOR = await editor(program.home, "exit 0");
  assertEquals(await program.run("config", "edit"), 0);
  assertEquals(program.terminal.err, "");
  assertEquals(await saved(program), {});
  assertEquals(await program.run("config", "edit"), 0);
  assertEquals(program.terminal.errLines, ["unchanged"]);
});

Deno.test("`config edit` puts a wrong file aside and goes on with it the next time", async () => {
  const env: Record<string, string> = {};
  await using program = await Harness.make({ terminal: SCREEN, env });
  await program.run("config", "set", "port", "7001");
  const aside = `${program.home}/default/config.edit.json`;
  env.EDITOR = await editor(program.home, `echo '{"prt": 1, "mdns": "no"}' > "$1"`);
  assertEquals(await program.run("config", "edit"), 2);
  assertEquals(program.terminal.errLines, [
    `nothing was changed: what you wrote is wrong, and waits in ${aside} for the next config edit`,
    `error: ${aside}: there is no setting "prt"`,
    'hint: did you mean "port"?',
    `error: ${aside}: mdns cannot be "no": expected true or false`,
    "hint: correct the file, or run: p2p-chat config unset mdns",
  ]);
  assertEquals(await saved(program), { port: 7001 });

  await editor(program.home, `sed -i 's/prt/port/; s/"no"/false/' "$1"`);
  assertEquals(await program.run("config", "edit"), 0);
  assertEquals(program.terminal.errLines, [`going on with what was put aside in ${aside}`]);
  assertEquals(await saved(program), { port: 1, mdns: false });
  assertEquals(exists(aside), false);
});

Deno.test("`config edit` changes nothing where the editor fails or is not there", async () => {
  const env: Record<string, string> = {};
  await using program = await Harness.make({ terminal: SCREEN, env });
  env.EDITOR = await editor(program.home, "exit 3");
  assertEquals(await program.run("config", "edit"), 1);
  assertStringIncludes(program.terminal.err, `/editor" ended with code 3`);
  env.EDITOR = `${program.home}/nowhere`;
  assertEquals(await program.run("config", "edit"), 1);
  assertStringIncludes(program.terminal.err, `/nowhere" cannot be started`);
  assertEquals(exists(`${program.home}/default/config.json`), false);
});

Deno.test("`config set` and `unset` say who takes it later, and what counts instead", async () => {
  await using program = await Harness.make({ env: { P2P_CHAT_NAME: "blue" } });
  await program.run("config", "set", "port", "7001");
  assertEquals(program.terminal.err, "");
  const profile = locateProfile(
    { os: Deno.build.os, env: () => undefined },
    { home: program.home },
  );
  const holder = { command: "listen", pid: 4711, now: () => NOW };
  {
    using _owned = await acquireProfileLock(profile, holder);
    assertEquals(await program.run("config", "set", "port", "7002"), 0);
    assertEquals(program.terminal.errLines, [
      "saved; listen (process 4711) takes it at its next start",
    ]);
    assertEquals(await program.run("config", "unset", "port"), 0);
    assertEquals(program.terminal.errLines, [
      "saved; listen (process 4711) takes it at its next start",
    ]);
  }
  assertEquals(await program.run("config", "set", "name", "red"), 0);
  assertEquals(program.terminal.errLines, ["saved; P2P_CHAT_NAME counts while it is set"]);
});

Deno.test("`editorCommand()` prefers VISUAL, and splits at spaces", () => {
  const of = (variables: Record<string, string>) => editorCommand((name) => variables[name]);
  assertEquals(of({}), undefined);
  assertEquals(of({ VISUAL: " ", EDITOR: "vi" }), { program: "vi", args: [] });
  assertEquals(of({ VISUAL: "code --wait", EDITOR: "vi" }), { program: "code", args: ["--wait"] });
});

Deno.test("`editorLine()` quotes a path that a shell would take apart", () => {
  const vi = { program: "vi", args: [] };
  assertEquals(editorLine(vi, "/a/config.json"), "vi /a/config.json");
  if (Deno.build.os === "windows") return;
  assertEquals(editorLine(vi, "/Ann's files/c.json"), `vi '/Ann'\\''s files/c.json'`);
});
