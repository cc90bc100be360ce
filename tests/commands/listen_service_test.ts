/** What `listen` does as a service: `--exec`, settings that are read again, `--ready-file`. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { ReceivedMessage } from "../../src/history/message_record.ts";
import { Scripts } from "./exec/scripts.ts";
import { Harness, type HarnessOptions } from "./harness.ts";
import { NOW, RED } from "./twin_node.ts";

const ignore = Deno.build.os === "windows";

function message(position: number): ReceivedMessage {
  return {
    direction: "in",
    position,
    id: `018f0000-0000-7000-8000-00000000000${position}`,
    conversation: { kind: "peer", peerId: RED },
    text: `text ${position}`,
    sentAt: NOW,
    receivedAt: NOW,
    replyTo: undefined,
  };
}

/** Starts `listen`, and resolves when it takes events. */
async function listening(program: Harness, ...args: string[]) {
  const started = program.nextNode();
  const ended = program.run("listen", ...args);
  const node = await Promise.race([started, ended.then((code) => Promise.reject(code))]);
  while (node.listeners === 0) await new Promise((resolve) => setTimeout(resolve));
  return { node, ended };
}

Deno.test({
  name: "`listen --exec` runs for what was never shown, and marks only what its program took",
  ignore,
  async fn() {
    await using scripts = await Scripts.make();
    const path = await scripts.write(
      'echo "$P2P_CHAT_TEXT" >> "$NOTES"; [ "$P2P_CHAT_TEXT" != "text 2" ]',
    );
    const { promise: allShown, resolve } = Promise.withResolvers<void>();
    const all = [1, 2, 3].map(message);
    await using program = await Harness.make({
      unread: all.slice(0, 2),
      history: (_, { after = 0 }) => all.filter(({ position }) => position > after),
      onShown: (_, node) => void (node.seen.length === 2 && resolve()),
      asService: true,
    });
    const { node, ended } = await listening(program, "--json", "--exec", path);
    node.emit({ event: "message", message: message(3) });
    await allShown;
    program.interrupt("SIGTERM");
    assertEquals(await ended, 0);
    assertEquals(await scripts.noted(), ["text 1", "text 2", "text 3"]);
    assertEquals(node.seen.map(({ position }) => position), [1, 3]);
    assertEquals(program.terminal.outLines.slice(1).map((line) => JSON.parse(line).text), [
      "text 1",
      "text 2",
      "text 3",
    ]);
    assertStringIncludes(program.terminal.err, "it ended with exit code 1; it stays unread");
  },
});

Deno.test("`listen` names what is wrong with `--exec` before it makes anything", async () => {
  await using program = await Harness.make({ env: { PATH: "/usr/bin:/bin" } });
  const refused = async (args: readonly string[], what: RegExp, hint: RegExp) => {
    assertEquals(await program.run("listen", ...args), 2);
    assertMatch(program.terminal.errLines[0] ?? "", what);
    assertMatch(program.terminal.errLines[1] ?? "", hint);
  };
  await refused(
    ["--exec-jobs", "2"],
    /^error: --exec-jobs makes sense with --exec only$/,
    /--exec/,
  );
  await refused(["--exec-arg", "x"], /--exec-arg makes sense/, /--exec/);
  await refused(["--exec", "sh", "--exec-jobs", "0"], /--exec-jobs/, /^hint: /);
  await refused(["--exec", "sh", "--exec-timeout", "0"], /--exec-timeout is 0/, /1m/);
  await refused(["--exec", "sh", "--exec-timeout", "x"], /a duration such as/, /^hint: /);
  if (!ignore) {
    await using scripts = await Scripts.make();
    const dull = await scripts.write("", 0o644);
    await refused(["--exec", ""], /the program is missing/, /--exec/);
    await refused(["--exec", "./none.sh"], /"\.\/none\.sh": No such file/, /path of a program/);
    await refused(["--exec", "none.sh"], /"none\.sh": no such program in PATH/, /\.\/none\.sh/);
    await refused(["--exec", "/usr/"], /it is not a file/, /path/);
    await refused(["--exec", dull], /it is not executable/, /chmod \+x/);
  }
  assertEquals([...Deno.readDirSync(program.home)], []);
});

