/**
 * Random choices that can be made again: the same seed gives the same numbers. Mulberry32 (Tommy
 * Ettinger, 2017), which is plenty for choosing when to kill what.
 */

/** The largest seed. */
const SEEDS = 2 ** 32;

/** The seed that the variable `P2P_CHAT_SEED` gives, else a new one. */
export function chosenSeed(): number {
  const given = Number(Deno.env.get("P2P_CHAT_SEED") || NaN);
  return Number.isSafeInteger(given) ? given : Math.floor(Math.random() * SEEDS);
}

/** A sequence of choices. */
export class SeededRandom {
  #state: number;

  /** @param seed a whole number, of which the low 32 bits count */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / SEEDS;
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }
}
