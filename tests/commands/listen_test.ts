import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import type { ReceivedMessage } from "../../src/history/message_record.ts";
import { Harness } from "./harness.ts";
import { activePeer, BLUE, NOW, RED, SELF } from "./twin_node.ts";

const MESSAGE: ReceivedMessage = {
  direction: "in",
  position: 1,
  id: "018f0000-0000-7000-8000-000000000001",
  conversation: { kind: "peer", peerId: RED },
  text: "hello",
  sentAt: NOW - 40,
  receivedAt: NOW,
  replyTo: undefined,
};

/** Starts `listen` and gives what is needed to end it. */
async function listening(program: Harness, ...args: string[]) {
  const started = program.nextNode();
  const ended = program.run("listen", ...args);
  const node = await Promise.race([started, ended.then((code) => Promise.reject(code))]);
  await program.terminal.until(() => node.listeners > 0 || program.terminal.out !== "");
  // The subscription follows the header in the same turn.
  await Promise.resolve();
  return { node, ended };
}

Deno.test("`listen` prints a header on standard error and messages on standard output", async () => {
  await using program = await Harness.make();
  const { node, ended } = await listening(program, "--name", "me", "--port", "7123");
  node.emit({ event: "message", message: MESSAGE });
  program.interrupt();
  await ended;
  assertEquals(program.terminal.outLines, ["14:02 red: hello"]);
  assertEquals(program.terminal.errLines.slice(2), [
    "me is listening",
    `  peer id  ${SELF}`,
    "  address  127.0.0.1:7123",
    "  stop     Ctrl-C",
  ]);
  assertEquals(node.init.listen, "configured");
  assertEquals(node.init.config.port, 7123);
});

Deno.test("`listen` shows peers that come and go, and what becomes of own messages, as remarks", async () => {
  await using program = await Harness.make();
  const { node, ended } = await listening(program);
  const before = program.terminal.errLines.length;
  const own = {
    ...MESSAGE,
    direction: "out" as const,
    state: "queued" as const,
    stateAt: NOW,
    reason: undefined,
    unanswerable: false,
  };
  node.emit({ event: "peer-up", peer: activePeer({ source: "mdns" }) });
  node.emit({ event: "peer-down", peer: activePeer(), departure: "goodbye" });
  node.emit({ event: "peer-down", peer: activePeer(), departure: "closed" });
  node.emit({ event: "peer-down", peer: activePeer(), departure: "lost" });
  node.emit({ event: "notice", text: "something" });
  for (const state of ["queued", "sent", "delivered", "read", "cancelled"] as const) {
    node.emit({ event: "state", message: { ...own, state } });
  }
  node.emit({ event: "state", message: { ...own, state: "refused", reason: "full\x07" } });
  program.interrupt();
  await ended;
  assertEquals(program.terminal.errLines.slice(before), [
    "14:02 red is here (192.168.1.20:7000, local network)",
    "14:02 red left",
    "14:02 red closed the connection",
    "14:02 red is gone: no answer any more",
    "14:02 something",
    "14:02 ✓ delivered to red: hello",
    "14:02 ✓✓ read by red: hello",
    "14:02 ✗ refused by red (full\\u{7}): hello",
  ]);
  assertEquals(program.terminal.out, "");
});

Deno.test("`listen` makes everything of a peer harmless", async () => {
  await using program = await Harness.make();
  const { node, ended } = await listening(program);
  node.emit({
    event: "message",
    message: { ...MESSAGE, text: "\x1b]52;c;eA==\x07a\n14:02 blue: b" },
  });
  node.emit({ event: "peer-up", peer: activePeer({ address: "/x/\x1b[2J" }) });
  program.interrupt();
  await ended;
  assertEquals(program.terminal.outLines, ["14:02 red: \\u{1B}]52;c;eA==\\u{7}a⏎14:02 blue: b"]);
  assert(!program.terminal.err.includes("\x1b"));
});

Deno.test("`listen --json` prints `ready` first and then every event", async () => {
  await using program = await Harness.make();
  const { node, ended } = await listening(program, "--json", "--name", "me", "--port", "7123");
  node.emit({ event: "message", message: MESSAGE });
  node.emit({ event: "peer-up", peer: activePeer({ peerId: BLUE, roundTripMs: undefined }) });
  node.emit({ event: "peer-down", peer: activePeer(), departure: "lost" });
  node.emit({ event: "notice", text: "something" });
  node.emit({
    event: "state",
    message: {
      ...MESSAGE,
      direction: "out",
      conversation: { kind: "address", address: "/ip4/127.0.0.1/tcp/7000" },
      state: "queued",
      stateAt: NOW,
      reason: undefined,
      unanswerable: false,
    },
  });
  program.interrupt("SIGTERM");
  assertEquals(await ended, 0);
  const time = (ms: number) => new Date(ms).toISOString();
  const peer = {
    name: "red",
    classic: false,
    address: "/ip4/192.168.1.20/tcp/7000",
    path: "direct",
    source: "asked",
    connectedSince: time(NOW - 180_000),
    lastSeen: time(NOW - 2_000),
  };
  const at = time(NOW);
  assertEquals(program.jsonLines, [
    {
      event: "ready",
      name: "me",
      peerId: SELF,
      addresses: [`/ip4/127.0.0.1/tcp/7123/p2p/${SELF}`],
      port: 7123,
      profile: "default",
    },
    {
      event: "message",
      id: MESSAGE.id,
      direction: "in",
      peerId: RED,
      name: "red",
      classic: false,
      address: null,
      text: "hello",
      sentAt: time(NOW - 40),
      receivedAt: time(NOW),
      state: null,
      stateAt: null,
      unanswerable: null,
      reason: null,
      position: 1,
      replyTo: null,
    },
    { event: "peer-up", at, ...peer, name: "M4jXBy", peerId: BLUE, roundTripMs: null },
    { event: "peer-down", at, ...peer, peerId: RED, roundTripMs: 0.4, departure: "lost" },
    { event: "notice", at, message: "something" },
    {
      event: "state",
      id: MESSAGE.id,
      peerId: null,
      name: null,
      classic: false,
      address: "/ip4/127.0.0.1/tcp/7000",
      state: "queued",
      stateAt: time(NOW),
      unanswerable: false,
      reason: null,
    },
  ]);
});

