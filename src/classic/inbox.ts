/**
 * Messages on their way into the database, in order. Those that come while one was just saved share the
 * next commit, whoever sent them. While the database fails they wait, and are tried again.
 *
 * A message counts as saved from its commit on: then it survives the death of this process. The flush
 * to the disk follows `FLUSH_DELAY_MS` later in the background, one for all that came meanwhile, so
 * that a power cut can take the last milliseconds. A sender that waits for each answer is far faster so
 * than with a flush for every single message, and these protocols give no promise that it could break.
 */
import { setImmediate } from "node:timers";
import { aborted, Deadline } from "../deadline.ts";
import { ChatError } from "../errors.ts";
import { FLUSH_DELAY_MS, RETRY_MS } from "./limits.ts";
import type { ClassicMessage } from "./store.ts";

interface Pending {
  readonly messages: readonly ClassicMessage[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** What the inbox is given. */
export interface InboxInit {
  /** Saves all or none. @throws ChatError where it may work later */
  readonly save: (messages: readonly ClassicMessage[]) => void;
  /** Resolves when all that was saved before is on the disk. @throws ChatError as `save` */
  readonly flush: () => Promise<void>;
  /** The database fails, for the first time in a row. */
  readonly onFailing: (error: ChatError) => void;
  /** What was saved last may not be on the disk: stopped while it failed, or a defect. */
  readonly onUnflushed: (error: unknown) => void;
}

/** Dispose it to save what waits a last time, and give up the rest. */
export class Inbox implements AsyncDisposable {
  readonly #init: InboxInit;
  readonly #stopped = new AbortController();
  readonly #pending: Pending[] = [];
  #running: Promise<void> | undefined;
  #flushing: Promise<void> | undefined;
  /** Something was saved since the last flush began. */
  #isBehind = false;
  #working = Promise.withResolvers<void>();
  #failing = false;

  constructor(init: InboxInit) {
    this.#init = init;
    this.#working.resolve();
  }

  /** Resolves at once, or when a database that fails does not any more, or on dispose. */
  get working(): Promise<void> {
    return this.#working.promise;
  }

  /**
   * Resolves when the messages are in the database.
   * @throws what `save` throws that is no ChatError; an error on dispose
   */
  add(messages: readonly ClassicMessage[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#stopped.signal.aborted) reject(new Error("stopped before the message was saved"));
    else {
      this.#pending.push({ messages, resolve, reject });
      this.#running ??= this.#run();
    }
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    this.#working.resolve();
    await this.#running;
    await this.#flushing;
  }

  async #run(): Promise<void> {
    while (this.#pending.length > 0) {
      // A disk that takes no flush shall not get further behind.
      await this.#working.promise;
      const batch = this.#pending.splice(0);
      try {
        await this.#insist(() => this.#init.save(batch.flatMap(({ messages }) => messages)));
        this.#isBehind = true;
        this.#flushing ??= this.#flush();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
      // Other connections bring more within the same turn.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    this.#running = undefined;
  }

  async #flush(): Promise<void> {
    try {
      while (this.#isBehind) {
        await this.#pause(FLUSH_DELAY_MS);
        this.#isBehind = false;
        await this.#insist(() => this.#init.flush());
      }
    } catch (error) {
      this.#init.onUnflushed(error);
    }
    this.#flushing = undefined;
  }

  /** Does it until it works, or until this is disposed. */
  async #insist(work: () => void | Promise<void>): Promise<void> {
    for (;;) {
      try {
        await work();
        this.#failing = false;
        this.#working.resolve();
        return;
      } catch (error) {
        if (!(error instanceof ChatError) || this.#stopped.signal.aborted) throw error;
        if (!this.#failing) {
          this.#failing = true;
          this.#working = Promise.withResolvers();
          this.#init.onFailing(error);
        }
      }
      await this.#pause(RETRY_MS);
    }
  }

  /** Ends early when this is disposed. */
  async #pause(ms: number): Promise<void> {
    using pause = new Deadline(ms, this.#stopped.signal);
    await aborted(pause.signal);
  }
}
