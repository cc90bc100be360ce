import { assertEquals, assertRejects } from "@std/assert";
import { showMissed, showUnread } from "../../src/menu/unread_messages.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { TwinNode } from "../commands/twin_node.ts";
import { receivedMessage } from "./messages.ts";
import { NODE_INIT, openMenuTwin } from "./open_menu_twin.ts";

function unreadNode(count: number): TwinNode {
  const unread = Array.from({ length: count }, (_, index) => receivedMessage(index + 1));
  return new TwinNode(NODE_INIT, { unread });
}

Deno.test("`showMissed()` shows what arrived meanwhile, in order, and marks it", async () => {
  const node = unreadNode(3);
  using menu = openMenuTwin(node);
  await showMissed(menu);
  assertEquals(menu.terminal.outLines, [
    "3 messages arrived while you were away",
    "Sun 22 Nov 2026",
    "14:02 red: message 1",
    "14:02 red: message 2",
    "14:02 red: message 3",
  ]);
  assertEquals(node.seen.map(({ position }) => position), [1, 2, 3]);
});

Deno.test("`showMissed()` makes messages harmless, and says nothing where there are none", async () => {
  const unread = [receivedMessage(1, { text: "hello\x1b[2J\nred: forged" })];
  using menu = openMenuTwin(new TwinNode(NODE_INIT, { unread }));
  await showMissed(menu);
  assertEquals(menu.terminal.outLines.at(-1), "14:02 red: hello\\u{1B}[2J⏎red: forged");
  const lines = menu.terminal.outLines.length;
  await showMissed(menu);
  assertEquals(menu.terminal.outLines.length, lines);
});

Deno.test("`showUnread()` on a screen shows a page, and leaves the rest unread", async () => {
  const node = unreadNode(40);
  using menu = openMenuTwin(node, new MemoryTerminal({ interactive: true }));
  await showMissed(menu);
  const pages = [menu.terminal.outLines.length];
  assertEquals(menu.terminal.outLines.at(-1), '25 more: see "Unread messages"');
  assertEquals([node.seen.length, (await node.counts()).unread], [15, 25]);
  await showUnread(menu);
  pages.push(menu.terminal.outLines.length);
  await showUnread(menu);
  assertEquals(menu.terminal.outLines.at(-1), "14:02 red: message 40");
  assertEquals(node.seen.map(({ position }) => position), positions(40));
  assertEquals(pages, [18, 35]);
});

Deno.test("`showUnread()` line by line shows everything at once", async () => {
  const node = unreadNode(1_201);
  using menu = openMenuTwin(node);
  await showMissed(menu);
  assertEquals(menu.terminal.outLines[0], "1201 messages arrived while you were away");
  assertEquals(menu.terminal.outLines.at(-1), "14:02 red: message 1201");
  assertEquals(node.seen.map(({ position }) => position), positions(1_201));
});

Deno.test("`showUnread()` marks nothing that could not be written", async () => {
  const node = unreadNode(3);
  using menu = openMenuTwin(node);
  menu.terminal.close();
  await showMissed(menu);
  assertEquals(node.seen, []);
});

/** Takes lines, but never hands them to anybody. */
class StuckTerminal extends MemoryTerminal {
  override flush(): Promise<void> {
    return new Promise(() => {});
  }
}

Deno.test("`showUnread()` gives up on a terminal that stands still when the menu ends", async () => {
  const node = unreadNode(3);
  using menu = openMenuTwin(node, new StuckTerminal());
  const ending = new AbortController();
  const showing = showMissed({ ...menu, signal: ending.signal });
  ending.abort(new Error("the end"));
  await assertRejects(() => showing, Error, "the end");
  assertEquals(node.seen, []);
});

function positions(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