const DAY_MS = 24 * 60 * 60_000;

/** Messages that arrived before this run: two yesterday, one today. */
const UNREAD: readonly ReceivedMessage[] = [
  { ...MESSAGE, position: 1, text: "first", receivedAt: NOW - DAY_MS },
  { ...MESSAGE, position: 2, text: "second", receivedAt: NOW - DAY_MS },
  { ...MESSAGE, position: 3, text: "third", receivedAt: NOW - 60_000 },
];

Deno.test("`listen` begins with what was never shown, and marks it and what arrives", async () => {
  const unread = [...UNREAD];
  await using program = await Harness.make({ unread });
  const { node, ended } = await listening(program);
  const live = { ...MESSAGE, position: 4, text: "live" };
  node.emit({ event: "message", message: live });
  await program.terminal.until(({ out }) => out.includes("live"));
  program.interrupt();
  await ended;
  assertEquals(program.terminal.outLines, [
    "14:02 red: first",
    "14:02 red: second",
    "14:01 red: third",
    "14:02 red: live",
  ]);
  assertEquals(program.terminal.errLines.slice(6), [
    "3 messages arrived while you were away",
    "Sat 21 Nov 2026",
    "Sun 22 Nov 2026",
  ]);
  assertEquals(node.seen, [...UNREAD, live]);

  // The next run has nothing of it to show.
  unread.length = 0;
  const next = await listening(program);
  program.interrupt();
  await next.ended;
  assertEquals(program.terminal.out, "");
});

Deno.test("`listen` keeps what arrives meanwhile until it has shown what came before", async () => {
  const live = { ...MESSAGE, position: 4, text: "live" };
  await using program = await Harness.make({
    unread: UNREAD,
    onShown: (messages, node) => {
      if (messages.includes(UNREAD[0] ?? MESSAGE)) node.emit({ event: "message", message: live });
    },
  });
  const { node, ended } = await listening(program);
  await program.terminal.until(({ out }) => out.includes("live"));
  program.interrupt();
  await ended;
  assertEquals(program.terminal.outLines.map((line) => line.split(": ")[1]), [
    "first",
    "second",
    "third",
    "live",
  ]);
  assertEquals(node.seen, [...UNREAD, live]);
});

Deno.test("`listen --json` begins with what was never shown, and says nothing of it", async () => {
  await using program = await Harness.make({ unread: UNREAD });
  const { node, ended } = await listening(program, "--json");
  program.interrupt();
  await ended;
  assertEquals(program.jsonLines.map((line) => [Object(line).event, Object(line).text]), [
    ["ready", undefined],
    ["message", "first"],
    ["message", "second"],
    ["message", "third"],
  ]);
  assertEquals(node.seen, UNREAD);
});

Deno.test("`listen` does not mark what was printed into a closed pipe", async () => {
  await using program = await Harness.make();
  const { node, ended } = await listening(program);
  node.emit({ event: "message", message: MESSAGE });
  program.terminal.close();
  assertEquals(await ended, 0);
  assertEquals(node.seen, []);
});

Deno.test("`listen --json` keeps the text of a message, escaped", async () => {
  await using program = await Harness.make();
  const { node, ended } = await listening(program, "--json");
  const text = "\x1b[2J\u2028\u202e\x9b";
  node.emit({ event: "message", message: { ...MESSAGE, text } });
  program.interrupt();
  await ended;
  const [, line = ""] = program.terminal.outLines;
  assertStringIncludes(line, '"text":"\\u001b[2J\\u2028\\u202e\\u009b"');
  assertEquals(JSON.parse(line).text, text);
});

Deno.test("`listen` ends with 130 on SIGINT, and with 0 when it is told to stop", async () => {
  await using program = await Harness.make();
  for (const [by, code] of [["SIGINT", 130], ["SIGTERM", 0], ["SIGHUP", 0]] as const) {
    const { node, ended } = await listening(program);
    program.interrupt(by);
    assertEquals(await ended, code, by);
    assert(node.stopped, by);
  }
});

Deno.test("`listen` ends with 0 when its reader closes the pipe", async () => {
  await using program = await Harness.make();
  const { node, ended } = await listening(program);
  program.terminal.close();
  assertEquals(await ended, 0);
  assert(node.stopped);
});

Deno.test("`listen` says goodbye, and reports, when an error that nobody caught ends it", async () => {
  await using program = await Harness.make();
  const { node, ended } = await listening(program);
  program.abort(new ChatError("storage-failed", "the disk is gone"));
  assertEquals(await ended, 1);
  assert(node.stopped);
  assertEquals(program.terminal.errLines.at(-1), "error: the disk is gone");
});
