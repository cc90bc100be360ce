/** How far an own message has to get before a command is done with it: `--until`. */
import { message, text } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice } from "@optique/core/valueparser";
import type { MessageState, OwnMessage } from "../history/message_record.ts";
import { EXIT_CODES } from "./failure.ts";

/** Where a message that gets on comes past. */
export type Until = "queued" | "sent" | "delivered";

/** In the order in which a message comes to them. */
const PROGRESS: readonly MessageState[] = ["queued", "sent", "delivered", "read"];

/** From the worst to the best: never to arrive, taken back, not gone out, perhaps arrived, done. */
const BY_BADNESS: readonly number[] = [
  EXIT_CODES.failed,
  EXIT_CODES.refused,
  EXIT_CODES.notDelivered,
  EXIT_CODES.notAcknowledged,
  EXIT_CODES.done,
];

export const untilOption = withDefault(
  option("--until", choice(["queued", "sent", "delivered"], { metavar: "STATE" }), {
    description: message`${
      text("What to wait for: queued (saved here), sent, or delivered (default).")
    }`,
  }),
  "delivered",
);

/** A later state is as good. */
export function hasReached(state: MessageState, until: Until): boolean {
  return PROGRESS.indexOf(state) >= PROGRESS.indexOf(until);
}

/** It got as far as it should, or it never will. */
export function isOver({ state }: Pick<OwnMessage, "state">, until: Until): boolean {
  return state === "refused" || state === "cancelled" || hasReached(state, until);
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

/** Of several exit codes the one that a script has to know of: 1, 5, 3, 6, 0 in this order. */
export function worstOf(codes: readonly number[]): number {
  return BY_BADNESS.find((code) => codes.includes(code)) ?? EXIT_CODES.done;
}
