import { assertEquals, assertRejects } from "@std/assert";
import { type ConfigFlags, mergeConfig } from "../../src/config/merge_config.ts";
import { askInTurn, firstQuestions } from "../../src/menu/first_start.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { openPrompter } from "../../src/terminal/prompts/open_prompter.ts";
import { PromptCancelled } from "../../src/terminal/prompts/prompter.ts";
import { NODE_INIT, untilAsked } from "./open_menu_twin.ts";

const { signal } = new AbortController();
const anywhere = () => undefined;

function settings(flags: ConfigFlags, env: Readonly<Record<string, string>> = {}) {
  const file = { path: "config.json", values: new Map() };
  return mergeConfig({ profileName: "red", env: (name) => env[name], flags, file });
}

Deno.test("`firstQuestions()` asks a person whatever nothing says", () => {
  assertEquals(firstQuestions(settings({}), true), ["name", "host", "port"]);
  assertEquals(firstQuestions(settings({ port: "7001" }), true), ["name", "host"]);
  assertEquals(firstQuestions(settings({}, { P2P_CHAT_NAME: "blue" }), true), ["host", "port"]);
  const all = settings({ name: "a", host: "127.0.0.1", port: "1" });
  assertEquals(firstQuestions(all, true), []);
});

Deno.test("`firstQuestions()` asks a script everything or nothing", () => {
  assertEquals(firstQuestions(settings({}), false), ["name", "host", "port"]);
  assertEquals(firstQuestions(settings({ mdns: false }), false), ["name", "host", "port"]);
  assertEquals(firstQuestions(settings({ name: "red" }), false), []);
  assertEquals(firstQuestions(settings({}, { P2P_CHAT_PORT: "7001" }), false), []);
});

Deno.test("`askInTurn()` proposes the next free port at the address that was just given", async () => {
  const terminal = new MemoryTerminal({ input: ["red", "127.0.0.1", ""] });
  const probe = (host: string, port: number) =>
    host === "127.0.0.1" && port === 7000 ? "taken" : undefined;
  const answers = await askInTurn(
    ["name", "host", "port"],
    NODE_INIT.config,
    openPrompter(terminal),
    probe,
    signal,
  );
  assertEquals([...answers], [["name", "red"], ["host", "127.0.0.1"], ["port", 7001]]);
  assertEquals(terminal.outLines, [
    "Team name [me]:",
    "IP address to listen on [all interfaces]:",
    "Port [7001]:",
  ]);
});

Deno.test("`askInTurn()` explains a wrong answer and asks again", async () => {
  const terminal = new MemoryTerminal({ input: ["70000", "x", "7002"] });
  const prompter = openPrompter(terminal);
  const answers = await askInTurn(["port"], NODE_INIT.config, prompter, anywhere, signal);
  assertEquals([...answers], [["port", 7002]]);
  assertEquals(terminal.outLines.slice(1, 3), [
    "port cannot be 70000: expected a whole number from 0 to 65535 (0 takes any free port)",
    "Port [7000]:",
  ]);
});

Deno.test("`askInTurn()` goes back with Escape, and no further than the first question", async () => {
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true });
  const prompter = openPrompter(terminal);
  const asking = askInTurn(["name", "port"], NODE_INIT.config, prompter, anywhere, signal);
  await untilAsked(terminal, 1, "? Team name");
  terminal.press("\x1b");
  await untilAsked(terminal, 2, "? Team name");
  terminal.press("x\r");
  await untilAsked(terminal, 3, "? Port");
  terminal.press("\x1b");
  await untilAsked(terminal, 4, "? Team name");
  terminal.press("red\r");
  await untilAsked(terminal, 5, "? Port");
  terminal.press("\r");
  assertEquals([...await asking], [["name", "red"], ["port", 7000]]);
});

Deno.test("`askInTurn()` gives up at the end of the input", async () => {
  const prompter = openPrompter(new MemoryTerminal({ input: ["red"] }));
  await assertRejects(
    () => askInTurn(["name", "port"], NODE_INIT.config, prompter, anywhere, signal),
    PromptCancelled,
  );
});
