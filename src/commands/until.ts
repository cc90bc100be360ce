/** How far an own message has to get before a command is done with it: `--until`. */
import { message, text } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice } from "@optique/core/valueparser";
import { EXIT_CODES } from "./failure.ts";

import type { Until } from "../chat_screen/message_progress.ts";

export { hasReached, isOver, isProgress, type Until } from "../chat_screen/message_progress.ts";

/** From the worst to the best: never to arrive, taken back, not gone out, perhaps arrived, done. */
const BY_BADNESS: readonly number[] = [
  EXIT_CODES.failed,
  EXIT_CODES.refused,
  EXIT_CODES.notDelivered,
  EXIT_CODES.notAcknowledged,
  EXIT_CODES.done,
];

/** What is waited for where nobody says anything. */
export const DEFAULT_UNTIL: Until = "delivered";

export const untilOption = optional(
  option("--until", choice(["queued", "sent", "delivered"], { metavar: "STATE" }), {
    description: message`${
      text("What to wait for: queued (saved here), sent, or delivered (default).")
    }`,
  }),
);

/** Of several exit codes the one that a script has to know of: 1, 5, 3, 6, 0 in this order. */
export function worstOf(codes: readonly number[]): number {
  return BY_BADNESS.find((code) => codes.includes(code)) ?? EXIT_CODES.done;
}
