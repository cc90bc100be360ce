/** A question on the conversation screen that stops everything else until it is answered. Pure. */
import type { Conversation } from "../history/message_record.ts";
import { type Doubt, DOUBT_HINT } from "./another_peer.ts";

export interface Question {
  /** Terminal-safe, each wrapped to the screen. */
  readonly lines: readonly string[];
  /** What is asked: y or n, and Enter; Enter alone and Esc mean no. */
  readonly ask: string;
  readonly yes: Answer;
  readonly no: Answer;
}

export type Answer =
  /** Goes on as it is; `accepted`: this peer is not asked about again. */
  | { readonly kind: "stay"; readonly accepted?: string }
  | { readonly kind: "leave" }
  | { readonly kind: "open"; readonly conversation: Conversation; readonly accepted?: string };

const HINT = `${DOUBT_HINT}: /verify.`;

/**
 * Whether to write to a peer.
 * @param before the conversation to go back to; undefined: out of the screen
 */
export function beforeWriting({ peerId, text }: Doubt, before: Conversation | undefined): Question {
  return {
    lines: [text, HINT],
    ask: "Write to it all the same?",
    yes: { kind: "stay", accepted: peerId },
    no: before === undefined ? { kind: "leave" } : { kind: "open", conversation: before },
  };
}

/** Whether to turn to a peer that has come with the name of the one in the conversation. */
export function aboutRival({ peerId, text }: Doubt): Question {
  return {
    lines: [text, HINT],
    ask: "Turn to the one who has come?",
    yes: { kind: "open", conversation: { kind: "peer", peerId }, accepted: peerId },
    no: { kind: "stay", accepted: peerId },
  };
}
