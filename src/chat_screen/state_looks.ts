/** The mark and the tone of every state of an own message, the same in every list and screen. */
import type { MessageState } from "../history/message_record.ts";

export interface StateLook {
  /** One or two columns wide. */
  readonly mark: string;
  readonly tone: "good" | "warn" | "bad" | "dim";
}

/** Columns that hold any mark. */
export const MARK_COLUMNS = 2;

export const STATE_LOOKS: { readonly [State in MessageState]: StateLook } = {
  queued: { mark: "…", tone: "warn" },
  sent: { mark: "→", tone: "warn" },
  delivered: { mark: "✓", tone: "good" },
  read: { mark: "✓✓", tone: "good" },
  refused: { mark: "✗", tone: "bad" },
  cancelled: { mark: "–", tone: "dim" },
};
