import { assert, assertEquals, assertRejects } from "@std/assert";
import { aborted } from "../../src/deadline.ts";
import { breakable } from "../../src/menu/breakable.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";

function atKeyboard() {
  return new MemoryTerminal({ interactive: true, keepOpen: true });
}

/** Lets the keyboard be opened: presses before that are dropped, as on a real one. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("`breakable()` aborts its action on Escape and on Ctrl-C, and gives the keyboard back", async () => {
  for (const key of ["\x1b", "\x03"]) {
    const terminal = atKeyboard();
    const { signal } = new AbortController();
    const running = breakable(terminal, signal, async (either) => {
      await aborted(either);
      return "broken off";
    });
    await turn();
    assert(terminal.raw);
    terminal.press(key);
    assertEquals(await running, "broken off");
    assert(!terminal.raw);
    assert(!signal.aborted);
  }
});

Deno.test("`breakable()` goes on at any other key", async () => {
  const terminal = atKeyboard();
  const { promise, resolve } = Promise.withResolvers<string>();
  let broken = false;
  const running = breakable(terminal, new AbortController().signal, (either) => {
    either.addEventListener("abort", () => broken = true);
    return promise;
  });
  await turn();
  terminal.press("\x1b[A");
  terminal.press("x\r");
  await turn();
  resolve("done");
  assertEquals(await running, "done");
  assert(!broken);
});

Deno.test("`breakable()` passes on the outer signal, and what its action throws", async () => {
  const terminal = atKeyboard();
  const outer = new AbortController();
  const running = breakable(terminal, outer.signal, async (either) => {
    await aborted(either);
    throw either.reason;
  });
  const reason = new Error("leaving");
  outer.abort(reason);
  assertEquals(await assertRejects(() => running), reason);
  assert(!terminal.raw);
});

Deno.test("`breakable()` leaves the lines of a pipe alone", async () => {
  const terminal = new MemoryTerminal({ input: ["kept"] });
  const { signal } = new AbortController();
  assertEquals(await breakable(terminal, signal, (same) => Promise.resolve(same)), signal);
  assertEquals(await Array.fromAsync(terminal.lines()), ["kept"]);
});
