/**
 * Whom to ask and when, and whom to answer, as a pure state machine: an event and the time go in,
 * questions come out. No I/O, no timers: the driver feeds it and calls it again at `wakeAt`.
 *
 * Guarantees, given that every question is followed by `asked` or by `gone`:
 * - a peer is asked when it connects, once more soon after, and then about every 60 s
 * - one question at a time to a peer; a peer that does not speak the protocol is asked once
 * - a peer is answered at most once in 5 s; what is kept for that is bounded by how many peers
 *   can ask in 5 s
 * - `ask` comes only in answer to `timer`. Yamux 8.0.3 throws past everybody when a connection ends
 *   between `newStream()` and the next microtask (its muxer.ts, `onCreateStream`), and that cannot
 *   happen in a fresh timer
 */

/** A peer is asked this often. */
export const ASK_INTERVAL_MS = 60_000;
/** And this long after it was first asked: two that connect to a third at once see each other. */
export const SECOND_ASK_MS = 6_000;
/** Every wait is longer or shorter by up to this share, so that peers do not ask in step. */
export const JITTER = 0.15;
/** A peer gets one answer in this time. */
export const ANSWER_INTERVAL_MS = 5_000;

export type ExchangeEvent =
  | { readonly type: "connected"; readonly peerId: string }
  | { readonly type: "gone"; readonly peerId: string }
  /** A question is over, answered or not. */
  | { readonly type: "asked"; readonly peerId: string; readonly unsupported: boolean }
  /** The time `wakeAt` has come. */
  | { readonly type: "timer" };

/** Ask this peer now. */
export interface AskEffect {
  readonly type: "ask";
  readonly peerId: string;
}

interface Partner {
  /** When to ask next, monotonic; Infinity while a question is on its way. */
  dueAt: number;
  questions: number;
}

/** The questions and answers of one node. */
export class ExchangeSchedule {
  readonly #partners = new Map<string, Partner>();
  /** When each peer was last answered, oldest first. */
  readonly #answered = new Map<string, number>();
  readonly #random: () => number;

  /** @param random uniform in [0, 1) */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Takes one event at the time `now` (ms, monotonic) and says whom to ask. */
  handle(event: ExchangeEvent, now: number): AskEffect[] {
    switch (event.type) {
      case "connected":
        if (!this.#partners.has(event.peerId)) {
          this.#partners.set(event.peerId, { dueAt: now, questions: 0 });
        }
        break;
      case "gone":
        this.#partners.delete(event.peerId);
        break;
      case "asked": {
        const partner = this.#partners.get(event.peerId);
        if (partner === undefined || event.unsupported) break;
        const wait = partner.questions === 1 ? SECOND_ASK_MS : ASK_INTERVAL_MS;
        partner.dueAt = now + wait * (1 + JITTER * (2 * this.#random() - 1));
        break;
      }
      case "timer":
        return this.#ask(now);
    }
    return [];
  }

  /** When the next `timer` event is due, ms; Infinity if never. */
  get wakeAt(): number {
    let wakeAt = Infinity;
    for (const { dueAt } of this.#partners.values()) wakeAt = Math.min(wakeAt, dueAt);
    return wakeAt;
  }

  /** Whether a peer that asks at the time `now` gets an answer; it counts as answered then. */
  mayAnswer(peerId: string, now: number): boolean {
    for (const [asker, answered] of this.#answered) {
      if (answered > now - ANSWER_INTERVAL_MS) break;
      this.#answered.delete(asker);
    }
    if (this.#answered.has(peerId)) return false;
    this.#answered.set(peerId, now);
    return true;
  }

  #ask(now: number): AskEffect[] {
    const effects: AskEffect[] = [];
    for (const [peerId, partner] of this.#partners) {
      if (partner.dueAt > now) continue;
      partner.dueAt = Infinity;
      partner.questions++;
      effects.push({ type: "ask", peerId });
    }
    return effects;
  }
}
