/** What arrived in earlier runs and was never shown, in order, a page at a time. */
import type { ReceivedMessage } from "../history/message_record.ts";
import type { ChatNode } from "../node/chat_node.ts";

/** Enough for few commits, little enough to keep the event loop and the memory free. */
export const UNREAD_PAGE_MESSAGES = 500;

/**
 * Gives each message once, also where what was shown could not be noted (a full disk), so that the
 * node gives it again. To be asked for the next page when the one before was shown and noted.
 */
export async function* unreadPages(
  node: Pick<ChatNode, "unread">,
): AsyncGenerator<readonly ReceivedMessage[], void, void> {
  let last = 0;
  for (let limit = UNREAD_PAGE_MESSAGES;;) {
    const found = await node.unread(limit);
    const page = found.filter(({ position }) => position > last);
    last = page.at(-1)?.position ?? last;
    if (page.length > 0) yield page;
    if (found.length < limit) return;
    limit = UNREAD_PAGE_MESSAGES + found.length - page.length;
  }
}
