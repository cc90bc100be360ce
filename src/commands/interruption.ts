/**
 * From the signals that end a program to one AbortSignal. What they mean for the exit code:
 *
 * - SIGINT (Ctrl-C): a person cut it short: 130
 * - SIGTERM, SIGHUP and SIGBREAK: the system, a service manager or a closed terminal did: 130 for a
 *   command that had something to finish, 0 for one that runs until it is told to stop (`listen`)
 *
 * Only SIGHUP may mean something else, while somebody wants it to (`takeHangups`).
 */
import { ChatError } from "../errors.ts";

/** What ended the program, as the reason of an aborted signal. */
export class Interruption extends ChatError {
  constructor(readonly by: Deno.Signal) {
    super("interrupted", `interrupted by ${by}`);
  }
}

const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Aborts `signal` at the first signal from the system, until it is disposed. */
export class Interruptions implements Disposable {
  readonly #controller = new AbortController();
  #onHangup: (() => void) | undefined;
  readonly #listeners: readonly (readonly [Deno.Signal, () => void])[];

  /** @param again called at every further signal: somebody does not want to wait */
  constructor(again: () => void) {
    this.#listeners = SIGNALS.map((name) => [name, () => {
      if (name === "SIGHUP" && this.#onHangup !== undefined) this.#onHangup();
      else if (this.signal.aborted) again();
      else this.interrupt(new Interruption(name));
    }]);
    for (const [name, listener] of this.#listeners) Deno.addSignalListener(name, listener);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the program as a signal would, for another reason. */
  interrupt(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** SIGHUP calls `listener` and does nothing else, until the result is disposed. */
  takeHangups(listener: () => void): Disposable {
    this.#onHangup = listener;
    return {
      [Symbol.dispose]: () => {
        this.#onHangup = undefined;
      },
    };
  }

  [Symbol.dispose](): void {
    for (const [name, listener] of this.#listeners) Deno.removeSignalListener(name, listener);
  }
}
