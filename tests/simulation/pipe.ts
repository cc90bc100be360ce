/**
 * One direction of a connection: segments that are lost, doubled, late and out of order, put together
 * again as TCP does it, because the streams of libp2p run on TCP. What comes out is what went in, in
 * order, cut at other places; what a broken connection takes with it is the tail.
 */
import type { Random } from "../seeded_random.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What a multiplexer sends for one of the streams of a connection. */
export interface Unit {
  readonly stream: number;
  readonly kind: "open" | "accept" | "reset" | "data";
  /** Of `data`: at least one byte. */
  readonly bytes: Uint8Array;
}

/** What the way between two machines is like. Times are ms. */
export interface Weather {
  readonly delay: number;
  /** Added to the delay, 0 to this. */
  readonly jitter: number;
  /** Probabilities, for each segment. */
  readonly loss: number;
  readonly duplication: number;
  readonly reordering: number;
  /** Pieces into which a write is cut, at most. */
  readonly cuts: number;
}

const FIRST_RETRANSMISSION_MS = 200;
const LAST_RETRANSMISSION_MS = 8_000;
const REORDERING_MS = 400;
/** Bytes that travel one at a time, where a write begins to be cut so. */
const SINGLE_BYTES = 12;

/** Carries units from one end of a connection to the other. */
export class Pipe {
  #sent = 0;
  #expected = 0;
  readonly #early = new Map<number, Unit>();
  #severed = false;
  #deaf = false;

  constructor(
    private readonly init: {
      readonly time: VirtualTime;
      readonly random: Random;
      readonly weather: () => Weather;
      /** Whether anything gets through at the moment. */
      readonly passable: () => boolean;
      readonly deliver: (unit: Unit) => void;
    },
  ) {}

  send(unit: Unit): void {
    for (const piece of this.#cut(unit)) {
      this.#transmit(this.#sent++, piece, FIRST_RETRANSMISSION_MS);
    }
  }

  /**
   * Nothing is sent or sent again from now on.
   * @param loseFlying whether what is on its way gets lost too
   */
  sever(loseFlying: boolean): void {
    this.#severed = true;
    if (loseFlying) this.#deaf = true;
  }

  #transmit(number: number, unit: Unit, patience: number): void {
    if (this.#severed) return;
    const { time, random, weather, passable } = this.init;
    const { delay, jitter, loss, duplication, reordering } = weather();
    if (!passable() || random.chance(loss)) {
      const next = Math.min(2 * patience, LAST_RETRANSMISSION_MS);
      time.after(patience, () => this.#transmit(number, unit, next));
      return;
    }
    const copies = random.chance(duplication) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const late = random.chance(reordering) ? random.between(0, REORDERING_MS) : 0;
      time.after(delay + random.between(0, jitter) + late, () => this.#arrive(number, unit));
    }
  }

  #arrive(number: number, unit: Unit): void {
    if (this.#deaf || number < this.#expected) return;
    this.#early.set(number, unit);
    let joined: Unit | undefined;
    for (
      let next = this.#early.get(this.#expected);
      next !== undefined;
      next = this.#early.get(this.#expected)
    ) {
      this.#early.delete(this.#expected++);
      if (joined?.kind === "data" && next.kind === "data" && joined.stream === next.stream) {
        joined = { ...joined, bytes: join(joined.bytes, next.bytes) };
        continue;
      }
      if (joined !== undefined) this.init.deliver(joined);
      joined = next;
    }
    if (joined !== undefined) this.init.deliver(joined);
  }

  #cut(unit: Unit): Unit[] {
    const { random, weather } = this.init;
    const { byteLength } = unit.bytes;
    const places = new Set<number>();
    for (let cuts = random.int(0, weather().cuts); cuts > 0 && byteLength > 1; cuts--) {
      const place = random.int(1, byteLength - 1);
      places.add(place);
      if (!random.chance(0.2)) continue;
      for (let step = 1; step < SINGLE_BYTES && place + step < byteLength; step++) {
        places.add(place + step);
      }
    }
    if (places.size === 0) return [unit];
    const sorted = [...places].sort((a, b) => a - b);
    return [0, ...sorted].map((start, index) => ({
      ...unit,
      bytes: unit.bytes.subarray(start, sorted[index] ?? byteLength),
    }));
  }
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array {
  const joined = new Uint8Array(one.byteLength + other.byteLength);
  joined.set(one);
  joined.set(other, one.byteLength);
  return joined;
}
