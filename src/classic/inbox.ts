/**
 * Messages on their way into the database, in order. Those that come while others are on their way
 * share a commit and a flush to the disk, whoever sent them. While the database fails they wait, and
 * are tried again.
 */
import { setImmediate } from "node:timers";
import { aborted, Deadline } from "../deadline.ts";
import { ChatError } from "../errors.ts";
import { RETRY_MS } from "./limits.ts";
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
  /** Resolves when what was saved is on the disk. @throws ChatError where it may work later */
  readonly flush: () => Promise<void>;
  /** The database fails, for the first time in a row. */
  readonly onFailing: (error: ChatError) => void;
}

/** Dispose it to save what waits a last time, and give up the rest. */
export class Inbox implements AsyncDisposable {
  readonly #init: InboxInit;
  readonly #stopped = new AbortController();
  readonly #pending: Pending[] = [];
  #running: Promise<void> | undefined;
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
   * Resolves when the messages are on the disk.
   * @throws what `save` and `flush` throw that is no ChatError; an error on dispose
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
  }

  async #run(): Promise<void> {
    // Other connections bring more within the same turn.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) {
      const batch = this.#pending.splice(0);
      try {
        await this.#insist(() => this.#init.save(batch.flatMap(({ messages }) => messages)));
        await this.#insist(() => this.#init.flush());
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = undefined;
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
      using pause = new Deadline(RETRY_MS, this.#stopped.signal);
      await aborted(pause.signal);
    }
  }
}
