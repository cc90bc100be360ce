import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { ConfigError, getLogger } from "@logtape/logtape";
import fc from "fast-check";

import { ChatError } from "../../src/errors.ts";
import { configureLogging, type Logging, type LoggingOptions } from "../../src/logging/mod.ts";
import { runModule } from "../config/run_module.ts";
import { TemporaryFolder } from "../config/temporary_folder.ts";

/** Shows what would act by its code; the program passes its own function. */
function sanitise(text: string): string {
  return text.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

function logInto(lines: string[], options: Partial<LoggingOptions> = {}): Logging {
  const write = (line: string) => void lines.push(line);
  return configureLogging({ level: "warning", write, sanitise, ...options });
}

/** A line without its time, which is checked. */
function timeless(line: string | undefined): string {
  const [, time = "", rest = ""] = /^(\S+) (.*)$/s.exec(line ?? "") ?? [];
  assertEquals(new Date(time).toISOString(), time);
  return rest;
}

Deno.test("configureLogging() writes one line a record: time, level, category, message", async () => {
  const lines: string[] = [];
  await using _logging = logInto(lines);
  const before = Date.now();
  getLogger(["p2p-chat", "direct"]).warning("{count} frames from {peer}", {
    count: 2,
    peer: "red",
  });
  assertEquals(lines.map(timeless), ["warning p2p-chat.direct: 2 frames from red"]);
  const time = Date.parse(lines[0]?.split(" ")[0] ?? "");
  assert(time >= before && time <= Date.now());
});

Deno.test("configureLogging() logs the given level and those above it", async () => {
  const levels = ["trace", "debug", "info", "warning", "error"] as const;
  for (const level of levels) {
    const lines: string[] = [];
    await using _logging = logInto(lines, { level });
    const logger = getLogger(["p2p-chat"]);
    for (const each of levels) logger[each]("at {each}", { each });
    assertEquals(
      lines.map(timeless),
      levels.slice(levels.indexOf(level)).map((each) => `${each} p2p-chat: at ${each}`),
    );
  }
});

Deno.test("configureLogging() logs nothing before it and nothing after it is disposed", async () => {
  const lines: string[] = [];
  const logger = getLogger(["p2p-chat"]);
  logger.error("too early");
  const logging = logInto(lines);
  logger.error("in time");
  await logging[Symbol.asyncDispose]();
  logger.error("too late");
  assertEquals(lines.map(timeless), ["error p2p-chat: in time"]);

  await using _again = logInto(lines);
  // Not the business of the first any more.
  await logging[Symbol.asyncDispose]();
  logger.error("again");
  assertEquals(lines.map(timeless).at(-1), "error p2p-chat: again");
});

Deno.test("configureLogging() refuses to be called twice", async () => {
  await using folder = await TemporaryFolder.make();
  const lines: string[] = [];
  await using _logging = logInto(lines);
  // With a file, which must be closed again: the sanitizer of the test sees to it.
  assertThrows(() => logInto([], { file: `${folder.path}/log` }), ConfigError);
  getLogger(["p2p-chat"]).error("still here");
  assertEquals(lines.length, 1);
});

Deno.test("configureLogging() never writes more than one harmless line for any text", async () => {
  const lines: string[] = [];
  await using _logging = logInto(lines, { level: "trace" });
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("\r\n", "\x1b]0;owned\x07", "\u009b2J", "\u202e", "\u2028", "{name}", "{*}"),
  );
  fc.assert(fc.property(text, text, text, (category, template, value) => {
    lines.length = 0;
    // Not the category alone: LogTape stumbles over one named like a method of every object.
    getLogger(["p2p-chat", `room ${category}`]).debug(template);
    getLogger(["p2p-chat"]).info("{value}", { value });
    getLogger(["p2p-chat"]).warning("{error}", { error: new Error(value) });
    assertEquals(lines.length, 3);
    for (const line of lines) assert(!/[\p{C}\p{Zl}\p{Zp}]/u.test(line), JSON.stringify(line));
    assertEquals(timeless(lines[1]), `info p2p-chat: ${sanitise(value)}`);
  }));
});

Deno.test("configureLogging() cuts a message that would fill a disk", async () => {
  const lines: string[] = [];
  await using _logging = logInto(lines);
  getLogger(["p2p-chat"]).error("{text}", { text: "😀".repeat(100_000) });
  assert((lines[0]?.length ?? 0) < 4200);
  assert(lines[0]?.endsWith("…"));
});

