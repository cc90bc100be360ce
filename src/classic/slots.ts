/** A limited number of places; who comes when all are taken waits, in order. */
export class Slots {
  #free: number;
  readonly #waiting: ((slot: Disposable) => void)[] = [];

  /** @param count 1 or more */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Waits for a place; dispose it to give it back.
   * @throws the signal's reason
   */
  async take(signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free--;
      return this.#slot();
    }
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const giveUp = () => {
      const place = this.#waiting.indexOf(resolve);
      if (place >= 0) this.#waiting.splice(place, 1);
      reject(signal.reason);
    };
    this.#waiting.push(resolve);
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      return await promise;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  #slot(): Disposable {
    return {
      [Symbol.dispose]: () => {
        const next = this.#waiting.shift();
        if (next === undefined) this.#free++;
        else next(this.#slot());
      },
    };
  }
}
