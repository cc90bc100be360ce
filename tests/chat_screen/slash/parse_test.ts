import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  parseLine,
  type SlashCommand,
  type TypedLine,
} from "../../../src/chat_screen/slash/parse.ts";
import { SLASH_COMMANDS, usageOf } from "../../../src/chat_screen/slash/commands.ts";
import { sanitise } from "../../../src/terminal/sanitise.ts";

function command(line: string): SlashCommand {
  const typed = parseLine(line);
  if (typed.kind !== "command") throw new Error(`${line} is ${typed.kind}`);
  return typed.command;
}

function wrong(line: string): Extract<TypedLine, { kind: "wrong" }> {
  const typed = parseLine(line);
  if (typed.kind !== "wrong") throw new Error(`${line} is ${typed.kind}`);
  return typed;
}

Deno.test("`parseLine()` takes what does not begin with a slash for a message, as it stands", () => {
  for (const text of ["hello", " /quit", "a // b", "1/2", "  two spaces "]) {
    assertEquals(parseLine(text), { kind: "message", text });
  }
  assertEquals(parseLine("//quit"), { kind: "message", text: "/quit" });
  assertEquals(parseLine("///"), { kind: "message", text: "//" });
  for (const text of ["", "   ", "\t", "\n\n"]) assertEquals(parseLine(text), { kind: "nothing" });
});

Deno.test("`parseLine()` takes several lines for a message, whatever they begin with", () => {
  for (const text of ["/quit\nor not", "// a comment\nlet x;", "/etc/hosts\r\n/etc/passwd"]) {
    assertEquals(parseLine(text), { kind: "message", text });
  }
  // Line ends around it do not make it several.
  assertEquals(command("/quit\n"), { name: "quit" });
  assertEquals(parseLine("\nhello\r\n"), { kind: "message", text: "hello" });
});

Deno.test("`parseLine()` knows commands in either case, and the rest of the line as one argument", () => {
  assertEquals(command("/help"), { name: "help", about: undefined });
  assertEquals(command("/help /why"), { name: "help", about: "why" });
  assertEquals(command("/QUIT"), { name: "quit" });
  assertEquals(command("/exit"), { name: "quit" });
  assertEquals(command("/connect  anna from work "), { name: "connect", peer: "anna from work" });
  assertEquals(command("/chat red"), { name: "open", peer: "red" });
  assertEquals(command("/why"), { name: "why", peer: undefined });
  assertEquals(command("/block red"), { name: "block", peer: "red" });
  assertEquals(command("/history"), { name: "history", count: 20 });
  assertEquals(command("/history 1000"), { name: "history", count: 1_000 });
  assertEquals(command("/search two  words"), { name: "search", text: "two  words" });
  assertEquals(command("/verify"), { name: "verify", answer: undefined });
  assertEquals(command("/verify YES"), { name: "verify", answer: "yes" });
  assertEquals(command("/cancel B3728887"), { name: "cancel", id: "b3728887" });
  assertEquals(command("/rename Anna"), { name: "rename", alias: "Anna" });
});

Deno.test("`parseLine()` says what was probably meant", () => {
  assertStringIncludes(wrong("/hepl").hint, "did you mean /help?");
  assertStringIncludes(wrong("/conn").hint, "did you mean /connect?");
  assertStringIncludes(wrong("/etc/hosts").hint, "second /");
  assertStringIncludes(wrong("/").message, "without a name");
  assertStringIncludes(wrong("/help hepl").hint, "did you mean /help?");
});

Deno.test("`parseLine()` refuses what a command cannot take, and says what it can", () => {
  for (const count of ["0", "-1", "1001", "x", "1e2", "99999999"]) {
    assertStringIncludes(wrong(`/history ${count}`).message, `"${count}"`);
  }
  assertStringIncludes(wrong("/verify maybe").message, '"maybe"');
  assertStringIncludes(wrong("/quit now").message, '"now"');
  for (const { name, metavar } of SLASH_COMMANDS) {
    if (metavar === "" || metavar.startsWith("[")) command(`/${name}`);
    else assertStringIncludes(wrong(`/${name} `).hint, usageOf({ name, metavar }));
  }
});

Deno.test("`parseLine()` takes any text, and what it says of it is harmless", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const typed = parseLine(`/${text}`);
    if (typed.kind !== "wrong") return;
    for (const line of [typed.message, typed.hint]) assertEquals(sanitise(line), line);
  }));
});
