import { assert, assertEquals } from "@std/assert";
import { MemoryTerminal, startProgress } from "../../src/terminal/mod.ts";
import { ScreenDouble } from "./screen_double.ts";

function shownBy(terminal: MemoryTerminal): ScreenDouble {
  const double = new ScreenDouble(terminal.columns, terminal.rows);
  double.feed(terminal.out);
  return double;
}

Deno.test("`startProgress()` is below what is printed, and gone when done", async () => {
  const terminal = new MemoryTerminal({ interactive: true, columns: 20 });
  {
    using progress = startProgress(terminal, "connecting to somebody", { delayMs: 0 });
    await terminal.until(({ out }) => out.includes("connecting"));
    terminal.print("a message");
    assertEquals(shownBy(terminal).transcript, ["a message", "| connecting to so…"]);
    assert(!shownBy(terminal).cursorVisible);
    progress.update("again");
    await terminal.until(({ out }) => out.includes("again"));
  }
  terminal.print("done");
  assertEquals(shownBy(terminal).transcript, ["a message", "done"]);
  assert(shownBy(terminal).cursorVisible);
});

Deno.test("`startProgress()` shows nothing for a short wait or without a screen", () => {
  const terminal = new MemoryTerminal({ interactive: true });
  startProgress(terminal, "soon")[Symbol.dispose]();
  assertEquals(terminal.out, "");
  const pipe = new MemoryTerminal();
  using _progress = startProgress(pipe, "never", { delayMs: 0 });
  assertEquals(pipe.out, "");
});

Deno.test("`startProgress()` leaves the last rows to who has them", async () => {
  const terminal = new MemoryTerminal({ interactive: true });
  const above: string[] = [];
  using _pinned = terminal.pin((line) => above.push(line));
  const shown = Promise.withResolvers<void>();
  using _progress = startProgress(terminal, "waiting", { delayMs: 0 });
  setTimeout(shown.resolve, 0); // comes after the timer of the progress
  await shown.promise;
  assertEquals(terminal.out, "");
});

Deno.test("`startProgress()` ends with its signal", async () => {
  const terminal = new MemoryTerminal({ interactive: true });
  const controller = new AbortController();
  const { signal } = controller;
  using _progress = startProgress(terminal, "waiting", { delayMs: 0, signal });
  await terminal.until(({ out }) => out.includes("waiting"));
  controller.abort();
  assertEquals(shownBy(terminal).transcript, []);
});
