import { assertEquals } from "@std/assert";
import type { MessageRecord } from "../../src/history/message_record.ts";
import { listConversations, showConversations } from "../../src/menu/conversations.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { activePeer, BLUE, TwinNode } from "../commands/twin_node.ts";
import { ownMessage, receivedMessage } from "./messages.ts";
import { NODE_INIT, openMenuTwin, transcript, untilAsked } from "./open_menu_twin.ts";

const ADDRESS = { kind: "address", address: "/ip4/127.0.0.1/tcp/7001" } as const;
const FROM_BLUE = { conversation: { kind: "peer", peerId: BLUE } } as const;
const MESSAGES: readonly MessageRecord[] = [
  receivedMessage(1),
  receivedMessage(2, FROM_BLUE),
  ownMessage("to an address", { position: 3, conversation: ADDRESS }),
  receivedMessage(4),
  ownMessage("rather long, longer than a row", { position: 5, ...FROM_BLUE }),
];

function withMessages(messages = MESSAGES): TwinNode {
  return new TwinNode(NODE_INIT, {
    peers: [activePeer(), activePeer({ peerId: BLUE, name: "blue" })],
    history: (_node, { conversation }) =>
      messages.filter((each) =>
        conversation === undefined ||
        JSON.stringify(each.conversation) === JSON.stringify(conversation)
      ),
    onSend: (message, node) => node.advance(message, "delivered"),
  });
}

function onScreen(columns = 40): MemoryTerminal {
  return new MemoryTerminal({ interactive: true, keepOpen: true, columns });
}

Deno.test("`listConversations()` gives the newest first, with what is unread", async () => {
  const node = withMessages();
  await node.shown([receivedMessage(2, FROM_BLUE)]);
  const listed = await listConversations(node);
  assertEquals(listed.map(({ unread, last }) => [unread, last.position]), [[0, 5], [2, 4], [0, 3]]);
  assertEquals(await listConversations(withMessages([])), []);
});

Deno.test("`showConversations()` leads through the last messages to writing, and back by Escape", async () => {
  const node = withMessages();
  const terminal = onScreen();
  using menu = openMenuTwin(node, terminal);
  const ended = showConversations(menu);
  await untilAsked(terminal, 1, "> blue");
  terminal.press("\x1b[B\r");
  await untilAsked(terminal, 2, "? Message to red");
  terminal.press("hello\r");
  await untilAsked(terminal, 3, "? Message to red");
  terminal.press("\x1b");
  await untilAsked(terminal, 4, "> red");
  terminal.press("\x1b");
  await ended;
  assertEquals(node.sent.map(({ text }) => text), ["hello"]);
  await menu.shown.settled();
  assertEquals(node.seen.map(({ position }) => position), [1, 4]);
  assertEquals(transcript(terminal), [
    "✔ Conversation red",
    "Sun 22 Nov 2026",
    "14:02 red: message 1",
    "14:02 red: message 4",
    "✔ Message to red hello",
    "✓ delivered to red (Jmfxzu) in 0 ms",
  ]);
});

Deno.test("`showConversations()` has name, count and last text on rows of 40 columns", async () => {
  const terminal = onScreen();
  using menu = openMenuTwin(withMessages(), terminal);
  const ended = showConversations(menu);
  await untilAsked(terminal, 1, "> blue");
  assertEquals(transcript(terminal).slice(0, 4), [
    "? Conversation",
    "> blue            1 unread, you: rathe…",
    "  red             2 unread, message 4",
    "  127.0.0.1:7001  you: to an address",
  ]);
  terminal.press("\x1b");
  await ended;
});

Deno.test("`showConversations()` makes texts and names harmless", async () => {
  const terminal = onScreen();
  const evil = receivedMessage(1, { text: "\x1b[2J\u202e\n" });
  using menu = openMenuTwin(withMessages([evil]), terminal);
  const ended = showConversations(menu);
  await untilAsked(terminal, 1, "> red");
  assertEquals(transcript(terminal)[1], "> red  1 unread, \\u{1B}[2J⏎");
  terminal.press("\x1b");
  await ended;
});

Deno.test("`showConversations()` says how the first one begins", async () => {
  const terminal = onScreen();
  using menu = openMenuTwin(withMessages([]), terminal);
  await showConversations(menu);
  assertEquals(terminal.outLines, ["no conversations yet: a message begins the first one"]);
});
