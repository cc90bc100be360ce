/** What classic messages need of a database; `history/` provides it, `node/` joins the two. */

/** A message that arrived. */
export interface ClassicMessage {
  /** Id of the classic peer that sent it. */
  readonly peerId: string;
  /** 1 B to 64 KiB of UTF-8 without NUL: a stranger's words, not yet safe for a terminal. */
  readonly text: string;
}

/** A message that waits for a classic peer. */
export interface ClassicDraft {
  /** Counts up from 1 for each peer. */
  readonly sequence: number;
  readonly id: string;
  readonly text: string;
}

/**
 * The durable side. Every method but `flush()` is one transaction; when it throws, nothing changed. A
 * ChatError says that it may work later. `Own` and `Received` are the database's records, passed on as
 * they are to whoever listens.
 */
export interface ClassicStore<Own, Received> {
  /**
   * Saves what came, from one peer or several, in order and with one commit; ids are made here. When
   * it returns, the messages survive the death of this process, and may be answered; a power cut only
   * after the next `flush()`.
   */
  accept(messages: readonly ClassicMessage[], now: number): readonly Received[];
  /**
   * Resolves when everything that was accepted before is on the disk, in the background.
   * @throws ChatError as the others
   */
  flush(): Promise<void>;
  /** The next messages that wait for the peer, with a higher sequence number than `after`, in order. */
  waiting(peerId: string, after: number, limit: number): readonly ClassicDraft[];
  /**
   * Records what became of messages, and returns those that changed.
   * @param state `sent`: went out in dialect A, more can never be known; `delivered`: answered in
   *   dialect B; `refused`: cannot be said in the dialect, `reason` tells why
   */
  record(
    peerId: string,
    ids: readonly string[],
    state: "sent" | "delivered" | "refused",
    now: number,
    reason?: string,
  ): readonly Own[];
}
