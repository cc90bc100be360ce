/** What the history knows of one message: the shape that every view and every program reads. */

/**
 * Where an own message is.
 *
 * - `queued`: saved here, not yet handed to a connection
 * - `sent`: written to a connection, not yet acknowledged; with `unanswerable` for ever
 * - `delivered`: committed in the recipient's database
 * - `read`: shown to the person there
 * - `refused`: the recipient said no, see `reason`
 * - `cancelled`: taken back before it was delivered
 */
export type MessageState = "queued" | "sent" | "delivered" | "read" | "refused" | "cancelled";

/** Who the other side of a conversation is. */
export type Conversation =
  /** A peer whose identity is known, or a classic one (`src/config/classic_id.ts`), which has none. */
  | { readonly kind: "peer"; readonly peerId: string }
  /**
   * An address where nobody has answered yet. The first peer to answer there becomes the recipient
   * (trust on first use).
   */
  | { readonly kind: "address"; readonly address: string };

interface MessageBase {
  /** Position in the local history: the order of writing and of arrival. Starts at 1. */
  readonly position: number;
  /** UUIDv7, made by the sender; unique together with the sender. */
  readonly id: string;
  readonly conversation: Conversation;
  /** 1 B to 32 KiB of UTF-8, exactly as the sender wrote it: not yet safe for a terminal. */
  readonly text: string;
  /** The sender's clock, ms since the epoch. A peer may claim anything; never used for order. */
  readonly sentAt: number;
  /** Id of the message that this one answers. */
  readonly replyTo: string | undefined;
}

/** A message written here. */
export interface OwnMessage extends MessageBase {
  readonly direction: "out";
  readonly state: MessageState;
  /** When `state` was reached, ms since the epoch, by the local clock. */
  readonly stateAt: number;
  /** Why it was refused, in the recipient's words; not yet safe for a terminal. */
  readonly reason: string | undefined;
  /**
   * It went out in a protocol that acknowledges nothing: it is `sent`, and nothing more can be known.
   * It does not wait any more.
   */
  readonly unanswerable: boolean;
}

/** Whether it is in the outbox: more may still become of it. */
export function isWaiting({ state, unanswerable }: Pick<OwnMessage, "state" | "unanswerable">) {
  return (state === "queued" || state === "sent") && !unanswerable;
}

/** A message that arrived. */
export interface ReceivedMessage extends MessageBase {
  readonly direction: "in";
  /** When it was committed here, ms since the epoch, by the local clock. */
  readonly receivedAt: number;
}

export type MessageRecord = OwnMessage | ReceivedMessage;
