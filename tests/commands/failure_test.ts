import { assertEquals } from "@std/assert";
import { reportFailure, Undelivered } from "../../src/commands/failure.ts";
import { ChatError, type ErrorCode } from "../../src/errors.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";

Deno.test("`reportFailure()` gives every error code its exit code", () => {
  const expected: { readonly [Code in ErrorCode]: number } = {
    "bad-usage": 2,
    "bad-config": 2,
    "bad-address": 2,
    "bad-profile": 2,
    "profile-in-use": 1,
    "profile-unusable": 1,
    "key-damaged": 1,
    "key-exposed": 1,
    "storage-busy": 1,
    "storage-failed": 1,
    "cannot-listen": 1,
    "unreachable": 1,
    "not-a-peer": 1,
    "no-such-peer": 4,
    "ambiguous-peer": 4,
    "refused": 5,
    "not-delivered": 3,
    "not-supported": 1,
    "node-stopped": 1,
    "interrupted": 130,
  };
  for (const [code, exitCode] of Object.entries(expected)) {
    const error = Object.assign(new ChatError("refused", "x"), { code });
    assertEquals(reportFailure(error, new MemoryTerminal(), {}), exitCode, code);
  }
});

Deno.test("`reportFailure()` gives a message that was not delivered the exit code of its state", () => {
  for (
    const [state, code, exitCode] of [
      ["queued", "not-delivered", 3],
      ["sent", "not-delivered", 6],
      ["refused", "refused", 5],
      ["cancelled", "not-delivered", 1],
    ] as const
  ) {
    const error = new Undelivered(state, "x");
    assertEquals([error.code, reportFailure(error, new MemoryTerminal(), {})], [code, exitCode]);
  }
});

Deno.test("`reportFailure()` prints error and hint to standard error", () => {
  const terminal = new MemoryTerminal();
  const error = new ChatError("refused", 'red said "no"', { hint: "ask again", cause: "c" });
  reportFailure(error, terminal, {});
  assertEquals(terminal.errLines, ['error: red said "no"', "hint: ask again"]);
  assertEquals(terminal.out, "");
});

Deno.test("`reportFailure()` makes quoted text harmless", () => {
  const terminal = new MemoryTerminal();
  reportFailure(new ChatError("refused", "a\x1b[2J\nerror: b"), terminal, {});
  assertEquals(terminal.errLines, ["error: a\\u{1B}[2J⏎error: b"]);
});

Deno.test("`reportFailure()` shows the chain of causes with `--verbose`", () => {
  const terminal = new MemoryTerminal();
  const root = new TypeError("deep");
  const error = new ChatError("unreachable", "top", {
    cause: new Error("middle", { cause: root }),
  });
  reportFailure(error, terminal, { verbose: true });
  assertEquals(terminal.errLines, [
    "error: top",
    "cause: Error: middle",
    "cause: TypeError: deep",
  ]);
});

Deno.test("`reportFailure()` does not follow causes in a circle for ever", () => {
  const terminal = new MemoryTerminal();
  const error = new Error("round");
  error.cause = error;
  reportFailure(new ChatError("refused", "x", { cause: error }), terminal, { verbose: true });
  assertEquals(terminal.errLines.length, 9);
});

Deno.test("`reportFailure()` prints one object to standard output with `--json`", () => {
  const terminal = new MemoryTerminal();
  reportFailure(new ChatError("no-such-peer", "x"), terminal, { json: true }, () => 0);
  assertEquals(terminal.err, "");
  assertEquals(terminal.outLines.map((line) => JSON.parse(line)), [
    {
      event: "error",
      at: "1970-01-01T00:00:00.000Z",
      code: "no-such-peer",
      message: "x",
      hint: null,
      causes: [],
    },
  ]);
});

Deno.test("`reportFailure()` says of a defect that it is one, in one line", () => {
  const terminal = new MemoryTerminal();
  assertEquals(reportFailure(new TypeError("x is\nundefined"), terminal, {}), 1);
  assertEquals(terminal.errLines, [
    "error: unexpected: x is⏎undefined",
    "hint: run it again with --verbose to see where it comes from",
  ]);
});

Deno.test("`reportFailure()` shows where a defect comes from with `--verbose`", () => {
  const terminal = new MemoryTerminal();
  reportFailure(new TypeError("oops"), terminal, { verbose: true });
  const [error, cause = ""] = terminal.errLines;
  assertEquals(error, "error: unexpected: oops");
  assertEquals(cause.includes("failure_test.ts"), true);
});

Deno.test("`reportFailure()` reports what failed first, not what failed in cleaning up", () => {
  const terminal = new MemoryTerminal();
  const first = new ChatError("refused", "first");
  assertEquals(reportFailure(new SuppressedError(new Error("later"), first), terminal, {}), 5);
  assertEquals(terminal.errLines, ["error: first"]);
});

Deno.test("`reportFailure()` is silent about an interruption, unless there is more to know", () => {
  const terminal = new MemoryTerminal();
  assertEquals(reportFailure(new ChatError("interrupted", "by SIGINT"), terminal, {}), 130);
  assertEquals(terminal.err, "");
  reportFailure(new ChatError("interrupted", "it waits", { hint: "later" }), terminal, {});
  assertEquals(terminal.errLines, ["error: it waits", "hint: later"]);
});