Deno.test("configureLogging() says where an error was thrown at debug level only", async () => {
  const lines: string[] = [];
  const error = new Error("no", { cause: new ChatError("refused", "too many") });
  for (const level of ["warning", "debug"] as const) {
    await using _logging = logInto(lines, { level });
    getLogger(["p2p-chat"]).error("failed: {error}", { error });
  }
  const message = "error p2p-chat: failed: Error: no (caused by ChatError: too many)";
  assertEquals(timeless(lines[0]), message);
  assertMatch(
    lines[1] ?? "",
    /Error: no at .*mod_test\.ts:\d+.*\(caused by ChatError: too many at /,
  );
});

Deno.test("configureLogging() appends to a file, made 0600, instead of writing lines", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/chat.log`;
  const lines: string[] = [];
  for (const text of ["first", "second"]) {
    await using _logging = logInto(lines, { file });
    getLogger(["p2p-chat"]).error("{text}", { text });
  }
  const written = (await Deno.readTextFile(file)).split("\n");
  assertEquals(written.pop(), "");
  assertEquals(written.map(timeless), ["error p2p-chat: first", "error p2p-chat: second"]);
  assertEquals(lines, []);
  if (Deno.build.os !== "windows") {
    assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("configureLogging() has every line on the disk when the process is killed", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/chat.log`;
  const { success } = await runModule(`
    import { getLogger } from "@logtape/logtape";
    import { configureLogging } from ${
    JSON.stringify(import.meta.resolve("../../src/logging/mod.ts"))
  };
    Deno.umask(0);
    const write = (line) => console.error(line);
    configureLogging({ level: "info", file: ${JSON.stringify(file)}, write, sanitise: String });
    for (let count = 0; count < 100; count++) getLogger(["p2p-chat"]).info("{count}", { count });
    Deno.kill(Deno.pid, "SIGKILL");
  `);
  assertEquals(success, false);
  const written = (await Deno.readTextFile(file)).trimEnd().split("\n");
  assertEquals(written.map(timeless), Array.from(Array(100).keys(), (n) => `info p2p-chat: ${n}`));
  if (Deno.build.os !== "windows") {
    assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  }
});

Deno.test("configureLogging() says that a file cannot be opened", async () => {
  await using folder = await TemporaryFolder.make();
  for (const file of [folder.path, `${folder.path}/nowhere/chat.log`]) {
    const error = assertThrows(() => logInto([], { file }), ChatError) as ChatError;
    assertEquals(error.code, "bad-config");
    assert(error.message.startsWith(`log file ${JSON.stringify(file)} cannot be opened: `));
    assertEquals(error.hint, "choose another with --log-file PATH, or none");
  }
});

Deno.test({
  name: "configureLogging() tells once that a file is full, and goes on",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const lines: string[] = [];
    await using _logging = logInto(lines, { file: "/dev/full" });
    getLogger(["p2p-chat"]).error("one");
    getLogger(["p2p-chat"]).error("two");
    assertEquals(lines, [
      `log file "/dev/full" cannot be written, lines are lost: No space left on device`,
    ]);
  },
});

Deno.test("Logging.change() goes on with another level and another file", async () => {
  await using folder = await TemporaryFolder.make();
  const lines: string[] = [];
  const logger = getLogger(["p2p-chat"]);
  const file = `${folder.path}/log.txt`;
  await using logging = logInto(lines);
  logger.info("one");
  logging.change({ level: "info", file: undefined });
  logger.info("two");
  logging.change({ level: "warning", file });
  logger.warning("three");
  assertThrows(
    () => logging.change({ level: "info", file: `${folder.path}/none/log.txt` }),
    ChatError,
    "cannot be opened",
  );
  logger.info("four");
  logger.warning("five");
  assertEquals(lines.map(timeless), ["info p2p-chat: two"]);
  assertMatch(await Deno.readTextFile(file), /^\S+ warning .*three\n\S+ warning .*five\n$/);
});

Deno.test("Logging.change() opens the file anew, where it was moved away", async () => {
  await using folder = await TemporaryFolder.make();
  const file = `${folder.path}/log.txt`;
  await using logging = logInto([], { file });
  getLogger(["p2p-chat"]).warning("before");
  await Deno.rename(file, `${file}.1`);
  logging.change({ level: "warning", file });
  getLogger(["p2p-chat"]).warning("after");
  assertMatch(await Deno.readTextFile(`${file}.1`), /^\S+ warning .*before\n$/);
  assertMatch(await Deno.readTextFile(file), /^\S+ warning .*after\n$/);
});
