import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import {
  type Candidate,
  completeSlash,
  inlineHelp,
  type Known,
} from "../../../src/chat_screen/slash/complete.ts";
import { SLASH_COMMANDS } from "../../../src/chat_screen/slash/commands.ts";

const KNOWN: Known = {
  peers: candidates("Anna", "Annabel", "anna from work", "ÄRGER"),
  addresses: candidates("192.168.1.20:7000", "192.168.1.21:7000"),
  messages: candidates("b3728887", "b3799999"),
};

function candidates(...texts: string[]): Candidate[] {
  return texts.map((text) => ({ text, about: "" }));
}

/** The line after Tab, and what is offered. */
function tab(line: string, cursor = line.length): [string, string[]] | undefined {
  const done = completeSlash(line, cursor, KNOWN);
  if (done === undefined) return undefined;
  const { from, to, insert } = done;
  return [
    line.slice(0, from) + insert + line.slice(to),
    done.candidates.map(({ text }) => text),
  ];
}

Deno.test("`completeSlash()` completes the names of commands", () => {
  assertEquals(tab("/hi"), ["/history ", ["/history"]]);
  assertEquals(tab("/qu"), ["/quit", ["/quit"]]);
  assertEquals(tab("/re"), ["/re", ["/rename", "/retry"]]);
  assertEquals(tab("/wh"), ["/wh", ["/who", "/why"]]);
  assertEquals(tab("/HEL"), ["/help ", ["/help"]]);
  assertEquals(tab("/")?.[1].length, SLASH_COMMANDS.length);
});

Deno.test("`completeSlash()` completes names, addresses, ids and answers where they belong", () => {
  assertEquals(tab("/who an"), ["/who Anna", ["Anna", "Annabel", "anna from work"]]);
  assertEquals(tab("/who anna f"), ["/who anna from work", ["anna from work"]]);
  assertEquals(tab("/who äRG"), ["/who ÄRGER", ["ÄRGER"]]);
  assertEquals(tab("/connect 192"), ["/connect 192.168.1.2", [
    "192.168.1.20:7000",
    "192.168.1.21:7000",
  ]]);
  assertEquals(tab("/cancel b372"), ["/cancel b3728887", ["b3728887"]]);
  assertEquals(tab("/cancel  B37"), ["/cancel  B37", ["b3728887", "b3799999"]]);
  assertEquals(tab("/verify y"), ["/verify yes", ["yes"]]);
  assertEquals(tab("/help his"), ["/help history", ["history"]]);
  assertEquals(tab("/who ")?.[1].length, 6);
});

Deno.test("`completeSlash()` leaves messages alone, and what nothing fits", () => {
  const nothing = [
    "hello an",
    "//he",
    " /he",
    "/he\nlp",
    "/xyz",
    "/quit a",
    "/search an",
    "/who x",
  ];
  for (const line of nothing) assertEquals(tab(line), undefined, line);
});

Deno.test("`completeSlash()` keeps what stands behind the cursor", () => {
  assertEquals(tab("/hi 50", 3), ["/history 50", ["/history"]]);
  assertEquals(tab("/who a", 0), undefined);
});

Deno.test("`completeSlash()` never takes away from what was typed", () => {
  fc.assert(fc.property(
    fc.constantFrom("/who ", "/why ", "/", ""),
    fc.string({ unit: "binary", maxLength: 6 }),
    fc.array(fc.string({ unit: "binary", minLength: 1, maxLength: 6 }), { maxLength: 4 }),
    (begin, rest, names) => {
      const line = begin + rest;
      const known = { ...KNOWN, peers: candidates(...names) };
      const done = completeSlash(line, line.length, known);
      if (done === undefined) return;
      const typed = line.slice(done.from);
      assertEquals(done.insert.length >= typed.length, true);
      assertEquals(done.insert.toLowerCase().startsWith(typed.toLowerCase()), true);
    },
  ));
});

Deno.test("`inlineHelp()` tells the usage of the command that is typed", () => {
  assertEquals(
    inlineHelp("/why"),
    "/why [PEER]: try to reach this peer now, and tell what would help",
  );
  assertEquals(inlineHelp("/why red"), inlineHelp("/why"));
  assertStringIncludes(inlineHelp("/hist") ?? "", "/history [N]: ");
  assertEquals(inlineHelp("/wh"), "/who /why");
  assertEquals(inlineHelp("/xyz"), "no such command; // sends a text that begins with /");
  for (const line of ["", "hello", "//x", "/a\nb"]) assertEquals(inlineHelp(line), undefined);
});
