import { assert, assertEquals, assertRejects } from "@std/assert";
import { type KeyEvent, keyName } from "../../../src/terminal/keys/mod.ts";
import { MemoryTerminal } from "../../../src/terminal/mod.ts";
import {
  Grid,
  runScreen,
  type TerminalEvent,
  type View,
} from "../../../src/terminal/screen/mod.ts";
import { Emulator } from "./emulator.ts";

/** Shows what happened to it, a line each; ends at Enter. */
interface Log {
  readonly lines: readonly string[];
  readonly ended: boolean;
}

type Event = { readonly kind: "told"; readonly text: string };
type Effect = "tell" | "fail" | "wait";

class LogView implements View<Log, Event, Effect> {
  readonly model: Log = { lines: [], ended: false };
  drawn = 0;
  released = false;

  update({ lines }: Log, event: Event | TerminalEvent) {
    const name = event.kind === "key" ? describe(event.key) : undefined;
    return {
      model: { lines: [...lines, line(event)], ended: name === "enter" },
      effects: effectsOf(name),
    };
  }

  draw({ lines }: Log, { columns, rows }: { columns: number; rows: number }): Grid {
    this.drawn++;
    const grid = new Grid(columns, rows);
    for (const [row, line] of lines.slice(-rows).entries()) grid.put(row, 0, line);
    return grid;
  }

  ended({ ended }: Log): boolean {
    return ended;
  }

  perform(effect: Effect, tell: (event: Event) => void, signal: AbortSignal): Promise<void> | void {
    if (effect === "tell") tell({ kind: "told", text: "done" });
    if (effect === "fail") throw new RangeError("broken");
    if (effect === "wait") {
      return new Promise((resolve) =>
        signal.addEventListener("abort", () => {
          this.released = true;
          resolve();
        }, { once: true })
      );
    }
  }
}

function describe(key: KeyEvent): string {
  return key.kind === "key" ? keyName(key) ?? "" : JSON.stringify(key.text);
}

function line(event: Event | TerminalEvent): string {
  switch (event.kind) {
    case "key":
      return describe(event.key);
    case "told":
      return `told ${event.text}`;
    case "resized":
      return `${event.columns} x ${event.rows}`;
    case "focus":
      return event.focused ? "focused" : "unfocused";
    case "printed":
      return `printed ${event.line}`;
    case "input-ended":
      return "input ended";
  }
}

function effectsOf(name: string | undefined): Effect[] {
  if (name === "f1") return ["tell"];
  if (name === "f2") return ["fail"];
  return name === "f3" ? ["wait"] : [];
}

/** A terminal that is read by hand, with a view on it. */
function start(view = new LogView(), terminal = newTerminal()) {
  const ending = new AbortController();
  const ended = runScreen(terminal, view, { depth: "16", signal: ending.signal });
  return { view, terminal, ending, ended };
}

function newTerminal(): MemoryTerminal {
  return new MemoryTerminal({ interactive: true, keepOpen: true, columns: 30, rows: 8 });
}

async function screenOf(terminal: MemoryTerminal): Promise<string[]> {
  using emulator = new Emulator(terminal.columns, terminal.rows);
  await emulator.feed(terminal.out);
  return Array.from({ length: terminal.rows }, (_, row) => emulator.text(row, terminal.columns))
    .filter((text) => text !== "");
}

function shows(text: string): (terminal: MemoryTerminal) => boolean {
  return (terminal) => terminal.out.includes(text);
}

Deno.test("`runScreen()` shows what keys, prints and effects do, until the view has ended", async () => {
  const { terminal, ended } = start();
  await terminal.until(shows("30 x 8"));
  assertEquals(terminal.raw, true);
  terminal.press("hi\x1b[A");
  await terminal.until(shows("up"));
  terminal.print("a line");
  await terminal.until(shows("printed a line"));
  terminal.press("\x1bOP");
  await terminal.until(shows("told done"));
  assertEquals(await screenOf(terminal), [
    "30 x 8",
    '"hi"',
    "up",
    "printed a line",
    "f1",
    "told done",
  ]);
  terminal.press("\r");
  assertEquals((await ended).lines.length, 7);
  assertEquals([terminal.raw, terminal.leaving], [false, ""]);
  terminal.print("after");
  assert(terminal.out.endsWith("after\n"));
});

