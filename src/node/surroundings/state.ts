/**
 * What a look around says: did this machine get other addresses, or did it sleep? A pure state
 * machine; the driver looks every LOOK_INTERVAL_MS.
 *
 * Guarantees:
 * - an address that this machine lost is told once, at the first look without it
 * - after any change, and after a sleep, all that is sought is dialled; however often things change,
 *   not more often than every POKE_INTERVAL_MS, and the last change is never forgotten
 * - a clock that was set passes for a sleep, which costs a question to every peer and some dials
 */

export const LOOK_INTERVAL_MS = 2_000;
/** A look that is this much too late, on either clock, means that this process did not run, ms. */
export const SLEPT_MS = 5_000;
/** A virtual network that comes and goes must not make this node dial all the time, ms. */
export const POKE_INTERVAL_MS = 5_000;

/** What was seen. Times are ms. */
export interface Look {
  /** The IP addresses of this machine; undefined if they could not be told. */
  readonly addresses: ReadonlySet<string> | undefined;
  /** Since the epoch. */
  readonly wall: number;
  /** Never set back; on some systems it stands still while the machine sleeps. */
  readonly monotonic: number;
}

export type SurroundingsEffect =
  /** Connections from these addresses are dead. */
  | { readonly type: "lost-addresses"; readonly addresses: ReadonlySet<string> }
  /** Ask all peers whether they are there. */
  | { readonly type: "resumed" }
  /** Dial all that is sought. */
  | { readonly type: "poke" };

/** The surroundings of one node. */
export class SurroundingsState {
  #last: Look | undefined;
  #addresses: ReadonlySet<string> | undefined;
  #pokeWanted = false;
  #pokedAt = -Infinity;

  /** Takes what was seen and says what has to be done. The first look is what others compare to. */
  look(look: Look): SurroundingsEffect[] {
    const effects = [...this.#compareAddresses(look.addresses), ...this.#compareClocks(look)];
    if (this.#pokeWanted && look.monotonic - this.#pokedAt >= POKE_INTERVAL_MS) {
      this.#pokeWanted = false;
      this.#pokedAt = look.monotonic;
      effects.push({ type: "poke" });
    }
    return effects;
  }

  #compareAddresses(addresses: ReadonlySet<string> | undefined): SurroundingsEffect[] {
    if (addresses === undefined) return [];
    const before = this.#addresses ?? addresses;
    this.#addresses = addresses;
    const lost = before.difference(addresses);
    if (lost.size > 0 || addresses.size > before.size) this.#pokeWanted = true;
    return lost.size > 0 ? [{ type: "lost-addresses", addresses: lost }] : [];
  }

  #compareClocks(look: Look): SurroundingsEffect[] {
    const last = this.#last ?? look;
    this.#last = look;
    const passed = Math.max(look.wall - last.wall, look.monotonic - last.monotonic);
    if (passed < LOOK_INTERVAL_MS + SLEPT_MS) return [];
    this.#pokeWanted = true;
    return [{ type: "resumed" }];
  }
}
