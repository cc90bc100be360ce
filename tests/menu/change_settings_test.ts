import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ProfileOptions, SettingOptions } from "../../src/commands/options.ts";
import { readConfigFile } from "../../src/config/config_file.ts";
import { changeSettings, needsRestart } from "../../src/menu/change_settings.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { openPrompter } from "../../src/terminal/prompts/open_prompter.ts";
import { PromptCancelled } from "../../src/terminal/prompts/prompter.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";
import { NODE_INIT, transcript, untilAsked } from "./open_menu_twin.ts";

const { signal } = new AbortController();
const anywhere = () => undefined;

/** Settings of a profile whose folder is there, as when a node runs. */
class ProfileFolder implements AsyncDisposable {
  private constructor(readonly folder: TemporaryFolder) {}

  static async make(): Promise<ProfileFolder> {
    const folder = await TemporaryFolder.make();
    await Deno.mkdir(`${folder.path}/default`);
    return new ProfileFolder(folder);
  }

  change(terminal: MemoryTerminal, options: ProfileOptions & SettingOptions = {}): Promise<void> {
    return changeSettings({
      options: { home: this.folder.path, ...options },
      env: (name) => name === "USER" ? "me" : undefined,
      prompter: openPrompter(terminal),
      probe: anywhere,
      signal,
    });
  }

  async saved(): Promise<unknown> {
    const values = await readConfigFile(`${this.folder.path}/default/config.json`);
    return values.size === 0 ? undefined : Object.fromEntries(values);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.folder[Symbol.asyncDispose]();
  }
}

Deno.test("`changeSettings()` saves each answer, and asks until the person goes back", async () => {
  await using profile = await ProfileFolder.make();
  const input = [
    "1",
    "red",
    "3",
    "7001",
    "4",
    "127.0.0.1:7002",
    "5",
    "no",
    "6",
    "no",
    "7",
    "off",
    "2",
    "127.0.0.1",
    "0",
  ];
  const terminal = new MemoryTerminal({ input });
  await profile.change(terminal);
  assertEquals(await profile.saved(), {
    name: "red",
    port: 7001,
    mandatory: ["127.0.0.1:7002"],
    mdns: false,
    readReceipts: false,
    notifications: "off",
    host: "127.0.0.1",
  });
  assertEquals(terminal.outLines.slice(0, 13), [
    "Settings",
    "  1  Team name - me",
    "  2  IP address - all interfaces",
    "  3  Port - 7000",
    "  4  Mandatory peers - none",
    "  5  Local network - yes",
    "  6  Read receipts - yes",
    "  7  Notifications - bell",
    "  8  Old programs - none",
    "  0  Back",
    "Number:",
    "Team name [me]:",
    "saved; the node starts anew with it when you leave the settings",
  ]);
});

Deno.test("`changeSettings()` has a list of its own for the old programs", async () => {
  await using profile = await ProfileFolder.make();
  const terminal = new MemoryTerminal({ input: ["8", "1", "5000", "5", "Red Team", "", "0", "0"] });
  await profile.change(terminal);
  assertEquals(await profile.saved(), { classicPort: 5000 });
  assertEquals(terminal.outLines.slice(11, 20), [
    "Old programs",
    "  1  Port for old programs - none",
    "  2  IP address for them - 127.0.0.1",
    "  3  Their dialect - a",
    "  4  Too long for them - split",
    "  5  Name for them - none",
    "  0  Back",
    "Number:",
    "Port on which the old Python programs reach this one, in plain text, or none [none]:",
  ]);
  assert(terminal.outLines.includes("  1  Port for old programs - 5000"));
});

Deno.test("`changeSettings()` says what counts at once", async () => {
  await using profile = await ProfileFolder.make();
  const terminal = new MemoryTerminal({ input: ["7", "desktop", "0"] });
  await profile.change(terminal);
  assertEquals(terminal.outLines.at(12), "saved; it counts from now on");
});

Deno.test("`changeSettings()` saves nothing for an empty answer, not even what a flag says", async () => {
  await using profile = await ProfileFolder.make();
  const terminal = new MemoryTerminal({ input: ["3", "", "5", "", "0"] });
  await profile.change(terminal, { port: "7005", mdns: false });
  assertEquals(await profile.saved(), undefined);
  assertEquals(terminal.outLines.filter((line) => line === "unchanged").length, 2);
  assertEquals(terminal.outLines.slice(3, 6), [
    "  3  Port - 7005, from --port",
    "  4  Mandatory peers - none",
    "  5  Local network - no, from --no-mdns",
  ]);
});

Deno.test("`changeSettings()` says that a flag wins in this run", async () => {
  await using profile = await ProfileFolder.make();
  const terminal = new MemoryTerminal({ input: ["3", "7001", "0"] });
  await profile.change(terminal, { port: "7005" });
  assertEquals(await profile.saved(), { port: 7001 });
  assertEquals(terminal.outLines.includes("saved; in this run --port counts instead"), true);
});

Deno.test("`changeSettings()` goes back with Escape, one question at a time", async () => {
  await using profile = await ProfileFolder.make();
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true });
  const changing = profile.change(terminal);
  await untilAsked(terminal, 1, "> Team name");
  terminal.press("\x1b[B\r");
  await untilAsked(terminal, 2, "? IP address to listen on");
  terminal.press("\x1b");
  await untilAsked(terminal, 3, "> IP address");
  terminal.press("\x1b");
  await changing;
  assertEquals(transcript(terminal), ["✔ Settings IP address"]);
  assertEquals(await profile.saved(), undefined);
});

Deno.test("`changeSettings()` gives up at the end of the input", async () => {
  await using profile = await ProfileFolder.make();
  const terminal = new MemoryTerminal({ input: ["1"] });
  await assertRejects(() => profile.change(terminal), PromptCancelled);
});

Deno.test("`needsRestart()` compares what the menu can change", () => {
  const { config } = NODE_INIT;
  assertEquals(needsRestart(config, { ...config, mandatory: [] }), false);
  assertEquals(needsRestart(config, { ...config, logLevel: "debug" }), false);
  assertEquals(needsRestart(config, { ...config, notifications: "off" }), false);
  for (const change of [{ name: "x" }, { port: 1 }, { mdns: false }, { mandatory: ["a:1"] }]) {
    assertEquals(needsRestart(config, { ...config, ...change }), true);
  }
});
