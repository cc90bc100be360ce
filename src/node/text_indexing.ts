/**
 * Brings the full-text index of the history up to date while a node runs: where there is enough to make
 * a difference, while no messages come, and a little at a time, so that nothing waits for it for long
 * (3 ms mostly, 15 ms at times, 30 ms at most) and for no more than a tenth of the time.
 *
 * A search is complete all the while; it looks through what is not in the index. Nothing happens in the
 * first second: a node that lives for one command leaves it to others.
 */
import { ChatError } from "../errors.ts";

/** How often it is looked whether there is something to do. */
const LOOK_INTERVAL_MS = 1_000;
/** Between two portions of work. */
const PORTION_INTERVAL_MS = 25;
/** After a failure, such as a full disk. */
const FAILED_INTERVAL_MS = 60_000;

/** Looking through fewer messages takes 2 ms. */
const WORTH_IT_MESSAGES = 5_000;
/** Looking through more takes 40 ms: from then on it is done while messages come, too. */
const URGENT_MESSAGES = 100_000;

export interface TextIndexingInit {
  /** As `TextIndex` of the history. */
  readonly index: {
    lastMessage(): number;
    covered(): number;
    takeUp(): boolean;
  };
  /** Something for the log. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

export class TextIndexing implements Disposable {
  readonly #init: TextIndexingInit;
  #timer: ReturnType<typeof setTimeout>;
  /** The newest message when it was looked last. */
  #last = 0;
  #isWorking = false;

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
      if (this.#isDue()) this.#isWorking = this.#init.index.takeUp();
      else return LOOK_INTERVAL_MS;
      return this.#isWorking ? PORTION_INTERVAL_MS : LOOK_INTERVAL_MS;
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#init.onTrouble("the full-text index could not be brought up to date", { error });
      return FAILED_INTERVAL_MS;
    }
  }

  #isDue(): boolean {
    const { index } = this.#init;
    const last = index.lastMessage();
    const isQuiet = last === this.#last;
    this.#last = last;
    if (this.#isWorking && isQuiet) return true;
    const missing = last - index.covered();
    if (!isQuiet) return missing >= URGENT_MESSAGES;
    return missing >= WORTH_IT_MESSAGES;
  }
}
