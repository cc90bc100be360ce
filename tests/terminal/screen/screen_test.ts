import { assertEquals } from "@std/assert";
import { MemoryTerminal } from "../../../src/terminal/mod.ts";
import { Grid, Screen } from "../../../src/terminal/screen/mod.ts";
import { Emulator } from "./emulator.ts";

function gridWith(text: string, columns = 20, rows = 4): Grid {
  const grid = new Grid(columns, rows);
  grid.put(1, 2, text);
  return grid;
}

Deno.test("`Screen` takes the terminal over and gives it back as it was", async () => {
  const terminal = new MemoryTerminal({ columns: 20, rows: 4 });
  using emulator = new Emulator(20, 4);
  terminal.write("$ chat ann");
  {
    using screen = new Screen(terminal, "16");
    screen.draw(gridWith("hello"));
    await emulator.feed(terminal.out);
    assertEquals(emulator.text(0, 20), "");
    assertEquals(emulator.text(1, 20), "  hello");
    assertEquals(emulator.alternate, true);
    assertEquals(emulator.modes, { bracketedPaste: true, wrapping: false, synchronised: false });
  }
  await emulator.feed(terminal.out.slice(terminal.out.lastIndexOf("hello")));
  assertEquals(emulator.alternate, false);
  assertEquals(emulator.text(0, 20), "$ chat ann");
  assertEquals(emulator.cursor, { row: 0, column: 10 });
  assertEquals(emulator.modes, { bracketedPaste: false, wrapping: true, synchronised: false });
  assertEquals(terminal.leaving, "");
});

Deno.test("what `leaving` says restores the terminal in the middle of a frame", async () => {
  const terminal = new MemoryTerminal({ columns: 20, rows: 4 });
  using emulator = new Emulator(20, 4);
  terminal.write("$ chat ann");
  using _screen = new Screen(terminal, "16");
  await emulator.feed(`${terminal.out}\x1b[?2026h\x1b[2;3r\x1b[0;31mhalf of a fra`);
  await emulator.feed(terminal.leaving);
  assertEquals(emulator.alternate, false);
  assertEquals(emulator.text(0, 20), "$ chat ann");
  assertEquals(emulator.modes, { bracketedPaste: false, wrapping: true, synchronised: false });
  await emulator.feed("\r\n1\r\n2\r\n3\r\n4");
  assertEquals(emulator.text(0, 20), "1");
  assertEquals(emulator.cell(0, 0).look, "\x1b[m");
});

Deno.test("`Screen.draw()` writes nothing twice, unless it was told to", () => {
  const terminal = new MemoryTerminal({ columns: 20, rows: 4 });
  using screen = new Screen(terminal, "16");
  const written = screen.draw(gridWith("hello"));
  assertEquals(screen.draw(gridWith("hello")), 0);
  screen.invalidate();
  assertEquals(screen.draw(gridWith("hello")), written);
});

Deno.test("`Screen.draw()` fits another size", async () => {
  const terminal = new MemoryTerminal({ columns: 20, rows: 4 });
  using emulator = new Emulator(20, 4);
  using screen = new Screen(terminal, "16");
  screen.draw(gridWith("hello"));
  await emulator.feed(terminal.out);
  emulator.resize(10, 3);
  terminal.resize(10, 3);
  const before = terminal.out.length;
  screen.draw(gridWith("hello there", screen.size.columns, screen.size.rows));
  await emulator.feed(terminal.out.slice(before));
  assertEquals([0, 1, 2].map((row) => emulator.text(row, 10)), ["", "  hello th", ""]);
});
