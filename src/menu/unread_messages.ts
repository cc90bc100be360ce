/**
 * Messages that arrived in earlier runs and were never shown: at the start of the menu, and under
 * "Unread messages" where there are more than a person can read at once.
 *
 * Decision: only what was really written counts as shown. On a screen that is a page at a time,
 * oldest first; the rest stays unread, is counted in the main menu, and its senders are told nothing
 * until it was on the screen. In a pipe, and on a terminal that cannot be drawn on, everything is
 * written at once, as `listen` does: a script answers questions, not pages.
 */
import { aborted } from "../deadline.ts";
import { historyLines } from "../commands/history/lines.ts";
import { unreadPages } from "../commands/unread_pages.ts";
import type { ReceivedMessage } from "../history/message_record.ts";
import { someMessages } from "./counted.ts";
import type { OpenMenu } from "./open_menu.ts";

/** Fits on a usual screen together with the question below. */
const PAGE_ON_SCREEN = 15;

/** What showing messages needs of a menu; the main menu need not be open yet. */
export type UnreadView = Pick<
  OpenMenu,
  "node" | "displayName" | "terminal" | "prompter" | "style" | "shown" | "signal"
>;

/**
 * Shows what was missed while no menu was open, with how many there were; nothing where there is
 * nothing.
 * @throws the signal's reason
 */
export async function showMissed(view: UnreadView): Promise<void> {
  const { unread: count } = await view.node.counts();
  if (count === 0) return;
  view.prompter.note([`${someMessages(count)} arrived while you were away`]);
  await showUnread(view);
}

/**
 * Shows the next unread messages and marks them.
 * @throws the signal's reason
 */
export async function showUnread(view: UnreadView): Promise<void> {
  const { node, terminal, prompter } = view;
  if (!terminal.interactive) {
    for await (const page of unreadPages(node)) await showPage(page, view);
    return;
  }
  await showPage(await node.unread(PAGE_ON_SCREEN), view);
  const { unread: left } = await node.counts();
  if (left > 0) prompter.note([moreText(left)]);
}

/** Resolves when the page is written and marked. */
async function showPage(page: readonly ReceivedMessage[], view: UnreadView): Promise<void> {
  const { prompter, displayName, style, shown, signal } = view;
  prompter.note(historyLines(page, displayName, style));
  shown.printed(page);
  await Promise.race([shown.settled(), aborted(signal)]);
  signal.throwIfAborted();
}

function moreText(left: number): string {
  return `${left} more: see "Unread messages"`;
}
