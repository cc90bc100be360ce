import { assertEquals } from "@std/assert";
import type { MessageRecord } from "../../src/history/message_record.ts";
import { messagesAround, searchMessages } from "../../src/menu/search_messages.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { activePeer, BLUE, TwinNode } from "../commands/twin_node.ts";
import { ownMessage, receivedMessage } from "./messages.ts";
import { NODE_INIT, openMenuTwin, transcript, untilAsked } from "./open_menu_twin.ts";

const FROM_BLUE = { conversation: { kind: "peer", peerId: BLUE } } as const;

/** Every hundredth message is from red, all others from blue. */
const MESSAGES: readonly MessageRecord[] = Array.from({ length: 2_000 }, (_, index) => {
  const position = index + 1;
  return receivedMessage(position, position % 100 === 0 ? {} : FROM_BLUE);
});

const LUNCH: readonly MessageRecord[] = [
  receivedMessage(1, { text: "shall we" }),
  ownMessage("have lunch?", { position: 2 }),
  receivedMessage(3, { text: "lunch is good" }),
];

function withMessages(messages = MESSAGES): TwinNode {
  return new TwinNode(NODE_INIT, {
    peers: [activePeer(), activePeer({ peerId: BLUE, name: "blue" })],
    history: (_node, { conversation, search = "" }) =>
      messages.filter((each) =>
        each.text.includes(search) && (conversation === undefined ||
          JSON.stringify(each.conversation) === JSON.stringify(conversation))
      ),
  });
}

Deno.test("`messagesAround()` gives those of the conversation, however far away they are", async () => {
  const positions = async (position: number) =>
    (await messagesAround(receivedMessage(position), withMessages())).map((each) => each.position);
  assertEquals(
    await positions(1_000),
    [300, 400, 500, 600, 700, 800, 900, 1_000, 1_100, 1_200, 1_300, 1_400, 1_500, 1_600, 1_700],
  );
  assertEquals(await positions(200), [100, 200, 300, 400, 500, 600, 700, 800, 900]);
  assertEquals((await positions(2_000)).at(-1), 2_000);
});

Deno.test("`searchMessages()` finds, shows what is around, and goes back step by step", async () => {
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true, columns: 60 });
  using menu = openMenuTwin(withMessages(LUNCH), terminal);
  const ended = searchMessages(menu);
  await untilAsked(terminal, 1, "? Search for");
  terminal.press("dinner\r");
  await untilAsked(terminal, 2, "? Search for");
  terminal.press("lunch\r");
  await untilAsked(terminal, 3, "> lunch is good");
  assertEquals(transcript(terminal).slice(-5, -2), [
    "? Found 2",
    "> lunch is good  red, 22 Nov 2026",
    "  have lunch?    red, 22 Nov 2026",
  ]);
  terminal.press("\x1b[B\r");
  // In its conversation, with what is around it, on the alternate screen.
  await terminal.until(({ out }) => {
    const shown = out.split("\x1b[?1049h")[1] ?? "";
    return ["shall we", "▌", "have ", " is good"].every((part) => shown.includes(part));
  });
  terminal.press("\x1b");
  await terminal.until(({ out }) =>
    out.split("\x1b[?1049l")[1]?.includes("> have lunch?") === true
  );
  terminal.press("\x1b");
  await terminal.until(({ out }) => out.split("\x1b[?1049l")[1]?.includes("? Search for") === true);
  terminal.press("\x15\x7f\r");
  await ended;
});

Deno.test("`searchMessages()` in a pipe tells what is around what was chosen", async () => {
  const terminal = new MemoryTerminal({ input: ["dinner", "lunch", "2", "0", ""] });
  using menu = openMenuTwin(withMessages(LUNCH), terminal);
  await searchMessages(menu);
  assertEquals(terminal.outLines.filter((line) => /^(>|no| {2}Sun| {2}\d\d:)/.test(line)), [
    'no message contains "dinner"',
    "  Sun 22 Nov 2026",
    "  14:02              red: shall we",
    "> 14:02 …  queued    you to red: have lunch?",
    "  14:02              red: lunch is good",
  ]);
});
