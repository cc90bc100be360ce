/** How an own message gets on from state to state, and when that is far enough. Pure. */
import type { MessageState, OwnMessage } from "../history/message_record.ts";

/** Where a message that gets on comes past. */
export type Until = "queued" | "sent" | "delivered";

/** In the order in which a message comes to them. */
const PROGRESS: readonly MessageState[] = ["queued", "sent", "delivered", "read"];

/** A later state is as good. */
export function hasReached(state: MessageState, until: Until): boolean {
  return PROGRESS.indexOf(state) >= PROGRESS.indexOf(until);
}

/** It got as far as it should, or it never will, or that cannot be known. */
export function isOver(
  { state, unanswerable }: Pick<OwnMessage, "state" | "unanswerable">,
  until: Until,
): boolean {
  return unanswerable || state === "refused" || state === "cancelled" || hasReached(state, until);
}

/**
 * Whether a message that was in one state has got to another: what comes late is no news. Only what
 * was taken back may get on all the same.
 */
export function isProgress(from: MessageState, to: MessageState): boolean {
  const [before, after] = [PROGRESS.indexOf(from), PROGRESS.indexOf(to)];
  if (from === "refused") return false;
  if (from === "cancelled") return to === "refused" || hasReached(to, "delivered");
  return after < 0 ? !hasReached(from, "delivered") : after > before;
}
