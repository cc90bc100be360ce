import { assertEquals, assertRejects } from "@std/assert";
import { MemoryTerminal, openPrompter, PromptCancelled } from "../../src/terminal/mod.ts";

const MENU = {
  message: "What next?",
  choices: [
    { name: "Send message", value: "send", hint: "to one peer" },
    { name: "Query active peers", value: "peers" },
    { name: "History", value: "history", number: 10 },
    { name: "Quit", value: "quit", number: 0 },
  ],
};

function asking(...input: string[]) {
  const terminal = new MemoryTerminal({ input });
  return { terminal, prompter: openPrompter(terminal) };
}

Deno.test("`select()` lists the choices with their numbers and takes one", async () => {
  const { terminal, prompter } = asking(" 0 ");
  assertEquals(await prompter.select(MENU), "quit");
  assertEquals(terminal.outLines, [
    "What next?",
    "   1  Send message - to one peer",
    "   2  Query active peers",
    "  10  History",
    "   0  Quit",
    "Number:",
  ]);
});

Deno.test("`select()` says what was wrong and asks again", async () => {
  const { terminal, prompter } = asking("7", "", "se\x1b[2Jnd", "1");
  assertEquals(await prompter.select(MENU), "send");
  assertEquals(terminal.outLines.slice(5), [
    "Number:",
    '"7" is none of 1, 2, 10, 0',
    "Number:",
    "an empty line is none of 1, 2, 10, 0",
    "Number:",
    '"se\\u{1B}[2Jnd" is none of 1, 2, 10, 0',
    "Number:",
  ]);
});

Deno.test("`select()` takes the default for an empty line", async () => {
  const { terminal, prompter } = asking("");
  assertEquals(await prompter.select({ ...MENU, default: "peers" }), "peers");
  assertEquals(terminal.outLines.at(-1), "Number [2]:");
});

Deno.test("`select()` is left with 0 where nothing else has that number", async () => {
  const choices = [{ name: "red", value: "red" }, { name: "blue", value: "blue" }];
  const { terminal, prompter } = asking("3", "0");
  const question = { message: "Who?", choices, default: "red" };
  const error = await assertRejects(() => prompter.select(question), PromptCancelled);
  assertEquals(error.kind, "escape");
  assertEquals(terminal.outLines, [
    "Who?",
    "  1  red",
    "  2  blue",
    "  0  back",
    "Number [1]:",
    '"3" is none of 1, 2, 0',
    "Number [1]:",
  ]);
});

Deno.test("`select()` refuses choices that cannot be told apart", async () => {
  const { prompter } = asking("1");
  const twice = [{ name: "a", value: 1 }, { name: "b", value: 2, number: 1 }];
  await assertRejects(() => prompter.select({ message: "", choices: twice }), RangeError);
  await assertRejects(() => prompter.select({ message: "", choices: [] }), RangeError);
});

Deno.test("`input()` takes the line as it is, or the default", async () => {
  const { terminal, prompter } = asking("  spaced ", "", "");
  assertEquals(await prompter.input({ message: "Text" }), "  spaced ");
  assertEquals(await prompter.input({ message: "Name", default: "red" }), "red");
  assertEquals(await prompter.input({ message: "Empty" }), "");
  assertEquals(terminal.outLines, ["Text:", "Name [red]:", "Empty:"]);
});

Deno.test("`input()` asks again until the answer is valid", async () => {
  const { terminal, prompter } = asking("70000", "7000");
  const validate = (text: string) => Number(text) < 65_536 ? undefined : `"${text}" is no port`;
  assertEquals(await prompter.input({ message: "Port", validate }), "7000");
  assertEquals(terminal.outLines, ["Port:", '"70000" is no port', "Port:"]);
});

Deno.test("`confirm()` understands y, n, and nothing", async () => {
  const { terminal, prompter } = asking("Y", "no", "", "", "maybe", "n");
  assertEquals(await prompter.confirm({ message: "Sure?" }), true);
  assertEquals(await prompter.confirm({ message: "Sure?" }), false);
  assertEquals(await prompter.confirm({ message: "Sure?" }), true);
  assertEquals(await prompter.confirm({ message: "Sure?", default: false }), false);
  assertEquals(await prompter.confirm({ message: "Sure?" }), false);
  assertEquals(terminal.outLines.slice(-4), [
    "Sure? [y/N]:",
    "Sure? [Y/n]:",
    '"maybe" is neither y nor n',
    "Sure? [Y/n]:",
  ]);
});

Deno.test("`LinePrompter` is cancelled by the end of the input", async () => {
  const { prompter } = asking("wrong");
  const error = await assertRejects(() => prompter.select(MENU), PromptCancelled);
  assertEquals([error.kind, error.code], ["end-of-input", "interrupted"]);
});

Deno.test("`LinePrompter` gives up with the reason of its signal and loses no line", async () => {
  const terminal = new MemoryTerminal({ keepOpen: true });
  const prompter = openPrompter(terminal);
  const controller = new AbortController();
  const asking = prompter.input({ message: "Text" }, { signal: controller.signal });
  const reason = new Error("a message came");
  controller.abort(reason);
  assertEquals(await assertRejects(() => asking), reason);
  terminal.type("late");
  assertEquals(await prompter.input({ message: "Text" }), "late");
  terminal.endInput();
});

Deno.test("`note()` and `printAbove()` print lines", () => {
  const { terminal, prompter } = asking();
  prompter.note(["one", "two"]);
  prompter.printAbove("three");
  assertEquals(terminal.outLines, ["one", "two", "three"]);
});
