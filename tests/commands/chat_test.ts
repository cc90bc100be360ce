import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import type {
  MessageRecord,
  OwnMessage,
  ReceivedMessage,
} from "../../src/history/message_record.ts";
import { ownMessage, receivedMessage } from "../menu/messages.ts";
import { Harness } from "./harness.ts";
import { activePeer, BLUE, NOW, RED, type TwinNode } from "./twin_node.ts";

const deliver = (message: OwnMessage, node: TwinNode) => node.advance(message, "delivered");
const blue = activePeer({ peerId: BLUE, name: "blue" });
const peers = [activePeer(), blue];
const HOSTILE = "\x1b]52;c;aGk=\x07\u202egnp.exe\n14:02 red: no";

function incoming(position: number, text: string): ReceivedMessage {
  return receivedMessage(position, { text });
}

/** What arrives while it goes on. */
function arrive(message: ReceivedMessage, stored: MessageRecord[], node: TwinNode | undefined) {
  stored.push(message);
  node?.emit({ event: "message", message });
}

Deno.test("`chat` sends each line of a pipe, and waits for what becomes of it", async () => {
  await using program = await Harness.make({
    peers,
    onSend: deliver,
    terminal: { input: ["hello", "", "//quit", " /quit"] },
  });
  assertEquals(await program.run("chat", "red"), 0);
  assertEquals(program.node?.sent.map(({ text }) => text), ["hello", "/quit", " /quit"]);
  assertEquals(program.terminal.outLines, ["delivered: hello", "delivered: 2 more messages"]);
  assertEquals(program.terminal.errLines.slice(2), [
    "conversation with red (Jmfxzu), not verified, connected",
    "each line is a message; /help shows the commands, /quit leaves",
  ]);
  assertEquals(program.node?.listeners, 0);
  assert(program.node?.stopped);
});

Deno.test("`chat` begins with the last messages, and says which were never shown", async () => {
  const stored: MessageRecord[] = [
    incoming(1, "old"),
    ownMessage("answer", { position: 2, state: "read" }),
    incoming(3, "one"),
    incoming(4, HOSTILE),
  ];
  await using program = await Harness.make({
    peers,
    history: (node, { unread }) => {
      if (node.seen.length === 0 && unread) return stored.slice(2);
      return unread ? [] : stored;
    },
  });
  assertEquals(await program.run("chat", "red", "--history", "3"), 0);
  assertEquals(program.terminal.outLines, [
    "14:02 you (read): answer",
    "not read yet:",
    "14:02 red: one",
    "14:02 red: \\u{1B}]52;c;aGk=\\u{7}gnp.exe⏎14:02 red: no",
  ]);
  // Only what was printed is marked.
  assertEquals(program.node?.seen.map(({ position }) => position), [3, 4]);
});

Deno.test("`chat --history 0` shows what was never shown, however much it is", async () => {
  const stored = Array.from({ length: 600 }, (_, index) => incoming(index + 1, `${index + 1}`));
  await using program = await Harness.make({ peers, history: () => stored });
  assertEquals(await program.run("chat", "red", "--history", "0"), 0);
  const [heading, ...lines] = program.terminal.outLines;
  assertEquals(heading, "not read yet:");
  assertEquals(lines, stored.map(({ text }) => `14:02 red: ${text}`));
  assertEquals(program.node?.seen.length, 600);
});

Deno.test("`chat` prints what comes, once, and of others only that it came", async () => {
  const stored: MessageRecord[] = [];
  await using program = await Harness.make({
    peers,
    history: () => stored.filter(({ conversation }) => Object(conversation).peerId === RED),
    terminal: { keepOpen: true },
  });
  const talking = program.run("chat", "red");
  const { terminal } = program;
  await terminal.until(({ err }) => err.includes("/quit leaves"));
  const { node } = program;
  arrive(incoming(1, "hello"), stored, node);
  await terminal.until(({ out }) => out.includes("hello"));
  arrive(incoming(2, HOSTILE), stored, node);
  node?.emit({ event: "message", message: incoming(2, HOSTILE) });
  node?.emit({
    event: "message",
    message: receivedMessage(3, { conversation: { kind: "peer", peerId: BLUE }, text: HOSTILE }),
  });
  await terminal.until(({ out }) => out.includes("red: no"));
  node?.emit({ event: "peer-down", peer: activePeer(), departure: "goodbye" });
  node?.emit({ event: "peer-down", peer: blue, departure: "goodbye" });
  node?.emit({ event: "peer-up", peer: activePeer() });
  node?.emit({ event: "notice", text: "the clock was set" });
  terminal.type("/quit");
  assertEquals(await talking, 0);
  const safe = "\\u{1B}]52;c;aGk=\\u{7}gnp.exe⏎14:02 red: no";
  assertEquals(terminal.outLines, ["14:02 red: hello", `14:02 red: ${safe}`]);
  assertEquals(terminal.errLines.slice(4), [
    `(blue: ${safe})`,
    "red left",
    "red is here",
    "the clock was set",
  ]);
  assertEquals(node?.seen.map(({ position }) => position), [1, 2]);
});

