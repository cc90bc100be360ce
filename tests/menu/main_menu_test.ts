import { assertEquals } from "@std/assert";
import type { OutboxEntry } from "../../src/history/mod.ts";
import { ChatError } from "../../src/errors.ts";
import { entries, mainMenu } from "../../src/menu/main_menu.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { TwinNode } from "../commands/twin_node.ts";
import { outboxEntry, ownMessage, receivedMessage } from "./messages.ts";
import { type MenuTwin, NODE_INIT, openMenuTwin, untilAsked } from "./open_menu_twin.ts";

const BESIDE = {
  folder: "/profile",
  settings: () => Promise.resolve(false),
  doctor: () => Promise.resolve(),
};

function onScreen(node: TwinNode): MenuTwin {
  return openMenuTwin(node, new MemoryTerminal({ interactive: true, keepOpen: true }));
}

/** Counts how often a question was drawn anew. */
function questions({ out }: MemoryTerminal): number {
  return out.split("\x1b[?2004h").length - 1;
}

Deno.test("`entries()` says how many messages wait and are unread, where any do", () => {
  const names = (interactive: boolean, waiting: number, unread: number) =>
    entries(interactive, { waiting, unread }).map(({ name }) => name);
  assertEquals(names(true, 3, 25).slice(3, 8), [
    "History",
    "Conversations",
    "Unread messages (25)",
    "Search messages",
    "Outbox (3 waiting)",
  ]);
  assertEquals(names(true, 0, 0).slice(4, 7), ["Conversations", "Search messages", "Outbox"]);
  assertEquals(names(false, 1_000, 0)[6], "Outbox (1000 waiting)");
});

Deno.test("`entries()` keeps the numbers that scripts answer with", () => {
  for (const interactive of [true, false]) {
    const numbers = new Map(
      entries(interactive, { waiting: 0, unread: 1 }).map(({ value, number }) => [value, number]),
    );
    assertEquals(Object.fromEntries(numbers), {
      send: 1,
      peers: 2,
      connect: 3,
      history: 4,
      address: 5,
      settings: 6,
      outbox: 7,
      why: 8,
      unread: 9,
      contacts: 10,
      conversations: 11,
      search: 12,
      doctor: 13,
      quit: 0,
    });
  }
});

Deno.test("`mainMenu()` is drawn anew when the number of waiting messages changes", async () => {
  const outbox: OutboxEntry[] = [outboxEntry("a"), outboxEntry("b")];
  const node = new TwinNode(NODE_INIT, { outbox });
  using menu = onScreen(node);
  const { terminal } = menu;
  const ended = mainMenu(menu, BESIDE);
  await untilAsked(terminal, 1, "Outbox (2 waiting)");
  outbox.pop();
  node.advance(ownMessage("b"), "delivered");
  await untilAsked(terminal, 2, "Outbox (1 waiting)");
  outbox.pop();
  node.advance(ownMessage("a"), "delivered");
  await untilAsked(terminal, 3, "> Send message");
  terminal.press("\x1b[A\r");
  assertEquals(await ended, "quit");
});

Deno.test("`mainMenu()` does not jump under the fingers of a person", async () => {
  const outbox: OutboxEntry[] = [outboxEntry("a")];
  const node = new TwinNode(NODE_INIT, { outbox });
  using menu = onScreen(node);
  const { terminal } = menu;
  const ended = mainMenu(menu, BESIDE);
  await untilAsked(terminal, 1, "> Send message");
  terminal.press("\x1b[A");
  await untilAsked(terminal, 1, "> Quit");
  outbox.pop();
  node.advance(ownMessage("a"), "delivered");
  // The same again for what is not touched: when it is drawn anew, the other could have been.
  const other = new TwinNode(NODE_INIT, { outbox: [] });
  using beside = onScreen(other);
  const otherEnded = mainMenu(beside, BESIDE);
  await untilAsked(beside.terminal, 1, "> Send message");
  const waiting = [outboxEntry("b")];
  other.outbox = () => Promise.resolve(waiting);
  other.advance(ownMessage("b"), "queued");
  await untilAsked(beside.terminal, 2, "Outbox (1 waiting)");
  assertEquals(questions(terminal), 1);
  terminal.press("\r");
  assertEquals(await ended, "quit");
  beside.terminal.press("\x1b[A\r");
  await otherEnded;
});

Deno.test("`mainMenu()` leads through the unread pages with Enter, then back to writing", async () => {
  const unread = Array.from({ length: 20 }, (_, index) => receivedMessage(index + 1));
  const node = new TwinNode(NODE_INIT, { unread });
  using menu = onScreen(node);
  const { terminal } = menu;
  const ended = mainMenu(menu, BESIDE);
  await untilAsked(terminal, 1, "> Unread messages (20)");
  terminal.press("\r");
  await untilAsked(terminal, 2, "> Unread messages (5)");
  terminal.press("\r");
  await untilAsked(terminal, 3, "> Send message");
  assertEquals(node.seen, unread);
  terminal.press("\x1b[A\r");
  assertEquals(await ended, "quit");
});

Deno.test("`mainMenu()` is there without its counts where the database cannot be read", async () => {
  const node = new TwinNode(NODE_INIT);
  node.outbox = () => Promise.reject(new ChatError("storage-failed", "the disk is gone"));
  using menu = openMenuTwin(node, new MemoryTerminal({ input: ["7", "0"] }));
  assertEquals(await mainMenu(menu, BESIDE), "quit");
  assertEquals(menu.terminal.errLines, ["error: the disk is gone"]);
});
