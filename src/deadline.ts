/** Waiting that ends: after a time, on a signal, or both, without a timer left behind. */

/** The longest time that `setTimeout` takes (2^31 - 1 ms, 24 days); more would fire at once. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/** Aborts after a time or with an outer signal; dispose it to stop the clock. */
export class Deadline implements Disposable {
  /** Aborts with the outer signal's reason, or with a `DOMException` named `TimeoutError`. */
  readonly signal: AbortSignal;
  readonly #timeout = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;

  /** @param ms 0 or more */
  constructor(ms: number, signal: AbortSignal) {
    const expire = () => this.#timeout.abort(new DOMException("time is up", "TimeoutError"));
    this.#timer = setTimeout(expire, Math.min(ms, LONGEST_TIMER_MS));
    this.signal = either(signal, this.#timeout.signal);
  }

  /** The time was up before the outer signal aborted. */
  get expired(): boolean {
    return this.#timeout.signal.aborted && this.signal.reason === this.#timeout.signal.reason;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

/** Resolves when `signal` aborts, or at once where it has. */
export function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}

/**
 * Resolves when `work` does, or when `signal` aborts, and leaves nothing behind at the signal: for
 * what is waited for again and again.
 * @throws what `work` throws
 */
export function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => resolve();
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  return promise;
}

/**
 * Aborts when one of the two does, with its reason. Use it instead of `AbortSignal.any()` for what is
 * waited for long: Deno 2.4.2 collects that one while somebody still listens to it.
 */
export function either(one: AbortSignal, other: AbortSignal): AbortSignal {
  const controller = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) controller.abort(signal.reason);
    else {
      const abort = () => controller.abort(signal.reason);
      signal.addEventListener("abort", abort, { once: true, signal: controller.signal });
    }
  }
  return controller.signal;
}
