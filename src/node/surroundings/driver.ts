/**
 * Notices that this machine got other addresses, or slept, and has everything done that follows from
 * it: connections from an address that is gone are ended, and whoever listens is told.
 *
 * It sees addresses, not cables: a link that comes back with the same IPv4 address and has no IPv6
 * goes unnoticed, and redialling in its own time has to do.
 */
import type { Libp2p } from "@libp2p/interface";
import { socketUnder } from "../../transport/mod.ts";
import { LOOK_INTERVAL_MS, type SurroundingsEffect, SurroundingsState } from "./state.ts";

/** What the driver is given. */
export interface SurroundingsInit {
  readonly libp2p: Libp2p;
  /** The addresses of this machine, as of now. It may throw. */
  readonly interfaces: () => readonly { readonly address: string }[];
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  /** Monotonic clock, ms. */
  readonly monotonic: () => number;
  /** The machine slept, or this process was stopped for a while. */
  readonly onResumed: () => void;
  /** Who could not be reached may be within reach now. Told every 5 s at most. */
  readonly onChanged: () => void;
  /** Something for the log. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

/** Looks around from `start()` until it is disposed. */
export class Surroundings implements Disposable {
  readonly #init: SurroundingsInit;
  readonly #state = new SurroundingsState();
  #looking: ReturnType<typeof setInterval> | undefined;
  #blind = false;

  constructor(init: SurroundingsInit) {
    this.#init = init;
  }

  start(): void {
    this.#look();
    this.#looking = setInterval(() => this.#look(), LOOK_INTERVAL_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#looking);
  }

  #look(): void {
    const { now, monotonic } = this.#init;
    const look = { addresses: this.#addresses(), wall: now(), monotonic: monotonic() };
    for (const effect of this.#state.look(look)) this.#perform(effect);
  }

  #addresses(): ReadonlySet<string> | undefined {
    try {
      const found = this.#init.interfaces().map(({ address }) => withoutZone(address));
      this.#blind = false;
      return new Set(found);
    } catch (error) {
      if (!this.#blind) this.#init.onTrouble("the addresses of this machine are hidden", { error });
      this.#blind = true;
      return undefined;
    }
  }

  #perform(effect: SurroundingsEffect): void {
    const { onResumed, onChanged } = this.#init;
    switch (effect.type) {
      case "lost-addresses":
        return this.#endConnections(effect.addresses);
      case "resumed":
        return onResumed();
      case "poke":
        return onChanged();
    }
  }

  #endConnections(addresses: ReadonlySet<string>): void {
    const { libp2p, onTrouble } = this.#init;
    onTrouble("this machine lost addresses", { addresses: [...addresses] });
    for (const connection of libp2p.getConnections()) {
      const localIp = withoutZone(socketUnder(connection)?.localIp ?? "");
      if (addresses.has(localIp)) connection.abort(new Error(`the address ${localIp} is gone`));
    }
  }
}

/** Some systems name the interface after a link-local address: `fe80::1%eth0`. */
function withoutZone(ip: string): string {
  return ip.split("%")[0] ?? ip;
}
