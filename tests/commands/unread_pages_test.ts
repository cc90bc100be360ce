import { assertEquals } from "@std/assert";
import type { ReceivedMessage } from "../../src/history/message_record.ts";
import { UNREAD_PAGE_MESSAGES, unreadPages } from "../../src/commands/unread_pages.ts";
import { NOW, RED } from "./twin_node.ts";

function message(position: number): ReceivedMessage {
  return {
    direction: "in",
    position,
    id: `018f0000-0000-7000-8000-${String(position).padStart(12, "0")}`,
    conversation: { kind: "peer", peerId: RED },
    text: `text ${position}`,
    sentAt: NOW,
    receivedAt: NOW,
    replyTo: undefined,
  };
}

/** What is unread; `note` may fail to take messages out of it. */
function inbox(count: number) {
  let waiting = Array.from({ length: count }, (_, index) => message(3 * index + 1));
  return {
    unread: (limit: number, { after = 0 }: { readonly after?: number } = {}) =>
      Promise.resolve(waiting.filter(({ position }) => position > after).slice(0, limit)),
    note(shown: readonly ReceivedMessage[]) {
      waiting = waiting.filter((each) => !shown.includes(each));
    },
  };
}

Deno.test("`unreadPages()` gives all messages in order, a page at a time", async () => {
  for (const count of [0, 1, UNREAD_PAGE_MESSAGES, UNREAD_PAGE_MESSAGES + 1, 1_700]) {
    const node = inbox(count);
    const all = await node.unread(Infinity);
    const shown: ReceivedMessage[] = [];
    for await (const page of unreadPages(node)) {
      assertEquals(page.length <= UNREAD_PAGE_MESSAGES && page.length > 0, true);
      shown.push(...page);
      node.note(page);
    }
    assertEquals(shown, all);
    assertEquals(await node.unread(1), []);
  }
});

Deno.test("`unreadPages()` gives each message once where it cannot be noted, or not always", async () => {
  for (const noted of [() => false, (page: number) => page % 2 === 0]) {
    const node = inbox(1_700);
    const all = await node.unread(Infinity);
    const shown: ReceivedMessage[] = [];
    let count = 0;
    for await (const page of unreadPages(node)) {
      shown.push(...page);
      if (noted(count++)) node.note(page);
    }
    assertEquals(shown, all);
  }
});
