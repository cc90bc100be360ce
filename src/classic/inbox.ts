/**
 * Messages on their way into the database, in order. Those of one turn of the event loop share a
 * commit, whoever sent them. While the database fails they wait, and are tried again.
 */
import { setImmediate } from "node:timers";
import { ChatError } from "../errors.ts";
import { RETRY_MS } from "./limits.ts";
import type { ClassicMessage } from "./store.ts";

const STOPPED = "stopped before the message was saved";

interface Pending {
  readonly messages: readonly ClassicMessage[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** What the inbox is given. */
export interface InboxInit {
  /** Saves all or none. @throws ChatError where it may work later */
  readonly save: (messages: readonly ClassicMessage[]) => void;
  /** The database fails, for the first time in a row. */
  readonly onFailing: (error: ChatError) => void;
}

/** Dispose it to save what waits a last time, and give up the rest. */
export class Inbox implements Disposable {
  readonly #init: InboxInit;
  #pending: Pending[] = [];
  #planned = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #working = Promise.withResolvers<void>();
  #failing = false;
  #disposed = false;

  constructor(init: InboxInit) {
    this.#init = init;
    this.#working.resolve();
  }

  /** Resolves at once, or when a database that fails does not any more, or on dispose. */
  get working(): Promise<void> {
    return this.#working.promise;
  }

  /**
   * Resolves when the messages are saved.
   * @throws what `save` throws that is no ChatError; an error on dispose
   */
  add(messages: readonly ClassicMessage[]): Promise<void> {
    if (this.#disposed) return Promise.reject(new Error(STOPPED));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#pending.push({ messages, resolve, reject });
    if (!this.#planned) {
      this.#planned = true;
      // Not a microtask: other connections bring more within the same turn.
      setImmediate(() => this.#save());
    }
    return promise;
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#save();
    clearTimeout(this.#timer);
    for (const { reject } of this.#pending.splice(0)) reject(new Error(STOPPED));
    this.#working.resolve();
  }

  #save(): void {
    const batch = this.#pending.splice(0);
    this.#planned = false;
    if (batch.length === 0) return;
    try {
      this.#init.save(batch.flatMap(({ messages }) => messages));
    } catch (error) {
      if (error instanceof ChatError) this.#postpone(batch, error);
      else for (const { reject } of batch) reject(error);
      return;
    }
    if (this.#failing) this.#working.resolve();
    this.#failing = false;
    for (const { resolve } of batch) resolve();
  }

  #postpone(batch: readonly Pending[], error: ChatError): void {
    if (!this.#failing) {
      this.#failing = true;
      this.#working = Promise.withResolvers();
      this.#init.onFailing(error);
    }
    this.#pending.unshift(...batch);
    this.#planned = true;
    this.#timer = setTimeout(() => this.#save(), RETRY_MS);
  }
}
