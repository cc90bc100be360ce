/** What the people at the peers do while the day lasts: write, take back, look. */
import { MAX_TEXT_BYTES, WINDOW_MESSAGES } from "../../src/direct/wire.ts";
import type { Peer } from "./peer.ts";
import type { Random } from "../seeded_random.ts";
import type { Habits } from "./scenario.ts";
import type { VirtualTime } from "./virtual_time.ts";

const MINUTE_MS = 60_000;

export interface PeopleInit {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly habits: Habits;
  readonly peers: readonly Peer[];
  /** Everybody to whom one may write. */
  readonly names: readonly string[];
}

/** Everybody who uses the program. */
export class People {
  readonly #init: PeopleInit;
  #gone = false;
  #written = 0;

  constructor(init: PeopleInit) {
    this.#init = init;
    const { peers, habits } = init;
    for (const peer of peers) {
      this.#nowAndThen(habits.writing, () => this.#write(peer));
      this.#nowAndThen(habits.cancelling, () => peer.cancelOne());
      this.#nowAndThen(habits.looking, () => peer.look());
    }
  }

  /** They do nothing any more. */
  leave(): void {
    this.#gone = true;
  }

  #nowAndThen(perMinute: number, act: () => void): void {
    if (perMinute === 0) return;
    const { time, random } = this.#init;
    time.after(random.waitFor(perMinute / MINUTE_MS), () => {
      if (this.#gone) return;
      act();
      this.#nowAndThen(perMinute, act);
    });
  }

  #write(peer: Peer): void {
    const { random, names, habits } = this.#init;
    const to = random.pick(names.filter((name) => name !== peer.name));
    if (random.chance(habits.bursts)) {
      const count = WINDOW_MESSAGES + random.int(1, 400);
      peer.write(to, Array.from({ length: count }, () => this.#text("")));
      return;
    }
    if (random.chance(habits.large)) {
      const count = random.chance(0.1) ? random.int(32, 48) : random.int(1, 4);
      peer.write(to, Array.from({ length: count }, () => this.#text(this.#filling())));
      return;
    }
    const count = random.chance(0.8) ? 1 : random.int(2, 20);
    peer.write(to, Array.from({ length: count }, () => this.#text(random.pick(SMALL))));
  }

  #text(filling: string): string {
    return `${++this.#written} ${filling}`;
  }

  #filling(): string {
    const { random } = this.#init;
    const letter = random.pick(["x", "é", "漢", "🙂"]);
    const bytes = new TextEncoder().encode(letter).byteLength;
    // Room for the number in front.
    return letter.repeat(random.int(1, Math.floor((MAX_TEXT_BYTES - 20) / bytes)));
  }
}

const SMALL = ["", "yes", "see you at eight", "ünïcödé 🙂", "a line\nand another one"] as const;