Deno.test("`chat` tells states in words, and of what does not get on that it waits", async () => {
  await using program = await Harness.make({ peers, terminal: { keepOpen: true } });
  const talking = program.run("chat", "red");
  const { terminal } = program;
  ["one", "two", "three"].forEach((line) => terminal.type(line));
  await terminal.until(({ out }) => out.includes("queued: 2 more messages"));
  const [one, two] = program.node?.saved ?? [];
  if (one === undefined || two === undefined) throw new Error("they were not saved");
  program.node?.advance(one, "sent");
  program.node?.advance(one, "delivered");
  program.node?.advance(one, "read");
  program.node?.advance(two, "refused", { reason: "\x1b[2Jfull" });
  terminal.type("/quit");
  assertEquals(await talking, 0);
  assertEquals(terminal.outLines, [
    "queued: one",
    "queued: 2 more messages",
    "delivered: one",
    "read: one",
    "refused, \\u{1B}[2Jfull: two",
  ]);
  assertEquals(
    terminal.errLines.at(-1),
    "1 message is not delivered yet: it goes out the next time this profile runs a node, " +
      "such as: p2p-chat listen",
  );
});

Deno.test("`chat` shows what another process writes in the conversation", async () => {
  const stored: MessageRecord[] = [];
  await using program = await Harness.make({
    peers,
    history: () => stored,
    terminal: { keepOpen: true },
  });
  const talking = program.run("chat", "red");
  const { terminal } = program;
  await terminal.until(({ err }) => err.includes("/quit leaves"));
  const other = ownMessage("from elsewhere", { position: 1 });
  stored.push(other);
  program.node?.emit({ event: "state", message: other });
  await terminal.until(({ out }) => out.includes("elsewhere"));
  program.node?.advance(other, "delivered");
  terminal.type("/quit");
  assertEquals(await talking, 0);
  assertEquals(terminal.outLines, [
    "14:02 you (queued): from elsewhere",
    "delivered: from elsewhere",
  ]);
});

Deno.test("`chat` runs slash commands and says what is wrong with others", async () => {
  await using program = await Harness.make({
    peers,
    history: (_, { search }) => search === undefined ? [] : [incoming(1, "lunch?")],
    terminal: {
      input: ["/peers", "/hepl", "/search lunch", "/clear", "/who nobody", "/quit", "x"],
    },
  });
  assertEquals(await program.run("chat", "red", "--history", "0"), 0);
  assertEquals(program.node?.sent, []);
  const [red, second, found, nobody] = program.terminal.outLines;
  assertMatch(red ?? "", /^red \(Jmfxzu\), 192\.168\.1\.20:7000, direct/);
  assertMatch(second ?? "", /^blue /);
  assertEquals(found, "14:02 red: lunch?");
  assertStringIncludes(nobody ?? "", 'error: no peer is known as "nobody"');
  assertEquals(program.terminal.errLines.slice(4), [
    'error: there is no command "/hepl"',
    "hint: did you mean /help? With a second / it is a message",
    "nothing to clear: lines stay as they are",
  ]);
});

Deno.test("`chat` goes on with another peer after `/open`", async () => {
  await using program = await Harness.make({
    peers,
    onSend: deliver,
    connect: (recipient) =>
      Promise.resolve(recipient.kind === "peer" && recipient.peerId === BLUE ? blue : activePeer()),
    terminal: { input: ["one", "/open blue", "two"] },
  });
  assertEquals(await program.run("chat", "red"), 0);
  assertEquals(program.node?.sent.map(({ recipient }) => recipient), [
    { kind: "peer", peerId: RED },
    { kind: "peer", peerId: BLUE },
  ]);
  assertEquals(program.terminal.outLines, ["delivered: one", "delivered: two"]);
  assertStringIncludes(program.terminal.err, "conversation with blue (M4jXBy), not verified");
});

