import { assertEquals } from "@std/assert";
import { configureLogging } from "../../src/logging/mod.ts";
import { troubleLog } from "../../src/logging/trouble_log.ts";
import { sanitise } from "../../src/terminal/sanitise.ts";

/** What is logged at `info`, without the time. */
async function logged(log: () => void): Promise<string[]> {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line.replace(/^\S+ /, ""));
  await using _logging = configureLogging({ level: "info", write, sanitise });
  log();
  return lines;
}

Deno.test("`troubleLog()` shows every value of the detail in the line", async () => {
  const lines = await logged(() => {
    troubleLog("direct", "info")("a peer was not asked", {
      peer: "12D3",
      error: new Error("gone"),
    });
    troubleLog("control", "warning")("nothing more to say", {});
  });
  assertEquals(lines, [
    "info p2p-chat.direct: a peer was not asked, peer: 12D3, error: Error: gone",
    "warning p2p-chat.control: nothing more to say",
  ]);
});

Deno.test("`troubleLog()` takes braces for what they are, in the words and in the detail", async () => {
  const lines = await logged(() => {
    troubleLog("direct", "info")("a {peer} and } said", { peer: "{error}\n", error: "no" });
  });
  assertEquals(lines, ["info p2p-chat.direct: a {peer} and } said, peer: {error}⏎, error: no"]);
});
