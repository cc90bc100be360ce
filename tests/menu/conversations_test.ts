import { assertEquals } from "@std/assert";
import type { MessageRecord } from "../../src/history/message_record.ts";
import { showConversations } from "../../src/menu/conversations.ts";
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
    conversations: () =>
      [...new Map(messages.map((last) => [JSON.stringify(last.conversation), last])).values()]
        .map((last) => ({
          conversation: last.conversation,
          last,
          unread: messages.filter(({ direction, conversation }) =>
            direction === "in" && JSON.stringify(conversation) === JSON.stringify(last.conversation)
          ).length,
          waiting: 0,
        }))
        .sort((one, other) =>
          other.last.position - one.last.position
        ),
    onSend: (message, node) => node.advance(message, "delivered"),
  });
}

function onScreen(columns = 40): MemoryTerminal {
  return new MemoryTerminal({ interactive: true, keepOpen: true, columns });
}

Deno.test("`showConversations()` opens a conversation on the whole screen, and Escape leads back", async () => {
  const node = withMessages();
  const terminal = onScreen(80);
  using menu = openMenuTwin(node, terminal);
  const ended = showConversations(menu);
  await untilAsked(terminal, 1, "> blue");
  terminal.press("\x1b[B\r");
  // On the alternate screen.
  await terminal.until(({ out }) => out.split("\x1b[?1049h")[1]?.includes("message 4") === true);
  terminal.press("hello\r");
  while (node.sent.length === 0) await new Promise((turn) => setTimeout(turn, 1));
  terminal.press("\x1b");
  // Behind the end of the alternate screen.
  await terminal.until(({ out }) => out.split("\x1b[?1049l")[1]?.includes("> red") === true);
  terminal.press("\x1b");
  await ended;
  assertEquals(node.sent.map(({ text }) => text), ["hello"]);
  assertEquals(node.seen.map(({ position }) => position), [1, 4]);
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
