/**
 * Brings the full-text index of the history up to date while a node runs: a little at a time, so that
 * nothing waits for it for long (5 ms; 10 ms where a message is as long as it may be), and for a tenth
 * of the time at most. A search is complete all the while.
 *
 * Nothing happens in the first second: a node that lives for one command leaves it to others.
 */
import { ChatError } from "../errors.ts";

/** How often it is looked whether there are new messages. */
const LOOK_INTERVAL_MS = 1_000;
/** Between two portions. */
const PORTION_INTERVAL_MS = 50;
/** After a failure, such as a full disk: a search does without for so long. */
const FAILED_INTERVAL_MS = 60_000;

export interface TextIndexingInit {
  /** @returns whether there is more to take up */
  readonly takeUp: () => boolean;
  /** Something for the log. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

export class TextIndexing implements Disposable {
  readonly #init: TextIndexingInit;
  #timer: ReturnType<typeof setTimeout>;

  /** Begins at once, with a wait. */
  constructor(init: TextIndexingInit) {
    this.#init = init;
    this.#timer = this.#wait(LOOK_INTERVAL_MS);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #wait(ms: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.#timer = this.#wait(this.#step()), ms);
  }

  /** @returns when the next one is due, in ms */
  #step(): number {
    try {
      return this.#init.takeUp() ? PORTION_INTERVAL_MS : LOOK_INTERVAL_MS;
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#init.onTrouble("the full-text index could not be brought up to date", { error });
      return FAILED_INTERVAL_MS;
    }
  }
}
