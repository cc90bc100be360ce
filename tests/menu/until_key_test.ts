import { assertEquals, assertRejects } from "@std/assert";
import { checkUp } from "../../src/menu/check_up.ts";
import { untilKey } from "../../src/menu/until_key.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { PromptCancelled } from "../../src/terminal/prompts/prompter.ts";
import { openMenuTwin, transcript } from "./open_menu_twin.ts";

const asks = ({ out }: MemoryTerminal) => out.includes("Enter goes back");

function onScreen() {
  return openMenuTwin(undefined, new MemoryTerminal({ interactive: true, keepOpen: true }));
}

Deno.test("`untilKey()` waits for a key with a line that is gone then, news above it", async () => {
  for (const key of ["\r", "\x1b", "q"]) {
    using menu = onScreen();
    const ended = untilKey(menu);
    await menu.terminal.until(asks);
    menu.prompter.printAbove("news");
    assertEquals(transcript(menu.terminal), ["news", "Enter goes back"]);
    menu.terminal.press(key);
    await ended;
    assertEquals([transcript(menu.terminal), menu.terminal.raw], [["news"], false]);
  }
});

Deno.test("`untilKey()` leaves the menu by Ctrl-C, Ctrl-D and the end of the keyboard", async () => {
  for (
    const [key, kind] of [["\x03", "interrupt"], ["\x04", "end-of-input"], ["", "end-of-input"]]
  ) {
    using menu = onScreen();
    const ended = untilKey(menu);
    await menu.terminal.until(asks);
    if (key === "") menu.terminal.endInput();
    else menu.terminal.press(key ?? "");
    const error = await assertRejects(() => ended, PromptCancelled);
    assertEquals(error.kind, kind);
  }
});

Deno.test("`untilKey()` waits for nothing in a pipe", async () => {
  using menu = openMenuTwin();
  await untilKey(menu);
  assertEquals(menu.terminal.out, "");
});

Deno.test("`checkUp()` lets the report stand until a key is pressed", async () => {
  using menu = onScreen();
  const ended = checkUp(menu, () => Promise.resolve(menu.terminal.print("all is well")));
  await menu.terminal.until(asks);
  menu.terminal.press("\r");
  await ended;
  assertEquals(transcript(menu.terminal), ["all is well"]);
});

Deno.test("`checkUp()` can be broken off, and passes on what goes wrong", async () => {
  using menu = onScreen();
  const started = Promise.withResolvers<void>();
  const ended = checkUp(menu, (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      started.resolve();
    }));
  await started.promise;
  menu.terminal.press("\x1b");
  await menu.terminal.until(asks);
  menu.terminal.press("\r");
  await ended;
  assertEquals(transcript(menu.terminal), ["broken off"]);
  using other = onScreen();
  await assertRejects(() => checkUp(other, () => Promise.reject(new TypeError("bug"))), TypeError);
});
