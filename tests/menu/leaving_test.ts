import { assertEquals, assertThrows } from "@std/assert";
import { Interruption } from "../../src/commands/interruption.ts";
import { ChatError } from "../../src/errors.ts";
import { exitCodeOf, goodbyeLines } from "../../src/menu/leaving.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { PromptCancelled } from "../../src/terminal/prompts/prompter.ts";

const RUNNING = new AbortController().signal;

Deno.test("`exitCodeOf()` tells Ctrl-C from other ways to leave a question", () => {
  const context = { signal: RUNNING, terminal: new MemoryTerminal() };
  assertEquals(exitCodeOf(new PromptCancelled("interrupt"), context), 130);
  assertEquals(exitCodeOf(new PromptCancelled("end-of-input"), context), 0);
});

Deno.test("`exitCodeOf()` goes by the signal, whatever failed because of it", () => {
  const terminal = new MemoryTerminal();
  for (const [by, code] of [["SIGINT", 130], ["SIGTERM", 0], ["SIGHUP", 0]] as const) {
    const context = { signal: AbortSignal.abort(new Interruption(by)), terminal };
    assertEquals(exitCodeOf(new Error("a consequence"), context), code);
  }
  const defect = new TypeError("nobody caught it");
  const context = { signal: AbortSignal.abort(defect), terminal };
  assertEquals(assertThrows(() => exitCodeOf(new Error("a consequence"), context)), defect);
});

Deno.test("`exitCodeOf()` takes a closed pipe for an end, and throws what went wrong", () => {
  const terminal = new MemoryTerminal();
  const context = { signal: RUNNING, terminal };
  const error = new ChatError("profile-in-use", "in use");
  assertEquals(assertThrows(() => exitCodeOf(error, context)), error);
  terminal.close();
  assertEquals(exitCodeOf(terminal.closed.reason, context), 0);
});

Deno.test("`goodbyeLines()` says how many messages are on their way", () => {
  assertEquals(goodbyeLines(0, false), ["Goodbye."]);
  assertEquals(
    goodbyeLines(1, false)[0],
    "1 message not delivered yet: p2p-chat tries again when it runs",
  );
  assertEquals(
    goodbyeLines(2, false)[0],
    "2 messages not delivered yet: p2p-chat tries again when it runs",
  );
  assertEquals(
    goodbyeLines(1, true)[0],
    "1 message not delivered yet: the node that runs keeps trying",
  );
});
