import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { readConfigFile } from "../../src/config/config_file.ts";
import { ChatError } from "../../src/errors.ts";
import type { OwnMessage } from "../../src/history/message_record.ts";
import { Harness, type HarnessOptions } from "../commands/harness.ts";
import { activePeer, NOW, RED, type TwinNode } from "../commands/twin_node.ts";
import { outboxEntry, ownMessage, receivedMessage } from "./messages.ts";
import { freePort, transcript, untilAsked } from "./open_menu_twin.ts";

const deliver = (message: OwnMessage, node: TwinNode) => node.advance(message, "delivered");
/** Flags with which nothing is asked first. */
const SAID = ["menu", "--name", "me", "--port", "7123"];
const MENU = [
  "What next?",
  "   1  Send message",
  "   2  Query active peers",
  "   3  Connect to active peers",
  "   4  History",
  "   5  My address",
  "   6  Settings",
  "   7  Outbox",
  "   8  Why is a peer not reached?",
  "  10  Contacts",
  "  11  Conversations",
  "  12  Search messages",
  "  13  Doctor: is all in order?",
  "   0  Quit",
  "Number:",
];

function piped(input: readonly string[], options: HarnessOptions = {}): Promise<Harness> {
  return Harness.make({ ...options, terminal: { input } });
}

function onScreen(options: HarnessOptions = {}): Promise<Harness> {
  return Harness.make({
    ...options,
    terminal: { interactive: true, keepOpen: true, columns: 100, rows: 40 },
  });
}

async function configFile(program: Harness): Promise<unknown> {
  return Object.fromEntries(await readConfigFile(`${program.home}/default/config.json`));
}

Deno.test("`menu` asks line by line at the first start, saves the answers, and asks once", async () => {
  const port = freePort();
  await using program = await piped(["red", "127.0.0.1", `${port}`, "0"]);
  assertEquals(await program.run(), 0);
  const proposed = program.terminal.outLines[4] ?? "";
  assertMatch(proposed, /^Port \[\d+\]:$/);
  assertEquals(program.terminal.outLines, [
    "Welcome to p2p-chat: chat from peer to peer, without a server.",
    "Enter takes what is proposed; everything can be changed later under Settings.",
    "Team name [peer]:",
    "IP address to listen on [all interfaces]:",
    proposed,
    `red is listening on 127.0.0.1:${port}`,
    "no active peers yet",
    ...MENU,
    "Goodbye.",
  ]);
  assertEquals(await configFile(program), { name: "red", host: "127.0.0.1", port });
  const { node } = program;
  assertEquals([node?.init.listen, node?.stopped, node?.listeners], ["configured", true, 0]);
  assertEquals(node?.init.config.name, "red");

  await program.run();
  assertEquals(program.terminal.outLines.slice(0, 3), [
    `red is listening on 127.0.0.1:${port}`,
    "no active peers yet",
    "What next?",
  ]);
});

Deno.test("`menu` asks a script nothing first where a flag or variable says anything", async () => {
  await using program = await piped(["0"], { env: { P2P_CHAT_NAME: "blue" } });
  assertEquals(await program.run(), 0);
  assertEquals(program.terminal.outLines[0], "blue is listening on 127.0.0.1:7000");
  assertEquals([...Deno.readDirSync(`${program.home}/default`)].map(({ name }) => name).sort(), [
    "identity.key",
    "lock",
  ]);
});

Deno.test("`menu` sends to an address by line, and says what became of it before it asks on", async () => {
  let time = NOW;
  await using program = await piped(["1", "127.0.0.1:7001", "hello", "0"], {
    now: () => time,
    onSend(message, node) {
      time += 12;
      deliver(message, node);
    },
  });
  assertEquals(await program.run(...SAID), 0);
  assertEquals(program.node?.sent, [
    { recipient: { kind: "address", address: "/ip4/127.0.0.1/tcp/7001" }, text: "hello" },
  ]);
  assertEquals(program.terminal.outLines.slice(2), [
    ...MENU,
    "To (host:port; empty: back):",
    "Message to 127.0.0.1:7001:",
    "✓ delivered to 127.0.0.1:7001 in 12 ms",
    ...MENU,
    "Goodbye.",
  ]);
});

