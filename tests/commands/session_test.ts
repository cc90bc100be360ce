import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { getLogger } from "@logtape/logtape";
import { Harness } from "./harness.ts";
import { activePeer } from "./twin_node.ts";

Deno.test("`openSession()` gives the node of the process that owns the profile", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    onSend: (message, node) => node.advance(message, "delivered"),
    reachability: () => ({
      active: activePeer(),
      addresses: [],
      waiting: 0,
      search: undefined,
      nextAttempt: undefined,
    }),
  });
  const started = program.nextNode();
  const listening = program.run("listen");
  const node = await started;
  const stop = program.interruption;
  assertEquals(await program.run("send", "red", "hello"), 0);
  assertMatch(program.terminal.out, /^delivered to red \(Jmfxzu\) in /);
  assertEquals(node.sent.map(({ text }) => text), ["hello"]);
  assertEquals(await program.run("peers", "--wait", "0"), 0);
  assertEquals(await program.run("connect", "red"), 0);
  assertEquals(await program.run("why", "red"), 0);
  assertEquals(await program.run("send", "nobody", "hello"), 4);
  assertEquals([program.node === node, node.stopped], [true, false]);
  stop("SIGTERM");
  assertEquals(await listening, 0);
  assertEquals(node.listeners, 0);
});

Deno.test("`openSession()` settles on one owner where several begin at once", async () => {
  await using program = await Harness.make({
    start: async (node) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return node;
    },
    onSend: (message, node) => node.advance(message, "delivered"),
  });
  const codes = await Promise.all(
    ["a", "b", "c", "d"].map((text) => program.run("send", "127.0.0.1:7000", text)),
  );
  assertEquals(codes, [0, 0, 0, 0]);
  const sent = program.nodes.flatMap((node) => node.sent.map(({ text }) => text));
  assertEquals(sent.toSorted(), ["a", "b", "c", "d"]);
});

Deno.test("`openSession()` tells a command whose owner is gone, and the next one owns", async () => {
  const asked = Promise.withResolvers<void>();
  await using program = await Harness.make({
    peers: [activePeer()],
    connect: (_, signal) =>
      new Promise((_resolve, reject) => {
        asked.resolve();
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  });
  const started = program.nextNode();
  const listening = program.run("listen");
  await started;
  const stop = program.interruption;
  const connecting = program.run("connect", "red");
  const { terminal } = program;
  await asked.promise;
  stop("SIGTERM");
  assertEquals(await listening, 0);
  assertEquals(await connecting, 1);
  assertMatch(terminal.out, /^red +failed +the node that ran was stopped$/m);
  assertEquals(await program.run("peers", "--wait", "0"), 0);
  assertEquals(program.nodes.length, 2);
});

Deno.test("`openSession()` owns with `--direct`, or says who owns", async () => {
  await using program = await Harness.make();
  const started = program.nextNode();
  const listening = program.run("listen");
  await started;
  const stop = program.interruption;
  assertEquals(await program.run("send", "127.0.0.1:7000", "hello", "--direct"), 1);
  assertMatch(program.terminal.err, /^error: profile "default" is in use by process \d+ \(listen,/);
  stop("SIGTERM");
  assertEquals(await listening, 0);
  // It is free again.
  assertEquals(await program.run("peers", "--wait", "0"), 0);
});

Deno.test("`openSession()` gives the node the merged settings and the profile's files", async () => {
  await using program = await Harness.make({ env: { P2P_CHAT_HOST: "127.0.0.1" } });
  await program.run("config", "set", "port", "7001", "--profile", "work");
  await program.run(
    "peers",
    ...["--wait", "0", "--profile", "work", "--name", "me", "--no-mdns"],
    ...["--mandatory", "a:1", "--mandatory", "b:2", "--log-level", "error"],
    ...["--classic-port", "5000", "--classic-host", "127.0.0.1", "--classic-dialect", "b"],
    ...["--classic-long", "refuse", "--classic-team", "me_too"],
  );
  assertEquals(program.node?.init.config, {
    name: "me",
    host: "127.0.0.1",
    port: 7001,
    mandatory: ["a:1", "b:2"],
    mdns: false,
    readReceipts: true,
    notifications: "bell",
    classicPort: 5000,
    classicHost: "127.0.0.1",
    classicDialect: "b",
    classicLong: "refuse",
    classicTeam: "me_too",
    logLevel: "error",
    logFile: undefined,
  });
  assertEquals(program.node?.init.databasePath, `${program.home}/work/chat.db`);
  assertMatch(program.node?.init.identity.peerId ?? "", /^12D3KooW/);
});

Deno.test("`openSession()` takes `--home` before the environment", async () => {
  await using program = await Harness.make();
  await program.run("peers", "--wait", "0", "--home", `${program.home}/other`);
  assertEquals(program.node?.init.databasePath, `${program.home}/other/default/chat.db`);
});

Deno.test("`openSession()` tells of the new identity at the first start only", async () => {
  await using program = await Harness.make();
  await program.run("peers", "--wait", "0");
  assertStringIncludes(program.terminal.err, "first start: a new identity was made, 12D3KooW");
  await program.run("peers", "--wait", "0");
  assert(!program.terminal.err.includes("first start"));
});

Deno.test("`openSession()` gives the profile back when the node does not start", async () => {
  await using program = await Harness.make({
    start: () => Promise.reject(new ChatError("cannot-listen", "port 7000 is taken")),
  });
  for (let attempt = 0; attempt < 2; attempt++) {
    assertEquals(await program.run("listen"), 1);
    assertEquals(program.terminal.errLines.at(-1), "error: port 7000 is taken");
  }
});

Deno.test("`openSession()` stops the node when the command fails", async () => {
  await using program = await Harness.make({
    settleConnections: () => Promise.reject(new Error("defect")),
  });
  assertEquals(await program.run("peers"), 1);
  assert(program.node?.stopped);
});

Deno.test("`openSession()` stops the node when the signal came while it started", async () => {
  await using program = await Harness.make({
    start(node) {
      program.interrupt();
      return Promise.resolve(node);
    },
  });
  assertEquals(await program.run("peers"), 130);
  assert(program.node?.stopped);
});

Deno.test("`openSession()` logs warnings to standard error, and more with `--verbose`", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    settleConnections() {
      getLogger(["p2p-chat", "test"]).warn("careful");
      getLogger(["p2p-chat", "test"]).info("by the way");
      return Promise.resolve();
    },
  });
  const logged = async (...args: string[]) => {
    await program.run("peers", "--wait", "0", "--json", ...args);
    return program.terminal.errLines.filter((line) => line.includes("p2p-chat.test"))
      .map((line) => line.slice(line.indexOf(" ") + 1));
  };
  const warning = "warning p2p-chat.test: careful";
  const info = "info p2p-chat.test: by the way";
  assertEquals(await logged(), [warning]);
  assertEquals(await logged("--verbose"), [warning, info]);
  assertEquals(await logged("--verbose", "--log-level", "error"), []);
  const file = `${program.home}/log.txt`;
  assertEquals(await logged("--log-file", file), []);
  assertStringIncludes(await Deno.readTextFile(file), warning);
});

Deno.test("`openSession()` checks all options before it makes anything", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("listen", "--host", "localhost"), 2);
  assertEquals([...Deno.readDirSync(program.home)], []);
});

Deno.test("`openSession()` names a folder that cannot be used", async () => {
  await using program = await Harness.make();
  await Deno.writeTextFile(`${program.home}/file`, "in the way");
  assertEquals(await program.run("listen", "--home", `${program.home}/file`), 1);
  assertStringIncludes(program.terminal.err, `${program.home}/file/default`);
});
