/** What direct messages need of a database; `history/` provides it, `node/` joins the two. */
import type { WireMessage } from "./wire.ts";

/**
 * The durable side of delivery. Every method is one transaction: when it returns, the change is on
 * disk; when it throws, nothing changed. `Own` and `Received` are the database's records, passed on
 * as they are to whoever listens.
 */
export interface DirectStore<Draft, Own, Received> {
  /** Saves new messages as queued, in order. */
  enqueue(drafts: readonly Draft[], now: number): Own[];
  /** Waiting messages to a peer with a sequence number above `after`, in order. */
  waiting(peerId: string, after: number, limit: number): WireMessage[];
  /** Records a state of messages to a peer that still wait, and returns those that changed. */
  record(
    peerId: string,
    ids: readonly string[],
    state: "sent" | "delivered" | "refused" | "cancelled",
    now: number,
    reason?: string,
  ): Own[];
  /** Saves what a peer sent, each id once. */
  accept(
    peerId: string,
    messages: readonly WireMessage[],
    now: number,
  ): { readonly fresh: readonly Received[]; readonly conflicts: readonly string[] };
}