Deno.test("`runScreen()` takes ESC for a key when nothing follows", async () => {
  const { terminal, ended } = start();
  await terminal.until(shows("30 x 8"));
  terminal.press("\x1b");
  await terminal.until(shows("escape"));
  terminal.press("\r");
  await ended;
});

Deno.test("`runScreen()` paints all of it after another size, and at Ctrl-L", async () => {
  const { terminal, ended } = start();
  await terminal.until(shows("30 x 8"));
  terminal.resize(20, 5);
  await terminal.until(shows("20 x 5"));
  const before = terminal.out.length;
  terminal.press("\x0c");
  await terminal.until(() => terminal.out.length > before);
  const repainted = terminal.out.slice(before);
  assert(repainted.includes("\x1b[2J") && repainted.includes("30 x 8"));
  terminal.press("\r");
  await ended;
});

Deno.test("`runScreen()` tells that the keyboard is gone", async () => {
  const { terminal, ending, ended } = start();
  await terminal.until(shows("30 x 8"));
  terminal.endInput();
  await terminal.until(shows("input ended"));
  ending.abort(new Error("enough"));
  await assertRejects(() => ended, Error, "enough");
});

Deno.test("`runScreen()` gives the terminal back when it is aborted, and waits for what it does", async () => {
  const { view, terminal, ending, ended } = start();
  await terminal.until(shows("30 x 8"));
  terminal.press("\x1bOR");
  await terminal.until(shows("f3"));
  ending.abort(new Error("signal"));
  await assertRejects(() => ended, Error, "signal");
  assertEquals([view.released, terminal.leaving, terminal.raw], [true, "", false]);
});

Deno.test("`runScreen()` ends with the error of an effect, of the view, or of the terminal", async () => {
  const first = start();
  await first.terminal.until(shows("30 x 8"));
  first.terminal.press("\x1bOQ");
  await assertRejects(() => first.ended, RangeError, "broken");
  assertEquals(first.terminal.leaving, "");

  class Undrawable extends LogView {
    override draw(): Grid {
      throw new RangeError("no picture");
    }
  }
  const second = start(new Undrawable());
  await assertRejects(() => second.ended, RangeError, "no picture");

  const third = start();
  third.terminal.close();
  await assertRejects(() => third.ended, Error, "closed");
});

Deno.test("`runScreen()` refuses a terminal whose rows somebody else has", async () => {
  const terminal = newTerminal();
  using _pin = terminal.pin(() => {});
  await assertRejects(() => start(new LogView(), terminal).ended, TypeError, "something else");
});

/** A terminal on a slow line: takes a frame only when it is told to. */
class SlowTerminal extends MemoryTerminal {
  #taking = Promise.withResolvers<void>();

  override flush(): Promise<void> {
    return this.#taking.promise;
  }

  take(): void {
    this.#taking.resolve();
    this.#taking = Promise.withResolvers<void>();
  }
}

Deno.test("`runScreen()` writes no second frame before the terminal has taken the first", async () => {
  const terminal = new SlowTerminal({ interactive: true, keepOpen: true, columns: 30, rows: 8 });
  const { view, ended } = start(new LogView(), terminal);
  await terminal.until(shows("30 x 8"));
  const { length } = terminal.out;
  for (let count = 1; count <= 1_000; count++) terminal.print(`line ${count}`);
  terminal.press("key");
  await new Promise((resolve) => setTimeout(resolve)); // the key is read
  assertEquals([terminal.out.length, view.drawn], [length, 1]);
  terminal.take();
  await terminal.until(shows('"key"'));
  assertEquals(view.drawn, 2);
  assertEquals((await screenOf(terminal)).slice(-2), ["printed line 1000", '"key"']);
  terminal.press("\r");
  await ended;
});

Deno.test("`runScreen()` paints events that come together as one frame", async () => {
  const { view, terminal, ended } = start();
  await terminal.until(shows("30 x 8"));
  const drawn = view.drawn;
  for (let count = 1; count <= 500; count++) terminal.print(`line ${count}`);
  await terminal.until(shows("500"));
  assert(view.drawn - drawn <= 3, `${view.drawn - drawn} frames`);
  terminal.press("\r");
  await ended;
});