Deno.test("`menu` sends to a peer of the list by number, and an empty text sends nothing", async () => {
  const input = ["1", "1", "hello", "1", "", "1", "nobody", "red", "", "0"];
  await using program = await piped(input, { peers: [activePeer()], onSend: deliver });
  assertEquals(await program.run(...SAID), 0);
  assertEquals(program.node?.sent, [
    { recipient: { kind: "peer", peerId: RED }, text: "hello" },
  ]);
  const { out } = program.terminal;
  assertStringIncludes(out, "delivered to red (Jmfxzu) in 0 ms\n");
  assertStringIncludes(out, 'no peer is known as "nobody"');
  assertStringIncludes(out, "nothing sent: the message is empty\n");
});

Deno.test("`menu` shows peers, connections, history and the own address by line", async () => {
  await using program = await piped(["2", "3", "4", "", "5", "0"], {
    peers: [activePeer()],
    connectAll: () => Promise.resolve([{ target: "red", peer: activePeer(), error: undefined }]),
  });
  assertEquals(await program.run(...SAID), 0);
  const lines = program.terminal.outLines;
  assertEquals(lines[1], "1 active peer: red");
  for (
    const expected of [
      "red   Jmfxzu   192.168.1.20:7000  direct  0.4 ms  asked for  3 min  2 s ago",
      "red   connected  red (Jmfxzu) at 192.168.1.20:7000",
      "no messages",
      "name         me",
      "address      127.0.0.1:7123",
      `profile      ${program.home}/default`,
    ]
  ) assertEquals(lines.filter((line) => line === expected).length, 1, expected);
});

Deno.test("`menu` tells what happens meanwhile", async () => {
  await using program = await Harness.make({ terminal: { keepOpen: true } });
  const started = program.nextNode();
  const ended = program.run(...SAID);
  const node = await started;
  await program.terminal.until(({ outLines }) => outLines.at(-1) === "Number:");
  node.emit({ event: "peer-up", peer: activePeer() });
  assertEquals(
    program.terminal.outLines.at(-1),
    "14:02 red is here (192.168.1.20:7000, asked for)",
  );
  program.terminal.type("0");
  assertEquals(await ended, 0);
});

Deno.test("`menu` starts the node anew when settings were changed", async () => {
  await using program = await piped(["6", "1", "blue", "0", "6", "0", "0"], {
    env: { P2P_CHAT_PORT: "7123" },
  });
  const nodes: TwinNode[] = [];
  program.nextNode().then((node) => nodes.push(node));
  assertEquals(await program.run(), 0);
  assert(nodes[0]?.stopped);
  assert(nodes[0] !== program.node);
  assertEquals(program.node?.init.config.name, "blue");
  const { outLines } = program.terminal;
  assertEquals(outLines.filter((line) => / is listening on /.test(line)), [
    "peer is listening on 127.0.0.1:7123",
    "blue is listening on 127.0.0.1:7123",
  ]);
});

Deno.test("`menu` ends with 0 and a goodbye at the end of its input", async () => {
  for (const [args, input] of [[SAID, []], [SAID, ["1"]], [[], ["red"]]] as const) {
    await using program = await piped(input);
    assertEquals(await program.run(...args), 0);
    assertEquals(program.terminal.outLines.at(-1), "Goodbye.");
    assert(program.node?.stopped ?? true);
  }
});

Deno.test("`menu` says in the menu and at its end how many messages wait", async () => {
  for (const [input, code] of [[["0"], 0], [[], 0]] as const) {
    const outbox = [outboxEntry("a"), outboxEntry("b")];
    await using program = await piped(input, { outbox });
    assertEquals(await program.run(...SAID), code);
    const { outLines } = program.terminal;
    assertEquals(outLines.filter((line) => line === "   7  Outbox (2 waiting)").length, 1);
    assertEquals(outLines.slice(-2), [
      "2 messages not delivered yet: p2p-chat tries again when it runs",
      "Goodbye.",
    ]);
  }
});

