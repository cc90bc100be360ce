import { assertEquals, assertStringIncludes } from "@std/assert";
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
  assertEquals(await offered("history", "--he"), ["--help"]);
  assertEquals(await offered("history", "--", "--he"), []);
  assertEquals(await offered("config", "se"), ["set"]);
  assertEquals(await offered("config", "set", "m"), ["mandatory", "mdns"]);
  assertEquals(await offered("listen", "--log-level", "w"), ["warning"]);
  assertEquals(await offered("completion", "z"), ["zsh"]);
});

Deno.test("`completion` offers options for a dash, and where there is nothing else", async () => {
  assertEquals(await offered("config", "get", "lo"), ["logLevel", "logFile"]);
  assertEquals((await offered("config", "get", "")).includes("--json"), false);
  assertEquals((await offered("config", "get", "-")).includes("--json"), true);
  assertEquals((await offered("id", "")).includes("--json"), true);
});

Deno.test("`completion` offers nothing for what it does not know", async () => {
  assertEquals(await offered("send", "red", "--xyzzy"), []);
  assertEquals(await offered("config", "xyzzy"), []);
});

Deno.test("`completion` offers aliases and names where PEER is expected, whatever peers call themselves", async () => {
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
  // Who takes somebody's alias for a name is offered by its id, and what a peer calls itself never.
  assertEquals(await words("send", ""), ["Anna", "two words", "B4cz2P"]);
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
  assertEquals(await program.run("completion", "fish", "--", "send", "x"), 0);
  assertEquals([program.terminal.out, program.terminal.err], ["", ""]);
  await Deno.writeTextFile(`${program.home}/default/config.json`, "{");
  assertEquals(await program.run("completion", "fish", "--", "send", "--j"), 0);
  assertEquals(program.terminal.outLines.length, 1);
});

Deno.test("`completion` prints a script for each shell", async () => {
  await using program = await Harness.make();
  for (const shell of ["bash", "zsh", "fish", "powershell", "pwsh"]) {
    assertEquals(await program.run("completion", shell), 0);
    assertStringIncludes(program.terminal.out, "'completion'");
    assertStringIncludes(program.terminal.out, "p2p-chat");
  }
});

Deno.test("`completion` offers the options of the menu and of the program without a command", async () => {
  assertEquals(await offered("--lo"), ["--log-file", "--log-level"]);
  assertEquals(await offered("--ver"), ["--verbose", "--version"]);
});

Deno.test("`completion` offers commands and topics after `help`", async () => {
  assertEquals(await offered("help", "se"), ["send", "settings", "security"]);
  assertEquals(await offered("help", "outbox", ""), ["cancel", "retry"]);
});

Deno.test("`completion` leaves files and folders to the shell", async () => {
  for (const [option, type] of [["--log-file", "file"], ["--home", "directory"]] as const) {
    const [first = "", ...others] = await offered("listen", option, "x");
    assertStringIncludes(first, `__FILE__:${type}:`);
    assertEquals(others, []);
  }
});

/** A home with two profiles, each of which remembers somebody. */
async function twoProfiles(): Promise<Harness> {
  const program = await Harness.make();
  for (const profile of ["default", "work"]) {
    await program.run("id", "--json", "--profile", profile);
    const [line] = program.jsonLines;
    const self = line instanceof Object && "peerId" in line ? String(line.peerId) : "";
    using history = openHistory(`${program.home}/${profile}/chat.db`, self, 0);
    const names = profile === "work" ? ["carol"] : ["Ann Lee", "bob", "twin", "Twin", "--json", ""];
    for (const [index, name] of names.entries()) {
      const peerId = `12D3KooW${"ABCDEF"[index]}${profile}`.padEnd(52, "x");
      history.peers.remember({ peerId, name, source: "manual", seenAt: 10 - index });
    }
  }
  return program;
}

async function offeredBy(program: Harness, shell: string, ...words: string[]): Promise<string[]> {
  assertEquals(await program.run("completion", shell, "--", ...words), 0);
  assertEquals(program.terminal.err, "");
  return program.terminal.outLines;
}

Deno.test("`completion` offers the peers that the profile knows for every PEER", async () => {
  await using program = await twoProfiles();
  for (const command of ["send", "why", "history", "connect"]) {
    const peers = await offeredBy(program, "fish", command, "");
    // Who cannot be written by name, by a beginning of the id.
    assertEquals(peers, [
      "Ann Lee\tAdefau",
      "bob\tBdefau",
      "Cdefau\ttwin (Cdefau)",
      "Ddefau\tTwin (Ddefau)",
      "Edefau\t--json",
      "Fdefau\tFdefau",
    ], command);
  }
  assertEquals(await offeredBy(program, "fish", "send", "ann"), ["Ann Lee\tAdefau"]);
  assertEquals(await offeredBy(program, "fish", "send", "--profile", "work", "c"), [
    "carol\tAworkx",
  ]);
  assertEquals(await offeredBy(program, "fish", "send", "--profile=work", "c"), ["carol\tAworkx"]);
});

Deno.test("`completion bash` reads and writes what is quoted as bash does", async () => {
  await using program = await twoProfiles();
  assertEquals(await offeredBy(program, "bash", "send", "Ann\\ L"), ["Ann\\ Lee"]);
  assertEquals(await offeredBy(program, "bash", "send", '"Ann L'), ["Ann Lee"]);
});

Deno.test("`completion zsh` writes a line for each suggestion, as its script reads them", async () => {
  await using program = await Harness.make();
  const lines = await offeredBy(program, "zsh", "outbox", "");
  assertEquals(lines.map((line) => line.split("\0")[0]), ["cancel", "retry"]);
});

Deno.test("`completion` offers the profiles that are there", async () => {
  await using program = await twoProfiles();
  await Deno.writeTextFile(`${program.home}/notes`, "");
  assertEquals(await offeredBy(program, "fish", "id", "--profile", ""), ["default\t", "work\t"]);
  assertEquals(await offeredBy(program, "fish", "id", "--profile=w"), ["--profile=work\t"]);
});

Deno.test("`completion` is silent and makes nothing where a profile is broken or not there", async () => {
  await using program = await Harness.make();
  assertEquals(await offeredBy(program, "fish", "send", "r"), []);
  assertEquals(await offeredBy(program, "fish", "id", "--home", "/nowhere", "--profile", ""), []);
  assertEquals([...Deno.readDirSync(program.home)], []);
  await Deno.mkdir(`${program.home}/default`);
  await Deno.writeTextFile(`${program.home}/default/config.json`, "{");
  assertEquals(await offeredBy(program, "fish", "send", "r"), []);
});

Deno.test("`completion` offers a classic peer by its alias, and by nothing else", async () => {
  await using program = await twoProfiles();
  const [named, nameless] = ["classic:10.0.0.2:5000", "classic:10.0.0.3:5000"];
  await program.run("contact", "add", named, "--alias", "Olda");
  await program.run("contact", "add", nameless);
  const all = await offeredBy(program, "fish", "send", "");
  assertEquals(all.filter((line) => line.includes("classic")), ["Olda\tOlda [classic]"]);
});
