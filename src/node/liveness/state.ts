/**
 * Which connections are dead, as a pure state machine: what came so far and the time go in, questions
 * and verdicts come out. No I/O, no timers: the driver looks every LOOK_INTERVAL_MS.
 *
 * A connection is dead when nothing came on it for LOST_AFTER_MS although it was asked. Any byte
 * counts, not only the answer: TCP on a bad link (450 ms each way, 8 % loss) stalls for 9 s and more,
 * and whatever comes then shows that the peer lives. Where there is a reason for doubt, nobody waits
 * that long: when the machine slept, and on the older connections of a peer that opened another one,
 * since it may have lost them. Such a connection has ANSWER_MS.
 *
 * Guarantees, given a driver that looks in time and carries out the effects:
 * - a peer that vanished is noticed within LOST_AFTER_MS and two looks of its last byte
 * - nothing is called dead before it was asked and had ANSWER_MS to answer, counted from when this
 *   process ran again: if it was stopped (SIGSTOP, suspend, a stalled event loop), the answers may
 *   have come and not been read
 * - each connection is asked as soon as it is there, so that the round trip is known soon; at the
 *   next look, since the first answer had to wait for all that happens when two peers meet; and then
 *   at least every MEASURE_EVERY_MS. One question at a time
 */

export const LOOK_INTERVAL_MS = 1_000;
/** Silence after which a connection is asked, ms. */
export const ASK_AFTER_MS = 5_000;
/** A connection on which much comes is asked too, to know the round trip, ms. */
export const MEASURE_EVERY_MS = 10_000;
/**
 * Silence after which a connection is dead, ms. People are told of a peer that vanished within 20 s:
 * this leaves room for two looks and a busy machine. As long as that allows, since it decides how
 * bad a link may be: TCP over 450 ms each way sends a lost packet again after about 1, 3, 8 and 17 s.
 */
export const LOST_AFTER_MS = 17_000;
/** How long a connection has to answer when it is in doubt, or this process was stopped, ms. */
export const ANSWER_MS = 5_000;
/** A look that is this much too late means that this process was stopped, ms. */
export const STOPPED_MS = 2_000;

export type LivenessEvent =
  | { readonly type: "opened"; readonly connection: string; readonly peerId: string }
  | { readonly type: "closed"; readonly connection: string }
  /** The answer to `ask` came. */
  | { readonly type: "answered"; readonly connection: string }
  /**
   * Bytes received so far, by connection; to be told every LOOK_INTERVAL_MS, and before `opened` and
   * `resumed`, since what came before is no reason not to doubt.
   */
  | { readonly type: "looked"; readonly received: ReadonlyMap<string, number> }
  /** The machine slept, whether the clock given here has counted that or not. */
  | { readonly type: "resumed" };

export type LivenessEffect =
  | { readonly type: "ask"; readonly connection: string }
  /** End this connection. It counts as closed from now on. */
  | { readonly type: "lost"; readonly connection: string; readonly silentMs: number };

interface Watched {
  readonly peerId: string;
  received: number;
  /** When something came, or when that was noticed. */
  heardAt: number;
  /** A question is not answered yet. */
  asking: boolean;
  /** Questions so far that were answered. */
  answers: number;
  /** When it was last asked, or since when it may answer. */
  askedAt: number;
  /** Nothing came since there was a reason to think that it is dead. */
  doubted: boolean;
}

/** The connections of one node. */
export class LivenessState {
  readonly #watched = new Map<string, Watched>();
  #lookedAt: number | undefined;

  /** Takes one event at the time `now` (ms, monotonic). Unknown connections do nothing. */
  handle(event: LivenessEvent, now: number): LivenessEffect[] {
    switch (event.type) {
      case "opened":
        return this.#open(event.connection, event.peerId, now);
      case "closed":
        this.#watched.delete(event.connection);
        return [];
      case "answered": {
        const watched = this.#watched.get(event.connection);
        if (watched === undefined) return [];
        watched.asking = false;
        watched.answers++;
        hear(watched, now);
        return [];
      }
      case "looked":
        return this.#look(event.received, now);
      case "resumed":
        for (const watched of this.#watched.values()) watched.doubted = true;
        return this.#ask(this.#watched, now);
    }
  }

  #open(connection: string, peerId: string, now: number): LivenessEffect[] {
    if (this.#watched.has(connection)) return [];
    // A peer that opens one after the other must not put off the end of those that are dead.
    const older = [...this.#watched].filter(([, watched]) =>
      watched.peerId === peerId && !watched.doubted
    );
    for (const [, watched] of older) watched.doubted = true;
    const fresh = {
      peerId,
      received: 0,
      heardAt: now,
      asking: false,
      answers: 0,
      askedAt: now,
      doubted: false,
    };
    this.#watched.set(connection, fresh);
    return this.#ask([...older, [connection, fresh]], now);
  }

  #look(received: ReadonlyMap<string, number>, now: number): LivenessEffect[] {
    const stoppedFor = now - (this.#lookedAt ?? now) - LOOK_INTERVAL_MS;
    this.#lookedAt = now;
    for (const [connection, watched] of this.#watched) {
      const bytes = received.get(connection) ?? watched.received;
      if (bytes === watched.received) continue;
      watched.received = bytes;
      hear(watched, now);
    }
    if (stoppedFor > STOPPED_MS) return this.#ask(this.#watched, now);
    const effects: LivenessEffect[] = [];
    for (const [connection, watched] of this.#watched) {
      const silentMs = now - watched.heardAt;
      const askedMs = now - watched.askedAt;
      if (!watched.asking) {
        const isMeasured = watched.answers > 1 && askedMs < MEASURE_EVERY_MS;
        if (isMeasured && silentMs < ASK_AFTER_MS) continue;
        effects.push(...this.#ask([[connection, watched]], now));
      } else if (askedMs >= ANSWER_MS && (watched.doubted || silentMs >= LOST_AFTER_MS)) {
        this.#watched.delete(connection);
        effects.push({ type: "lost", connection, silentMs });
      }
    }
    return effects;
  }

  /** Asks; who was asked before has its time to answer anew. */
  #ask(whom: Iterable<[connection: string, Watched]>, now: number): LivenessEffect[] {
    const effects: LivenessEffect[] = [];
    for (const [connection, watched] of whom) {
      if (!watched.asking) effects.push({ type: "ask", connection });
      watched.asking = true;
      watched.askedAt = now;
    }
    return effects;
  }
}

function hear(watched: Watched, now: number): void {
  watched.heardAt = now;
  watched.doubted = false;
}