Deno.test("`menu` shows first what arrived while nobody was there, and marks it", async () => {
  const unread = [receivedMessage(1), receivedMessage(2)];
  await using program = await piped(["0"], { unread });
  assertEquals(await program.run(...SAID), 0);
  assertEquals(program.terminal.outLines.slice(0, 6), [
    "me is listening on 127.0.0.1:7123",
    "2 messages arrived while you were away",
    "Sun 22 Nov 2026",
    "14:02 red: message 1",
    "14:02 red: message 2",
    "no active peers yet",
  ]);
  assertEquals(program.node?.seen, unread);
});

Deno.test("`menu` marks what arrives when its line is written, not where nobody reads", async () => {
  for (const isRead of [true, false]) {
    await using program = await Harness.make({ terminal: { keepOpen: true } });
    const started = program.nextNode();
    const ended = program.run(...SAID);
    const node = await started;
    await program.terminal.until(({ outLines }) => outLines.at(-1) === "Number:");
    if (!isRead) program.terminal.close();
    const message = receivedMessage(1);
    node.emit({ event: "message", message });
    if (isRead) program.terminal.type("0");
    assertEquals(await ended, 0);
    assertEquals(node.seen, isRead ? [message] : []);
  }
});

Deno.test("`menu` tells the rest of a burst before it says goodbye", async () => {
  await using program = await Harness.make({ terminal: { keepOpen: true } });
  const started = program.nextNode();
  const ended = program.run(...SAID);
  const node = await started;
  await program.terminal.until(({ outLines }) => outLines.at(-1) === "Number:");
  for (const id of ["a", "b", "c"]) node.advance(ownMessage(id), "delivered");
  program.terminal.type("0");
  assertEquals(await ended, 0);
  assertEquals(program.terminal.outLines.slice(-3), [
    "14:02 ✓ delivered to red: a",
    "14:02 ✓ delivered to red: 2 more messages",
    "Goodbye.",
  ]);
});

Deno.test("`menu` goes on after what went wrong", async () => {
  await using program = await piped(["3", "2", "0"], {
    connectAll: () => Promise.reject(new ChatError("storage-failed", "the disk is full")),
  });
  assertEquals(await program.run(...SAID), 0);
  assertEquals(program.terminal.errLines.at(-1), "error: the disk is full");
  assertStringIncludes(program.terminal.out, "nobody is here at the moment");
});

Deno.test("`menu` stops its node and reports where an error is a defect", async () => {
  await using program = await piped(["3", "0"], {
    connectAll: () => Promise.reject(new TypeError("a defect")),
  });
  assertEquals(await program.run(...SAID), 1);
  assertStringIncludes(program.terminal.err, "a defect");
  assert(program.node?.stopped);
});

Deno.test("`menu` ends with 130 on SIGINT, and with 0 when it is told to stop", async () => {
  for (const [by, code] of [["SIGINT", 130], ["SIGTERM", 0], ["SIGHUP", 0]] as const) {
    await using program = await Harness.make({ terminal: { keepOpen: true } });
    const ended = program.run(...SAID);
    await program.terminal.until(({ outLines }) => outLines.at(-1) === "Number:");
    program.interrupt(by);
    assertEquals(await ended, code, by);
    assertEquals(program.terminal.outLines.at(-1), "Goodbye.");
    assert(program.node?.stopped);
  }
});

Deno.test("`menu` ends with 0 when its reader closes the pipe", async () => {
  await using program = await Harness.make({ terminal: { keepOpen: true } });
  const ended = program.run(...SAID);
  await program.terminal.until(({ outLines }) => outLines.at(-1) === "Number:");
  program.terminal.close();
  assertEquals(await ended, 0);
  assert(program.node?.stopped);
});

Deno.test("`menu` reports why its node cannot start", async () => {
  await using program = await piped(["0"], {
    start: () => Promise.reject(new ChatError("cannot-listen", "port 7000 is in use")),
  });
  assertEquals(await program.run(...SAID), 1);
  assertEquals(program.terminal.errLines.at(-1), "error: port 7000 is in use");
});

