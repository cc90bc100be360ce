import { assert, assertEquals } from "@std/assert";
import type { Finding, Status } from "../../../src/commands/doctor/finding.ts";
import { findingLines, summaryLine } from "../../../src/commands/doctor/report.ts";
import { createStyle } from "../../../src/terminal/style.ts";
import { displayWidth } from "../../../src/terminal/width.ts";

const PLAIN = createStyle(false);

const BAD: Finding = {
  check: "port",
  status: "bad",
  message: "port 7000 is in use by another program",
  hint: "choose another with --port, or 0 for any free one",
};

function found(status: Status): Finding {
  return { check: "clock", status, message: "it is late" };
}

Deno.test("findingLines() prints a line for each, and the hint below", () => {
  assertEquals(findingLines(BAD, PLAIN, Infinity), [
    "bad   port       port 7000 is in use by another program",
    "                 hint: choose another with --port, or 0 for any free one",
  ]);
  const words = ["ok", "warning", "bad", "skipped"] as const;
  assertEquals(words.flatMap((status) => findingLines(found(status), PLAIN, Infinity)), [
    "ok    clock      it is late",
    "warn  clock      it is late",
    "bad   clock      it is late",
    "-     clock      it is late",
  ]);
});

Deno.test("findingLines() breaks at words beside the names, and below them where it is narrow", () => {
  assertEquals(findingLines(BAD, PLAIN, 60), [
    "bad   port       port 7000 is in use by another program",
    "                 hint: choose another with --port, or 0 for",
    "                 any free one",
  ]);
  assertEquals(findingLines(BAD, PLAIN, 40), [
    "bad   port",
    "      port 7000 is in use by another",
    "      program",
    "      hint: choose another with --port,",
    "      or 0 for any free one",
  ]);
});

Deno.test("findingLines() breaks a path that is longer than a line wherever it has to", () => {
  const path = `/home/漢字/${"folder/".repeat(20)}`;
  for (const columns of [20, 40, 59, 60, 80]) {
    const lines = findingLines({ ...BAD, message: `${path} is there` }, PLAIN, columns);
    for (const line of lines) assert(displayWidth(line) <= columns, `${columns}: ${line}`);
    const text = lines.slice(0, lines.findIndex((line) => line.includes("hint:")));
    assert(text.join("").replace(/^bad +port/, "").replaceAll(" ", "").includes(path));
  }
});

Deno.test("findingLines() makes what it quotes harmless", () => {
  const [line = ""] = findingLines({ ...BAD, message: "a\x1b[2Jb\nc" }, PLAIN, Infinity);
  // deno-lint-ignore no-control-regex -- that is what must not be there
  assert(!/[\x00-\x1f]/.test(line), line);
});

Deno.test("findingLines() colours the word, not the text", () => {
  const [line = ""] = findingLines(BAD, createStyle(true), Infinity);
  assertEquals(
    line,
    "\x1b[31mbad \x1b[39m  \x1b[1mport     \x1b[22m  port 7000 is in use by another program",
  );
});

Deno.test("summaryLine() counts what is not in order", () => {
  const line = (...all: Status[]) => summaryLine(all.map(found), PLAIN);
  assertEquals(line("ok", "skipped"), "all is well");
  assertEquals(line("ok", "warning"), "1 warning");
  assertEquals(line("bad", "warning", "warning", "bad"), "2 bad, 2 warnings");
});
