/** What direct messages need of a database; `history/` provides it, `node/` joins the two. */
import type { WireMessage } from "./wire.ts";

/**
 * The durable side of delivery. Every method is one transaction: when it returns, the change is on
 * disk; when it throws, nothing changed. A ChatError says that it may work later. `Own` and `Received` are the database's records, passed on
 * as they are to whoever listens.
 */
export interface DirectStore<Draft, Own, Received> {
  /** Saves new messages as queued, in order; undefined for one that lacks what it is to follow. */
  enqueue(drafts: readonly Draft[], now: number): (Own | undefined)[];
  /** Waiting messages to a peer with a sequence number above `after`, in order. */
  waiting(peerId: string, after: number, limit: number): WireMessage[];
  /** Records a state of messages to a peer, and returns those that came to it. */
  record(
    peerId: string,
    ids: readonly string[],
    state: "sent" | "delivered" | "read" | "refused",
    now: number,
    reason?: string,
  ): Own[];
  /** Saves what a peer sent, each id once. */
  accept(
    peerId: string,
    messages: readonly WireMessage[],
    now: number,
  ): { readonly fresh: readonly Received[]; readonly conflicts: readonly string[] };
  /** Ids of a peer's messages that were shown here and of which it does not know yet, in order. */
  receiptsFor(peerId: string, limit: number): string[];
  /** The peer knows that these were shown. */
  receiptsSent(peerId: string, ids: readonly string[]): void;
}
