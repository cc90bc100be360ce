/** What arrived in earlier runs and was never shown, in order, a page at a time. */
import type { ReceivedMessage } from "../history/message_record.ts";
import type { ChatNode } from "../node/chat_node.ts";

/** Enough for few commits, little enough to keep the event loop and the memory free. */
export const UNREAD_PAGE_MESSAGES = 500;

/**
 * Gives each message once, also where what was shown could not be noted (a full disk), or is noted
 * later.
 */
export async function* unreadPages(
  node: Pick<ChatNode, "unread">,
): AsyncGenerator<readonly ReceivedMessage[], void, void> {
  for (let after = 0;;) {
    const page = await node.unread(UNREAD_PAGE_MESSAGES, { after });
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < UNREAD_PAGE_MESSAGES) return;
    after = last.position;
  }
}
