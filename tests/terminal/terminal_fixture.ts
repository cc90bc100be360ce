/**
 * A program for the tests of the real streams.
 *
 * Usage: terminal_fixture.ts order | endless | echo
 */
import { openTerminal } from "../../src/terminal/mod.ts";

const terminal = openTerminal();
switch (Deno.args[0]) {
  case "order":
    for (let i = 0; i < 1_000; i++) {
      if (i % 10 === 0) terminal.remark(`line ${i}`);
      else terminal.print(`line ${i}`);
    }
    break;
  case "endless":
    for (let i = 0; !terminal.closed.aborted; i++) {
      terminal.print(`line ${i}`);
      await terminal.flush();
    }
    terminal.print("dropped");
    terminal.remark(`closed: ${terminal.closed.reason.message}`);
    break;
  default:
    for await (const line of terminal.lines()) terminal.print(`echo ${line}`);
    terminal.print(JSON.stringify({ ...terminal, columns: terminal.columns }));
}
await terminal.flush();
