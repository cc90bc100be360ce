import { assertEquals } from "@std/assert";

import { nearest } from "../../src/config/nearest.ts";

const WORDS = ["name", "host", "port", "mandatory", "mdns", "logLevel", "logFile"];

Deno.test("nearest() finds the word that was probably meant", () => {
  const cases: [string, string | undefined][] = [
    ["port", "port"],
    ["prot", "port"],
    ["Port", "port"],
    ["pot", "port"],
    ["loglevel", "logLevel"],
    ["log_level", "logLevel"],
    ["logfil", "logFile"],
    ["mandatoryPeers", undefined],
    ["madnatroy", "mandatory"],
    ["x", undefined],
    ["", undefined],
    ["colour", undefined],
  ];
  for (const [word, expected] of cases) assertEquals(nearest(word, WORDS), expected, word);
});

Deno.test("nearest() has no answer where there are no candidates", () => {
  assertEquals(nearest("port", []), undefined);
});
