import { assert, assertEquals } from "@std/assert";
import { ndjsonLine } from "../../src/commands/ndjson.ts";
import { lineFault, NDJSON_EVENTS } from "../../src/commands/ndjson_schema.ts";
import { nodeEventLine } from "../../src/commands/node_lines.ts";
import { COMMANDS } from "../../src/commands/table.ts";
import { NDJSON_TABLE_FILE, ndjsonTable } from "../../scripts/generate_ndjson_table.ts";
import { activePeer, NOW } from "./twin_node.ts";

const NOTICE = { event: "notice", at: "2026-11-22T14:02:07.005Z", message: "hello" };
const PEER_DOWN = nodeEventLine(
  { event: "peer-down", at: NOW, peer: activePeer(), departure: "lost" },
  () => "red",
);

Deno.test("NDJSON.md says what the schema says: else run `deno task ndjson`", async () => {
  assertEquals(await Deno.readTextFile(NDJSON_TABLE_FILE), ndjsonTable());
});

Deno.test("NDJSON_EVENTS names only commands that there are, and says something of everything", () => {
  for (const [event, { meaning, printedBy, fields }] of Object.entries(NDJSON_EVENTS)) {
    const unknown = printedBy === "every" ? [] : printedBy.filter((name) => !COMMANDS.has(name));
    assertEquals(unknown, [], event);
    assert(/^[A-Z].*\.$/.test(meaning), event);
    for (const [name, field] of Object.entries<{ meaning: string }>(fields)) {
      assert(field.meaning.length > 2 && !/[|\n]/.test(field.meaning), `${event}.${name}`);
    }
  }
});

Deno.test("`lineFault()` finds nothing wrong with what is printed", () => {
  assertEquals(lineFault(NOTICE), undefined);
  assertEquals(lineFault({ ...NOTICE, at: null }, "listen"), undefined);
  assertEquals(lineFault(JSON.parse(ndjsonLine(PEER_DOWN)), "events"), undefined);
});

const { message: _message, ...incomplete } = NOTICE;
for (
  const [what, line, fault] of [
    ["an unknown event", { event: "surprise" }, "has no entry in NDJSON_EVENTS"],
    ["what every object has", { event: "toString" }, "has no entry in NDJSON_EVENTS"],
    ["no event", {}, "does not begin with its event"],
    ["an event that is not first", { at: null, event: "notice" }, "does not begin with its event"],
    ["no object", [], "does not begin with its event"],
    ["null", null, "is no object"],
    ["a missing field", incomplete, "has no message"],
    ["a field too many", { ...NOTICE, more: 1 }, "has a field too many: more"],
    ["null where none may be", { ...NOTICE, message: null }, ".message is not text: null"],
    ["another type", { ...NOTICE, message: 7 }, ".message is not text: 7"],
    ["no time", { ...NOTICE, at: "today" }, '.at is not time: "today"'],
    ["a local time", { ...NOTICE, at: "2026-11-22T14:02:07+01:00" }, /^\.at is not time/],
    ["an unknown word", { ...PEER_DOWN, departure: "bored" }, /^\.departure is not `goodbye`/],
    [
      "something wrong in a list",
      { event: "ready", name: "", peerId: "", addresses: ["", 7], port: 1, profile: "" },
      ".addresses [1] is not text: 7",
    ],
    [
      "a negative count",
      { event: "ready", name: "", peerId: "", addresses: [], port: -1, profile: "" },
      ".port is not count: -1",
    ],
  ] as const
) {
  Deno.test(`\`lineFault()\` finds ${what}`, () => {
    const found = lineFault(line) ?? "nothing";
    assert(typeof fault === "string" ? found === fault : fault.test(found), found);
  });
}

Deno.test("`lineFault()` finds a line that the command is not said to print", () => {
  assertEquals(lineFault(NOTICE, "doctor"), "is not said to be printed by doctor");
});