/** A service whose settings are in a file. */
async function service(options: HarnessOptions, ...args: string[]) {
  const program = await Harness.make({ asService: true, ...options });
  const folder = `${program.home}/default`;
  await Deno.mkdir(folder);
  const write = (text: string) => Deno.writeTextFile(`${folder}/config.json`, text);
  await write('{"name":"me","port":7001}');
  const { node, ended } = await listening(program, ...args);
  /** Writes the file, asks for it, and resolves with what is said of it. */
  const reload = async (text: string) => {
    await write(text);
    const before = program.terminal.errLines.length;
    assertEquals(program.reload(), true);
    await program.terminal.until(({ errLines }) => errLines.length > before);
    return program.terminal.errLines.slice(before);
  };
  return { program, node, ended, reload };
}

Deno.test("`listen` takes on what can change while it runs, and says what cannot", async () => {
  const { program, node, ended, reload } = await service({});
  await using _program = program;
  assertEquals(await reload('{"name":"me","port":7001}'), [
    "14:02 settings read again: nothing changed",
  ]);
  assertEquals(
    await reload(
      '{"name":"you","port":7002,"mandatory":["127.0.0.1:7009"],"readReceipts":false,"mdns":false}',
    ),
    [
      '14:02 settings read again: name is now "you"; mandatory is now 127.0.0.1:7009; ' +
      "readReceipts is now false; port 7002 waits for the next start, until then it is 7001; " +
      "mdns false waits for the next start, until then it is true",
    ],
  );
  const { name, mandatory, readReceipts } = node.reconfigured.at(-1) ?? {};
  assertEquals({ name, mandatory, readReceipts }, {
    name: "you",
    mandatory: ["127.0.0.1:7009"],
    readReceipts: false,
  });
  // What waits is said each time, what was taken on only once.
  assertEquals(await reload('{"name":"you","port":7002}'), [
    "14:02 settings read again: mandatory is now none; readReceipts is now true; " +
    "port 7002 waits for the next start, until then it is 7001",
  ]);
  program.interrupt("SIGTERM");
  assertEquals(await ended, 0);
});

Deno.test("`listen` keeps its settings where the file is broken, and says what is wrong", async () => {
  const { program, node, ended, reload } = await service({});
  await using _program = program;
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{"name":', /the settings stay as they were: .*config\.json:1:/],
    ['{"nam":"you"}', /the settings stay as they were: .*"nam".*name/],
    ['{"port":70000}', /the settings stay as they were: .*70000/],
    ['{"logFile":"/nowhere/log"}', /the settings stay as they were: log file "\/nowhere\/log"/],
    ['{"name":"\\u001b[2J"}', /the settings stay as they were: /],
  ];
  for (const [text, expected] of cases) {
    const [line = "", ...more] = await reload(text);
    assertMatch(line, expected);
    assertEquals([more, line.includes("\x1b")], [[], false]);
  }
  assertEquals(node.reconfigured, []);
  program.interrupt("SIGTERM");
  assertEquals(await ended, 0);
});

Deno.test("`listen` lets a flag win over the file also when it is read again", async () => {
  const { program, node, ended, reload } = await service({}, "--name", "flag");
  await using _program = program;
  assertEquals(await reload('{"name":"you","port":7001}'), [
    "14:02 settings read again: nothing changed",
  ]);
  assertEquals(node.name, "flag");
  program.interrupt("SIGTERM");
  assertEquals(await ended, 0);
});

Deno.test("`listen --json` says what became of the settings as a notice", async () => {
  const program = await Harness.make({ asService: true });
  await using _program = program;
  const { ended } = await listening(program, "--json", "--name", "me", "--port", "7123");
  program.reload();
  await program.terminal.until(({ outLines }) => outLines.length === 2);
  program.interrupt("SIGTERM");
  await ended;
  assertEquals(program.jsonLines[1], {
    event: "notice",
    at: new Date(NOW).toISOString(),
    message: "settings read again: nothing changed",
  });
  assertEquals(program.reload(), false);
});

Deno.test("`listen --ready-file` writes the line of `ready`, and ends where it cannot", async () => {
  await using program = await Harness.make();
  const file = `${program.home}/ready`;
  const { ended } = await listening(program, "--ready-file", file, "--name", "me");
  let line = "";
  while (line === "") {
    await new Promise((resolve) => setTimeout(resolve, 5));
    line = await Deno.readTextFile(file).catch(() => "");
  }
  assertEquals([JSON.parse(line).event, JSON.parse(line).name], ["ready", "me"]);
  program.interrupt("SIGTERM");
  assertEquals(await ended, 0);
  assertEquals(await Deno.stat(file).catch(() => "gone"), "gone");

  assertEquals(await program.run("listen", "--ready-file", `${program.home}/none/ready`), 2);
  assertStringIncludes(program.terminal.err, "cannot be used: No such file");
  assertEquals(program.node?.stopped, true);
});
