import { assert, assertEquals, assertRejects } from "@std/assert";
import process from "node:process";
import { MemoryTerminal, openPrompter, PromptCancelled } from "../../src/terminal/mod.ts";
import { ScreenDouble } from "./screen_double.ts";

const [UP, DOWN, ENTER, LEFT, ESC] = ["\x1b[A", "\x1b[B", "\r", "\x1b[D", "\x1b"];
const COLUMNS = 30;
const ROWS = 12;

/** A prompter with a keyboard and a screen in memory. */
function atKeyboard() {
  const terminal = new MemoryTerminal({
    interactive: true,
    columns: COLUMNS,
    rows: ROWS,
    keepOpen: true,
  });
  const shown = () => {
    const double = new ScreenDouble(terminal.columns, terminal.rows);
    double.feed(terminal.out);
    return double;
  };
  return {
    terminal,
    prompter: openPrompter(terminal),
    shown,
    /** Waits until a row of the screen contains `text`. */
    seen: (text: string) =>
      terminal.until(() => shown().transcript.some((row) => row.includes(text))),
  };
}

const MENU = {
  message: "What next?",
  choices: [
    { name: "Send", value: { action: "send" }, hint: "to one peer" },
    { name: "Peers", value: undefined },
    { name: "Quit", value: null, number: 0 },
  ],
};

Deno.test("`select()` moves with the arrow keys and keeps its place below printed lines", async () => {
  const { prompter, terminal, shown, seen } = atKeyboard();
  const asking = prompter.select(MENU);
  await seen("> Send");
  terminal.press(DOWN);
  await seen("> Peers");
  terminal.print("a message");
  prompter.printAbove("another 漢字");
  assertEquals(shown().transcript.slice(0, 6), [
    "a message",
    "another 漢字",
    "? What next?",
    "  Send   to one peer",
    "> Peers",
    "  Quit",
  ]);
  terminal.press(DOWN + UP + UP + ENTER);
  assertEquals(await asking, { action: "send" });
  terminal.print("after");
  assertEquals(shown().transcript, ["a message", "another 漢字", "✔ What next? Send", "after"]);
});

Deno.test("`select()` begins at its default, also where that is no plain value", async () => {
  const { prompter, terminal, seen } = atKeyboard();
  const asking = prompter.select({ ...MENU, default: null });
  await seen("> Quit");
  terminal.press(ENTER);
  assertEquals(await asking, null);
});

Deno.test("`input()` keeps a long line and its cursor while lines are printed", async () => {
  const { prompter, terminal, shown, seen } = atKeyboard();
  const asking = prompter.input({ message: "Text" });
  await seen("? Text");
  terminal.press("twenty 漢字漢字 characters and 🚀 more");
  await seen("more");
  terminal.press(LEFT.repeat([..."🚀 more"].length));
  const { cursor } = shown();
  for (let i = 1; i <= 20; i++) terminal.print(`line ${i}`);
  const after = shown();
  assertEquals(after.transcript.slice(-3), [
    "line 20",
    "? Text twenty 漢字漢字 charact",
    "ers and 🚀 more",
  ]);
  assertEquals(after.cursor, { row: cursor.row + 20, column: cursor.column });
  terminal.press("X");
  await seen("ers and X🚀 more");
  terminal.press(ENTER);
  assertEquals(await asking, "twenty 漢字漢字 characters and X🚀 more");
});

Deno.test("`input()` is drawn again when the screen changes its size", async () => {
  const { prompter, terminal, seen } = atKeyboard();
  const asking = prompter.input({ message: "Text" });
  await seen("? Text");
  terminal.press("some words that fill a row");
  await seen("row");
  const before = terminal.out.length;
  terminal.resize(60);
  assert(terminal.out.slice(before).includes("? Text some words that fill a row"));
  terminal.press(ENTER);
  await asking;
  const after = terminal.out.length;
  terminal.resize(50);
  assertEquals(terminal.out.length, after);
});

