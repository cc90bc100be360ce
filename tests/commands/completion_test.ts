import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TemporaryFolder } from "../config/temporary_folder.ts";
import { openHistory } from "../../src/history/mod.ts";
import { Harness } from "./harness.ts";
import { BLUE, NOW, RED } from "./twin_node.ts";

const GREEN = "12D3KooWB4cz2PWWzwVstNh4gnm1gzT9YoGHVN6X46dPFsJXWU6j";

/** What a shell that is completed would offer. */
async function offered(...words: string[]): Promise<string[]> {
  await using program = await Harness.make();
  assertEquals(await program.run("completion", "fish", "--", ...words), 0);
  return program.terminal.outLines.map((line) => line.split("\t")[0] ?? "");
}

Deno.test("`completion` offers commands", async () => {
  assertEquals(await offered("se"), ["send"]);
  assertEquals(await offered("con"), ["connect", "contact", "config"]);
});

Deno.test("`completion` offers options, settings and their values", async () => {
  assertEquals(await offered("history", "--s"), ["--since", "--search"]);
  assertEquals(await offered("config", "se"), ["set"]);
  assertEquals(await offered("config", "set", "m"), ["mandatory", "mdns"]);
  assertEquals(await offered("listen", "--log-level", "w"), ["warning"]);
  assertEquals(await offered("completion", "z"), ["zsh"]);
});

Deno.test("`completion` offers nothing for what it does not know", async () => {
  assertEquals(await offered("send", "red", "--xyzzy"), []);
  assertEquals(await offered("config", "xyzzy"), []);
});

Deno.test("`completion` offers aliases and names where PEER is expected, if they are plain words", async () => {
  await using program = await Harness.make();
  await program.run("id", "--json");
  const { peerId } = JSON.parse(program.terminal.outLines[0] ?? "");
  {
    using history = openHistory(`${program.home}/default/chat.db`, peerId, NOW);
    const names = [[RED, "red"], [BLUE, "$(reboot)"], [GREEN, "anna"]] as const;
    for (const [id, name] of names) {
      history.peers.remember({ peerId: id, name, source: "asked", seenAt: NOW });
    }
    history.contacts.change([
      { peerId: RED, alias: "Anna" },
      { peerId: BLUE, alias: "two words" },
    ], NOW);
  }
  const words = async (...args: string[]) => {
    assertEquals(await program.run("completion", "fish", "--", ...args), 0);
    return program.terminal.outLines.map((line) => line.split("\t")[0] ?? "");
  };
  assertEquals(await words("send", ""), ["Anna"]);
  assertEquals(await words("contact", "block", "an"), ["Anna"]);
  assertEquals(await words("why", "x"), []);
  assertEquals(await words("send", "--home", program.home, "A"), ["Anna"]);
  assertEquals(await words("send", "--profile", "nobody", "A"), []);
  assertEquals(await words("contact", "b"), ["block"]);
});

Deno.test("`completion` has no names and no complaint where the profile cannot be read", async () => {
  await using program = await Harness.make();
  await program.run("id");
  await Deno.writeTextFile(`${program.home}/default/chat.db`, "no database");
  assertEquals(await program.run("completion", "fish", "--", "send", ""), 0);
  assertEquals([program.terminal.out, program.terminal.err], ["", ""]);
  await Deno.writeTextFile(`${program.home}/default/config.json`, "{");
  assertEquals(await program.run("completion", "fish", "--", "send", "--j"), 0);
  assertEquals(program.terminal.outLines.length, 1);
});

Deno.test("`completion` prints a script for each shell", async () => {
  await using program = await Harness.make();
  for (const shell of ["bash", "zsh", "fish", "pwsh"]) {
    assertEquals(await program.run("completion", shell), 0);
    assertStringIncludes(program.terminal.out, "'completion'");
    assertStringIncludes(program.terminal.out, "p2p-chat");
  }
});

/** A folder with the program in it, as it would be installed. */
async function installed(): Promise<TemporaryFolder> {
  const folder = await TemporaryFolder.make();
  const file = (path: string) => new URL(path, import.meta.url).pathname;
  const program = `#!/bin/sh\nexec '${Deno.execPath()}' run --quiet --no-lock --no-check ` +
    `--allow-all --config '${file("../../deno.json")}' '${file("../../main.ts")}' "$@"\n`;
  await Deno.writeTextFile(`${folder.path}/p2p-chat`, program, { mode: 0o755 });
  return folder;
}

/** Undefined where there is no such shell. */
async function shell(name: string, args: string[], folder: TemporaryFolder) {
  const PATH = `${folder.path}:${Deno.env.get("PATH")}`;
  const env = { PATH, HOME: folder.path, XDG_CONFIG_HOME: folder.path };
  try {
    const { stdout, stderr } = await new Deno.Command(name, { args, env, stdin: "null" }).output();
    const decoder = new TextDecoder();
    return { out: decoder.decode(stdout), err: decoder.decode(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

Deno.test("`completion bash` works in bash", async () => {
  await using folder = await installed();
  const script = `
    source <(p2p-chat completion bash)
    COMP_WORDS=(p2p-chat history --s); COMP_CWORD=2
    "$(complete -p p2p-chat | sed 's/.*-F \\([^ ]*\\) .*/\\1/')"
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const result = await shell("bash", ["--norc", "-c", script], folder);
  if (result === undefined) return console.log("bash is not installed: skipped");
  assertEquals(result, { out: "--since\n--search\n", err: "" });
});

Deno.test("`completion fish` works in fish", async () => {
  await using folder = await installed();
  const script = "p2p-chat completion fish | source; complete -C 'p2p-chat history --s'";
  const result = await shell("fish", ["--no-config", "-c", script], folder);
  if (result === undefined) return console.log("fish is not installed: skipped");
  assertEquals(result.err, "");
  const words = result.out.trimEnd().split("\n").map((line) => line.split("\t")[0]);
  assertEquals(words.toSorted(), ["--search", "--since"]);
});

Deno.test("`completion zsh` is accepted by zsh", async () => {
  await using folder = await installed();
  const script = "autoload -Uz compinit; compinit -u -D; " +
    'eval "$(p2p-chat completion zsh)"; print ${_comps[p2p-chat]}';
  const result = await shell("zsh", ["-f", "-c", script], folder);
  if (result === undefined) return console.log("zsh is not installed: skipped");
  assertEquals(result.err, "");
  assert(result.out.trim() !== "");
});