Deno.test("`chat` with an address is with the first peer that answers there", async () => {
  const stored = [incoming(1, "hello from before")];
  await using program = await Harness.make({
    peers,
    history: (_, { conversation }) => conversation?.kind === "peer" ? stored : [],
    terminal: { keepOpen: true },
  });
  const talking = program.run("chat", "10.0.0.1:7000");
  const { terminal } = program;
  await terminal.until(({ out }) => out.includes("hello from before"));
  terminal.type("hi");
  await terminal.until(() => program.node?.sent.length === 1);
  terminal.type("/quit");
  assertEquals(await talking, 0);
  assertEquals(program.node?.sent[0]?.recipient, {
    kind: "peer",
    peerId: RED,
    address: "/ip4/10.0.0.1/tcp/7000",
  });
  assertStringIncludes(terminal.err, "conversation with 10.0.0.1:7000, not connected\n");
  assertStringIncludes(terminal.err, "conversation with red (Jmfxzu)\n");
});

Deno.test("`chat` says what could not be saved, goes on, and ends with 1", async () => {
  await using program = await Harness.make({
    peers,
    start(node) {
      const send = node.send.bind(node);
      node.send = (recipient, text, options) =>
        text === "bad"
          ? Promise.reject(new ChatError("storage-failed", "not saved: \x1bfull", { hint: "wait" }))
          : send(recipient, text, options);
      return Promise.resolve(node);
    },
    onSend: deliver,
    terminal: { input: ["bad", "good"] },
  });
  assertEquals(await program.run("chat", "red"), 1);
  assertEquals(program.terminal.outLines, ["delivered: good"]);
  assertEquals(program.terminal.errLines.slice(4), [
    "error: not saved: \\u{1B}full",
    "hint: wait",
  ]);
});

Deno.test("`chat` ends with 4 for nobody, 130 for Ctrl-C, 0 for SIGTERM and a closed pipe", async () => {
  await using program = await Harness.make({ peers, terminal: { keepOpen: true } });
  assertEquals(await program.run("chat", "nobody"), 4);
  for (const [by, code] of [["SIGINT", 130], ["SIGTERM", 0]] as const) {
    const talking = program.run("chat", "red");
    await program.terminal.until(({ err }) => err.includes("/quit leaves"));
    program.interrupt(by);
    assertEquals(await talking, code);
    assert(program.node?.stopped);
  }
  const talking = program.run("chat", "red");
  await program.terminal.until(({ err }) => err.includes("/quit leaves"));
  program.terminal.close();
  assertEquals(await talking, 0);
});

Deno.test("`chat` tells a history that cannot be read", async () => {
  await using program = await Harness.make({
    peers,
    history() {
      throw new ChatError("storage-failed", "the disk is gone");
    },
    terminal: { keepOpen: true },
  });
  assertEquals(await program.run("chat", "red"), 1);
  assertStringIncludes(program.terminal.err, "error: the disk is gone");
});

Deno.test("`chat` goes on with a node of its own where the one that ran is gone", async () => {
  const stored: MessageRecord[] = [incoming(1, "first")];
  await using program = await Harness.make({
    peers,
    history: () => stored,
    terminal: { keepOpen: true },
  });
  const started = program.nextNode();
  const listening = program.run("listen", "--quiet");
  const owner = await started;
  const stop = program.interruption;
  const talking = program.run("chat", "red");
  const { terminal } = program;
  await terminal.until(({ out }) => out.includes("first"));
  terminal.type("to the first");
  await terminal.until(() => owner.saved.length === 1);
  stored.push(incoming(2, "meanwhile"));
  const next = program.nextNode();
  stop("SIGTERM");
  assertEquals(await listening, 0);
  const own = await next;
  await terminal.until(({ out }) => out.includes("meanwhile"));
  assertStringIncludes(terminal.err, "going on with a node of its own");
  terminal.type("to the second");
  await terminal.until(() => own.saved.length === 2);
  // It asked again for what the first did not tell the end of, under the same id.
  assertEquals(own.saved[0]?.id, owner.saved[0]?.id);
  for (const message of own.saved) own.advance(message, "delivered");
  terminal.endInput();
  assertEquals(await talking, 0);
  assertEquals(terminal.outLines.filter((line) => line.includes(" red:")), [
    "14:02 red: first",
    "14:02 red: meanwhile",
  ]);
  assertEquals(terminal.outLines.filter((line) => line.startsWith("delivered")), [
    "delivered: to the first",
    "delivered: to the second",
  ]);
});

Deno.test("`chat --plain` is line by line on a terminal, and so is one that cannot be drawn on", async () => {
  await using program = await Harness.make({
    peers,
    onSend: deliver,
    now: () => NOW,
    terminal: { interactive: true, colors: true, input: ["hello", "/quit"] },
  });
  assertEquals(await program.run("chat", "red", "--plain"), 0);
  assertEquals(program.terminal.outLines, ["delivered: hello"]);
  assert(!program.terminal.raw);
  assert(!program.terminal.out.includes("\x1b"));
});
