import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemoryTerminal } from "../../src/terminal/mod.ts";

Deno.test("`MemoryTerminal` keeps what is printed and remarked", () => {
  const terminal = new MemoryTerminal({ columns: 40 });
  terminal.print("one");
  terminal.write("tw");
  terminal.print("o");
  terminal.remark("aside");
  assertEquals(terminal.outLines, ["one", "two"]);
  assertEquals(terminal.out, "one\ntwo\n");
  assertEquals(terminal.errLines, ["aside"]);
  assertEquals([terminal.columns, terminal.interactive, terminal.colors], [40, false, false]);
});

Deno.test("`MemoryTerminal` reads what it was given, then what is typed, then ends", async () => {
  const terminal = new MemoryTerminal({ input: ["one"], keepOpen: true });
  const lines = terminal.lines()[Symbol.asyncIterator]();
  assertEquals((await lines.next()).value, "one");
  const next = lines.next();
  terminal.type("two");
  assertEquals((await next).value, "two");
  terminal.endInput();
  assert((await lines.next()).done);
  assertEquals(
    await new MemoryTerminal({ input: "raw text" }).readAll({ maxBytes: 8 }),
    "raw text",
  );
});

Deno.test("`MemoryTerminal` drops output after `close()`", () => {
  const terminal = new MemoryTerminal();
  terminal.print("before");
  terminal.close();
  terminal.print("after");
  assert(terminal.closed.aborted);
  assertEquals(terminal.out, "before\n");
});

Deno.test("`until()` waits for output and gives up with its signal", async () => {
  const terminal = new MemoryTerminal();
  const waiting = terminal.until(({ out }) => out.includes("ready"));
  terminal.print("not yet");
  terminal.print("ready");
  await waiting;
  const signal = AbortSignal.abort(new Error("enough"));
  await assertRejects(() => terminal.until(() => false, { signal }), Error, "enough");
});
