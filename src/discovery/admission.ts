/**
 * Which discovered peers to dial, as a pure state machine: an event and the time go in, dials come
 * out. No I/O, no timers: the driver feeds it and calls it again at `wakeAt`.
 *
 * Discovered peers are those that nobody asked for: they announced themselves on the LAN, or another
 * peer told of them. Anybody can announce anything, so an announcement is worth little: it buys a
 * peer one try, and no more than one a minute.
 *
 * Guarantees, given that every dial is answered by `dialled` or `failed`:
 * - at most 8 dials at a time, and none while 32 peers are connected or being dialled
 * - at most one dial of a peer in 60 s, longer after failures, and only if the peer was announced
 *   since its last one
 * - at most 1,000 candidates with 8 addresses each, however many announcements there are; one that
 *   failed makes room for one that was never tried
 */
import { usableAddresses } from "./address_scope.ts";

/** Enough for a LAN party to be one mesh; more connections come from those who dial us. */
export const WANTED_CONNECTIONS = 32;
export const MAX_PARALLEL_DIALS = 8;
export const MAX_CANDIDATES = 1_000;
/** A peer is dialled this often at most; the wait doubles with every failure in a row. */
export const RETRY_BASE_MS = 60_000;
export const RETRY_CAP_MS = 3_600_000;
/** A connection that ends sooner counts as a failure. */
export const STABLE_CONNECTION_MS = 10_000;

export type AdmissionEvent =
  | {
    readonly type: "discovered";
    readonly peerId: string;
    /** Multiaddrs as announced, with or without the peer id. */
    readonly addresses: readonly string[];
    /** Whether loopback addresses mean this machine to who announced them. */
    readonly loopback: boolean;
  }
  /** The peer is connected, whoever dialled. */
  | { readonly type: "connected"; readonly peerId: string }
  | { readonly type: "lost"; readonly peerId: string }
  | { readonly type: "dialled"; readonly peerId: string }
  | { readonly type: "failed"; readonly peerId: string }
  /** The time `wakeAt` has come. */
  | { readonly type: "timer" };

/** Dial this peer now. */
export interface AdmitEffect {
  readonly type: "dial";
  readonly peerId: string;
  /** Multiaddrs without the peer id, 1 to 8. */
  readonly addresses: readonly string[];
}

interface Candidate {
  readonly peerId: string;
  /** The most recently announced first. */
  addresses: readonly string[];
  /** Announced since it was last dialled or connected. */
  announced: boolean;
  dialling: boolean;
  connectedAt: number | undefined;
  lastDialled: number | undefined;
  /** Failures in a row. */
  failures: number;
}

/** Decides about discovered peers. */
export class Admission {
  readonly #self: string;
  readonly #candidates = new Map<string, Candidate>();
  readonly #connected = new Set<string>();

  /** @param self the id of this node, which is never dialled */
  constructor(self: string) {
    this.#self = self;
  }

  /** Takes one event at the time `now` (ms, monotonic) and says whom to dial. */
  handle(event: AdmissionEvent, now: number): AdmitEffect[] {
    switch (event.type) {
      case "discovered":
        this.#discover(event);
        break;
      case "connected": {
        this.#connected.add(event.peerId);
        const candidate = this.#candidates.get(event.peerId);
        if (candidate === undefined) break;
        candidate.announced = false;
        candidate.connectedAt ??= now;
        break;
      }
      case "lost":
        this.#connected.delete(event.peerId);
        this.#lose(event.peerId, now);
        break;
      case "dialled":
      case "failed": {
        const candidate = this.#candidates.get(event.peerId);
        if (candidate === undefined) break;
        candidate.dialling = false;
        if (event.type === "failed" && candidate.connectedAt === undefined) candidate.failures++;
        break;
      }
      case "timer":
        break;
    }
    return this.#dial(now);
  }

  /** When the next `timer` event is due, ms; Infinity if never, or not before another event. */
  get wakeAt(): number {
    let wakeAt = Infinity;
    if (this.#room() <= 0) return wakeAt;
    for (const candidate of this.#candidates.values()) {
      if (this.#wanted(candidate)) wakeAt = Math.min(wakeAt, dueAt(candidate));
    }
    return wakeAt;
  }

  /** How many candidates are remembered. */
  get size(): number {
    return this.#candidates.size;
  }

  #discover(event: Extract<AdmissionEvent, { type: "discovered" }>): void {
    const { peerId, loopback } = event;
    if (peerId === this.#self || this.#connected.has(peerId)) return;
    const known = this.#candidates.get(peerId);
    const addresses = usableAddresses([...event.addresses, ...known?.addresses ?? []], {
      peerId,
      loopback,
    });
    if (addresses.length === 0) return;
    if (known !== undefined) {
      known.addresses = addresses;
      known.announced = true;
      return;
    }
    if (!this.#makeRoom()) return;
    this.#candidates.set(peerId, {
      peerId,
      addresses,
      announced: true,
      dialling: false,
      connectedAt: undefined,
      lastDialled: undefined,
      failures: 0,
    });
  }

  #lose(peerId: string, now: number): void {
    const candidate = this.#candidates.get(peerId);
    if (candidate?.connectedAt === undefined) return;
    if (now - candidate.connectedAt < STABLE_CONNECTION_MS) candidate.failures++;
    else {
      // A good peer that comes back, perhaps elsewhere, is dialled as soon as it is announced.
      candidate.failures = 0;
      candidate.lastDialled = undefined;
    }
    candidate.connectedAt = undefined;
  }

  /** @returns whether one more candidate fits, after the worst one was dropped if need be */
  #makeRoom(): boolean {
    if (this.#candidates.size < MAX_CANDIDATES) return true;
    let worst: Candidate | undefined;
    for (const candidate of this.#candidates.values()) {
      if (candidate.dialling || candidate.failures <= (worst?.failures ?? 0)) continue;
      worst = candidate;
    }
    return worst !== undefined && this.#candidates.delete(worst.peerId);
  }

  #dial(now: number): AdmitEffect[] {
    const room = this.#room();
    if (room <= 0) return [];
    const due = [...this.#candidates.values()]
      .filter((candidate) => this.#wanted(candidate) && dueAt(candidate) <= now)
      // Those that failed least go first, of these the one that has waited longest.
      .sort((a, b) => a.failures - b.failures || dueAt(a) - dueAt(b));
    return due.slice(0, room).map((candidate) => {
      candidate.dialling = true;
      candidate.announced = false;
      candidate.lastDialled = now;
      return { type: "dial", peerId: candidate.peerId, addresses: candidate.addresses };
    });
  }

  #wanted({ peerId, announced, dialling }: Candidate): boolean {
    return announced && !dialling && !this.#connected.has(peerId);
  }

  /** How many more peers may be dialled now. */
  #room(): number {
    let dialling = 0;
    let connected = this.#connected.size;
    for (const candidate of this.#candidates.values()) {
      if (!candidate.dialling) continue;
      dialling++;
      if (this.#connected.has(candidate.peerId)) connected--;
    }
    return Math.min(MAX_PARALLEL_DIALS - dialling, WANTED_CONNECTIONS - connected - dialling);
  }
}

/** When a candidate may be dialled; 0, which is always past, if it never was. */
function dueAt({ lastDialled, failures }: Candidate): number {
  if (lastDialled === undefined) return 0;
  const wait = Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** Math.max(0, failures - 1));
  return lastDialled + wait;
}