Deno.test("`input()` says while one types what would be wrong, and nothing of what is right", async () => {
  const { prompter, terminal, shown, seen } = atKeyboard();
  const validate = (text: string) => text.includes("bad") ? `${text} is bad` : undefined;
  const asking = prompter.input({ message: "Text", default: "preset", validate });
  await seen("? Text");
  terminal.press("bad");
  await seen("bad is bad");
  assertEquals(shown().cursor, { row: 0, column: "? Text bad".length });
  terminal.press("ly");
  await seen("badly is bad");
  terminal.press("\x15good");
  await seen("? Text good");
  assertEquals(shown().transcript, ["? Text good"]);
  terminal.press(ENTER);
  assertEquals(await asking, "good");
});

Deno.test("`input()` explains a wrong answer and keeps it for correction", async () => {
  const { prompter, terminal, seen } = atKeyboard();
  const validate = (text: string) => text === "bad" ? "that is bad" : undefined;
  const asking = prompter.input({ message: "Text", default: "preset", validate });
  await seen("? Text (preset)");
  terminal.press("bad" + ENTER);
  await seen("that is bad");
  terminal.press("ly" + ENTER);
  assertEquals(await asking, "badly");
});

Deno.test("`input()` takes a paste as one line, and nothing of it for Enter", async () => {
  const { prompter, terminal, shown, seen } = atKeyboard();
  const asking = prompter.input({ message: "Text" });
  await seen("? Text");
  terminal.press("\x1b[200~one\ntwo\n\x1b[201~");
  await seen("one two");
  assertEquals(shown().transcript, ["? Text one two"]);
  terminal.press(ENTER);
  assertEquals(await asking, "one two");
});

Deno.test("`confirm()` takes y, n, and its default", async () => {
  for (
    const [typed, preset, expected] of [["y", false, true], ["n", true, false], ["", false, false]]
  ) {
    const { prompter, terminal, seen } = atKeyboard();
    const asking = prompter.confirm({ message: "Sure?", default: preset === true });
    await seen("Sure?");
    terminal.press(typed + ENTER);
    assertEquals(await asking, expected);
  }
});

for (
  const [name, key, kind] of [
    ["Ctrl-C", "\x03", "interrupt"],
    ["Escape", ESC, "escape"],
    ["Ctrl-D", "\x04", "end-of-input"],
  ] as const
) {
  Deno.test(`\`InquirerPrompter\` is cancelled by ${name} and leaves nothing behind`, async () => {
    const { prompter, terminal, shown, seen } = atKeyboard();
    const asking = prompter.select(MENU);
    await seen("> Send");
    assert(terminal.raw);
    terminal.press(key);
    const error = await assertRejects(() => asking, PromptCancelled);
    assertEquals(error.kind, kind);
    terminal.print("after");
    assertEquals(shown().transcript, ["after"]);
    assert(shown().cursorVisible);
    assert(!terminal.raw);
    assertEquals(process.listenerCount("SIGTERM"), 0);
  });
}

Deno.test("`InquirerPrompter` is cancelled by the end of its keys", async () => {
  const { prompter, terminal, seen } = atKeyboard();
  const asking = prompter.input({ message: "Text" });
  await seen("? Text");
  terminal.endInput();
  assertEquals((await assertRejects(() => asking, PromptCancelled)).kind, "end-of-input");
});

Deno.test("`InquirerPrompter` gives up with the reason of its signal", async () => {
  const { prompter, shown, seen } = atKeyboard();
  const controller = new AbortController();
  const asking = prompter.select(MENU, { signal: controller.signal });
  await seen("> Send");
  const reason = new Error("leaving");
  controller.abort(reason);
  assertEquals(await assertRejects(() => asking), reason);
  assertEquals(shown().transcript, []);
  const { signal } = controller;
  assertEquals(await assertRejects(() => prompter.confirm({ message: "?" }, { signal })), reason);
});

Deno.test("`InquirerPrompter` refuses a second question at a time", async () => {
  const { prompter, terminal, seen } = atKeyboard();
  const asking = prompter.input({ message: "Text" });
  await assertRejects(() => prompter.confirm({ message: "Sure?" }), Error, "another question");
  await seen("? Text");
  terminal.press(ENTER);
  assertEquals(await asking, "");
});
