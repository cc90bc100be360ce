/**
 * Drafts on their way into the database, in order. Those of one turn of the event loop share a
 * commit. While another process holds the database's lock they wait, and are tried again; any other
 * failure is told to whoever wrote them.
 */
import { setImmediate } from "node:timers";
import { ChatError } from "../errors.ts";
import { STORAGE_RETRY_MS } from "./state.ts";

/** After so many tries in a row it is not a matter of patience any more: 60 s. */
const MAX_TRIES = 60_000 / STORAGE_RETRY_MS;

interface Pending<Draft, Own> {
  readonly draft: Draft;
  readonly resolve: (own: Own) => void;
  readonly reject: (reason: unknown) => void;
}

/** Saves drafts; dispose it to give up those that wait. */
export class DraftQueue<Draft, Own> implements Disposable {
  readonly #enqueue: (drafts: readonly Draft[]) => (Own | undefined)[];
  #pending: Pending<Draft, Own>[] = [];
  #planned = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;

  /**
   * @param enqueue saves all or none, and gives the saved in the same order; undefined for one that is
   *   not to be saved, as what it follows is missing
   */
  constructor(enqueue: (drafts: readonly Draft[]) => (Own | undefined)[]) {
    this.#enqueue = enqueue;
  }

  /** @throws whatever `enqueue` throws, or the signal's reason; nothing was saved then */
  async save(draft: Draft, { signal }: { signal?: AbortSignal }): Promise<Own> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Own>();
    const pending = { draft, resolve, reject };
    const giveUp = () => {
      this.#pending = this.#pending.filter((other) => other !== pending);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", giveUp);
    this.#pending.push(pending);
    if (!this.#planned) {
      this.#planned = true;
      // Not a microtask: what several requests bring at once comes in many of them.
      setImmediate(() => this.#save());
    }
    try {
      return await promise;
    } finally {
      signal?.removeEventListener("abort", giveUp);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    const error = new ChatError(
      "storage-busy",
      "not saved: the program stopped before it could be",
    );
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }

  #save(): void {
    this.#planned = false;
    const batch = this.#pending.splice(0);
    if (batch.length === 0) return;
    try {
      const saved = this.#enqueue(batch.map(({ draft }) => draft));
      this.#tries = 0;
      batch.forEach(({ resolve, reject }, index) => {
        const own = saved[index];
        if (own === undefined) {
          reject(new ChatError("storage-failed", "not saved: the message before it was not"));
        } else resolve(own);
      });
    } catch (error) {
      const busy = error instanceof ChatError && error.code === "storage-busy";
      if (!busy || ++this.#tries >= MAX_TRIES) {
        this.#tries = 0;
        for (const { reject } of batch) reject(error);
        return;
      }
      this.#pending.unshift(...batch);
      this.#planned = true;
      this.#timer = setTimeout(() => this.#save(), STORAGE_RETRY_MS);
    }
  }
}
