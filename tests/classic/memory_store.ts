/** A classic store in memory, as the history is one on disk. */
import { ChatError } from "../../src/errors.ts";
import type { ClassicDraft, ClassicMessage, ClassicStore } from "../../src/classic/mod.ts";

export interface StoredDraft extends ClassicDraft {
  readonly peerId: string;
  state: "queued" | "sent" | "delivered" | "refused";
  reason: string | undefined;
}

export class MemoryStore implements ClassicStore<StoredDraft, ClassicMessage> {
  readonly received: ClassicMessage[] = [];
  readonly drafts: StoredDraft[] = [];
  /** Calls of `accept()`, which is commits. */
  commits = 0;
  /** What `flush()` waits for. */
  flushing = Promise.resolve();
  /** The disk is full. */
  fails = false;
  /** The disk takes commits, but no flush. */
  failsToFlush = false;

  /** Writes a message to the outbox. */
  enqueue(peerId: string, text: string): StoredDraft {
    const sequence = this.drafts.length + 1;
    const draft: StoredDraft = {
      peerId,
      sequence,
      id: `m${sequence}`,
      text,
      state: "queued",
      reason: undefined,
    };
    this.drafts.push(draft);
    return draft;
  }

  accept(messages: readonly ClassicMessage[]): readonly ClassicMessage[] {
    this.#failIfFull();
    this.commits++;
    this.received.push(...messages);
    return messages;
  }

  async flush(): Promise<void> {
    await this.flushing;
    if (this.failsToFlush) throw new ChatError("storage-failed", "the disk does not answer");
  }

  waiting(peerId: string, after: number, limit: number): readonly ClassicDraft[] {
    this.#failIfFull();
    return this.drafts.filter((draft) =>
      draft.peerId === peerId && draft.state === "queued" && draft.sequence > after
    ).slice(0, limit);
  }

  record(
    peerId: string,
    ids: readonly string[],
    state: "sent" | "delivered" | "refused",
    _now: number,
    reason?: string,
  ): readonly StoredDraft[] {
    this.#failIfFull();
    const changed = this.drafts.filter((draft) =>
      draft.peerId === peerId && ids.includes(draft.id) && draft.state === "queued"
    );
    for (const draft of changed) {
      draft.state = state;
      draft.reason = reason;
    }
    return changed;
  }

  #failIfFull(): void {
    if (this.fails) throw new ChatError("storage-failed", "the disk is full");
  }
}