Deno.test("`menu` asks a person for another port for this run where it is taken", async () => {
  let starts = 0;
  await using program = await onScreen({
    start: (node) =>
      starts++ === 0
        ? Promise.reject(new ChatError("cannot-listen", "port 7000 is in use"))
        : Promise.resolve(node),
  });
  const ended = program.run(...SAID, "--host", "127.0.0.1");
  await untilAsked(program.terminal, 1, "? Port");
  program.terminal.press("0\r");
  await untilAsked(program.terminal, 2, "> Send message");
  program.terminal.press("\x03");
  assertEquals(await ended, 130);
  assertEquals(program.terminal.errLines.at(-1), "error: port 7000 is in use");
});

Deno.test("`menu` on a screen asks what flags do not say, then sends with the arrow keys", async () => {
  await using program = await onScreen({ peers: [activePeer()], onSend: deliver });
  const { terminal } = program;
  const started = program.nextNode();
  const ended = program.run("menu", "--port", "7123");
  const screen = program.terminal;
  assert(screen !== terminal);
  await untilAsked(screen, 1, "? Team name");
  screen.press("me\r");
  await untilAsked(screen, 2, "? IP address");
  screen.press("\r");
  const node = await started;
  await untilAsked(screen, 3, "> Send message");
  screen.press("\r");
  await untilAsked(screen, 4, "> red");
  screen.press("\r");
  await untilAsked(screen, 5, "? Message to red");
  screen.press("hel");
  await screen.until(() => transcript(screen).at(-1) === "? Message to red hel");
  node.emit({ event: "peer-down", peer: activePeer(), departure: "lost" });
  screen.press("lo\r");
  await untilAsked(screen, 6, "> Send message");
  screen.press("\x1b[A\r");
  assertEquals(await ended, 0);
  assertEquals(node.sent, [{ recipient: { kind: "peer", peerId: RED }, text: "hello" }]);
  assertEquals(transcript(screen).slice(2), [
    "✔ Team name me",
    "✔ IP address to listen on all interfaces",
    "me is listening on 127.0.0.1:7123",
    "1 active peer: red",
    "✔ What next? Send message",
    "✔ To red",
    "14:02 red is gone: no answer any more",
    "✔ Message to red hello",
    "✓ delivered to red (Jmfxzu) in 0 ms",
    "✔ What next? Quit",
    "Goodbye.",
  ]);
  assertEquals(await configFile(program), { name: "me", host: "0.0.0.0" });
});

Deno.test("`menu` on a screen asks for an address, and Escape goes back", async () => {
  await using program = await onScreen();
  const ended = program.run(...SAID, "--host", "127.0.0.1");
  const { terminal } = program;
  await untilAsked(terminal, 1, "> Send message");
  terminal.press("\r");
  await untilAsked(terminal, 2, "? Address, host:port");
  terminal.press("here\r");
  await untilAsked(terminal, 2, 'no peer is known as "here"');
  terminal.press("\x1b");
  await untilAsked(terminal, 3, "> Send message");
  terminal.press("\x1b");
  await untilAsked(terminal, 4, "> Send message");
  terminal.press("\x04");
  assertEquals(await ended, 0);
  assertEquals(transcript(terminal).at(-1), "Goodbye.");
  assertEquals(program.node?.sent, []);
});

Deno.test("`menu` makes everything of a peer harmless", async () => {
  const evil = activePeer({ address: "/x/\x1b]52;c;eA==\x07\n" });
  await using program = await piped(["2", "3", "1", "1", "hello", "0"], {
    peers: [evil],
    connectAll: () => Promise.resolve([{ target: "a\x1b[2J", peer: evil, error: undefined }]),
    onSend: (message, node) => node.advance(message, "refused", { reason: "\x1b[2J\u202e" }),
  });
  assertEquals(await program.run(...SAID), 0);
  const { out } = program.terminal;
  assertStringIncludes(out, "✗ refused by red: \\u{1B}[2J\n");
  assertEquals(out.match(/[\p{Cc}\u202e]/gu)?.filter((found) => found !== "\n"), []);
});
