/**
 * Chance that can be had again, for the simulation and the choices of the crash tests: sfc32 (Chris Doty-Humphrey, PractRand), its state filled
 * from one seed by splitmix32 (after Steele, Lea and Flood, "Fast splittable pseudorandom number
 * generators"). The same seed gives the same numbers on every machine. Not for secrets.
 */

/** The largest seed, and one more. */
const SEEDS = 2 ** 32;

/** The seed that the variable `P2P_CHAT_SEED` gives, else a new one. */
export function chosenSeed(): number {
  const given = Number(Deno.env.get("P2P_CHAT_SEED") || NaN);
  return Number.isSafeInteger(given) ? given : Math.floor(Math.random() * SEEDS);
}

/** Numbers that follow from a seed. */
export class Random {
  readonly #state: [number, number, number, number];

  /** @param seed 0 to 2^32 - 1 */
  constructor(seed: number) {
    const next = splitmix32(seed);
    this.#state = [next(), next(), next(), next()];
    // The first numbers still resemble the seed.
    for (let round = 0; round < 12; round++) this.bits();
  }

  /** 32 random bits as a whole number, 0 to 2^32 - 1. */
  bits(): number {
    const [a, b, c, counter] = this.#state;
    const result = (a + b + counter) | 0;
    this.#state[3] = (counter + 1) | 0;
    this.#state[0] = b ^ (b >>> 9);
    this.#state[1] = (c + (c << 3)) | 0;
    this.#state[2] = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** Uniform in [0, 1). */
  next(): number {
    return this.bits() / SEEDS;
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number, `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.next());
  }

  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** @throws RangeError where there is nothing to pick from */
  pick<T>(items: readonly T[]): T {
    const item = items[this.int(0, items.length - 1)];
    if (item === undefined) throw new RangeError("nothing to pick from");
    return item;
  }

  /** The time to the next of events that come `rate` times a unit of time, on the average. */
  waitFor(rate: number): number {
    return -Math.log(1 - this.next()) / rate;
  }

  /** Another generator; what is drawn from one leaves the other as it is. */
  fork(): Random {
    return new Random(this.bits());
  }
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}
