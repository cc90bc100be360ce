/**
 * Keeps account of what people did and what the databases committed, and says at once where the two
 * do not go together. It sees everything at the moment at which it happens, so it knows more than any
 * peer; what is left in the databases at the end is compared in `verdict.ts`.
 */
import type { OwnMessage, ReceivedMessage } from "../../src/history/message_record.ts";
import type { Accepted } from "../../src/history/mod.ts";

/** Something happened that must not happen. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** A message that somebody wrote and the program accepted. */
export interface Written {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  /** Counts what `from` wrote to `to`. */
  readonly index: number;
  readonly at: number;
}

/** What the ledger is told about the people. */
export interface Parties {
  /** Those who keep the protocol. */
  readonly honest: ReadonlySet<string>;
  /** Two who suffer no faults, nor does the way between them. */
  readonly spared: ReadonlySet<string>;
}

/** Between two who are spared, every message is delivered within this time. */
const PROMPT_MS = 5_000;
/** They have found each other by then. */
const ACQUAINTED_MS = 10_000;

/** The account of one run. */
export class Ledger {
  readonly #parties: Parties;
  readonly #now: () => number;
  readonly #written = new Map<string, Written>();
  readonly #counts = new Map<string, number>();
  readonly #cancelled = new Set<string>();
  /** By recipient: id to text. */
  readonly #stored = new Map<string, Map<string, string>>();
  /** By sender and recipient: the index of the last message stored that nobody took back. */
  readonly #lastIndex = new Map<string, number>();
  /** By recipient: what the program was told of, what a person saw, what is noted as seen. */
  readonly #reported = new Map<string, Set<string>>();
  readonly #seen = new Map<string, Set<string>>();
  readonly #noted = new Map<string, Set<string>>();
  /** Acknowledged to a sender whose database took note of it. */
  readonly #acknowledged = new Set<string>();

  constructor(parties: Parties, now: () => number) {
    this.#parties = parties;
    this.#now = now;
  }

  written(from: string, to: string): Written[] {
    return [...this.#written.values()].filter((entry) => entry.from === from && entry.to === to);
  }

  get allIds(): readonly string[] {
    return [...this.#written.keys()];
  }

  get count(): number {
    return this.#written.size;
  }

  wasCancelled(id: string): boolean {
    return this.#cancelled.has(id);
  }

  /** What `at` committed of the messages of others: id to text. */
  storedAt(at: string): ReadonlyMap<string, string> {
    return this.#of(this.#stored, at, () => new Map<string, string>());
  }

  wasSeen(at: string, id: string): boolean {
    return this.#of(this.#seen, at, () => new Set()).has(id);
  }

  isNoted(at: string, id: string): boolean {
    return this.#of(this.#noted, at, () => new Set()).has(id);
  }

  isAcknowledged(id: string): boolean {
    return this.#acknowledged.has(id);
  }

  // What the databases committed.

  accepted(
    from: string,
    messages: readonly Pick<OwnMessage, "id" | "conversation" | "text">[],
  ): void {
    for (const { id, conversation, text } of messages) {
      const to = conversation.kind === "peer" ? conversation.peerId : conversation.address;
      const pair = `${from}>${to}`;
      const index = this.#counts.get(pair) ?? 0;
      this.#counts.set(pair, index + 1);
      this.#written.set(id, { id, from, to, text, index, at: this.#now() });
    }
  }

  cancelled(id: string): void {
    this.#cancelled.add(id);
  }

  stored(at: string, from: string, { fresh, conflicts }: Accepted): void {
    const stored = this.#of(this.#stored, at, () => new Map<string, string>());
    for (const { id, text } of fresh) {
      if (stored.has(id)) throw new Violation(`${at} stored ${id} of ${from} twice`);
      stored.set(id, text);
      if (!this.#parties.honest.has(from)) continue;
      const written = this.#written.get(id);
      if (written === undefined || written.from !== from || written.to !== at) {
        throw new Violation(`${at} stored ${id}, which ${from} did not write to it`);
      }
      if (written.text !== text) throw new Violation(`${at} stored ${id} with another text`);
      if (this.#cancelled.has(id)) continue;
      const last = this.#lastIndex.get(`${from}>${at}`) ?? -1;
      if (written.index < last) {
        throw new Violation(`${at} stored number ${written.index} of ${from} after number ${last}`);
      }
      this.#lastIndex.set(`${from}>${at}`, written.index);
    }
    if (conflicts.length > 0 && this.#parties.honest.has(from)) {
      throw new Violation(`${at} found another text under ${conflicts[0]} of ${from}`);
    }
  }

  recorded(from: string, to: string, state: string, messages: readonly OwnMessage[]): void {
    for (const { id } of messages) {
      const written = this.#written.get(id);
      if (written?.to !== to) throw new Violation(`${from} recorded ${state} of ${id} for ${to}`);
      if (state === "delivered" || state === "read") this.#mustBeStored(written, state);
      if (state === "delivered") {
        this.#mustBePrompt(written);
      } else if (state === "read") {
        if (this.#parties.honest.has(to) && !this.wasSeen(to, id)) {
          throw new Violation(`${from} recorded ${id} as read, which nobody saw at ${to}`);
        }
      } else if (state === "refused" && this.#parties.honest.has(to)) {
        throw new Violation(`${from} recorded ${id} as refused by ${to}`);
      }
    }
  }

  /** The database of the sender was told that these arrived. */
  acknowledged(ids: readonly string[]): void {
    for (const id of ids) this.#acknowledged.add(id);
  }

  noted(at: string, ids: readonly string[]): void {
    for (const id of ids) this.#of(this.#noted, at, () => new Set<string>()).add(id);
  }

  // What a power cut undid.

  notRecorded(messages: readonly OwnMessage[]): void {
    for (const { id } of messages) this.#acknowledged.delete(id);
  }

  notNoted(at: string, ids: readonly string[]): void {
    for (const id of ids) this.#of(this.#noted, at, () => new Set<string>()).delete(id);
  }

  // What the program and the people got to see.

  reported(at: string, messages: readonly ReceivedMessage[]): void {
    const reported = this.#of(this.#reported, at, () => new Set<string>());
    for (const { id } of messages) {
      if (reported.has(id)) throw new Violation(`${at} was told of ${id} twice`);
      if (!this.storedAt(at).has(id)) {
        throw new Violation(`${at} was told of ${id} before it was stored`);
      }
      reported.add(id);
    }
  }

  seen(at: string, messages: readonly ReceivedMessage[]): void {
    const seen = this.#of(this.#seen, at, () => new Set<string>());
    for (const { id } of messages) {
      if (this.isNoted(at, id)) throw new Violation(`${at} was shown ${id} again`);
      seen.add(id);
    }
  }

  #mustBeStored({ id, from, to }: Written, state: string): void {
    if (this.#parties.honest.has(to) && !this.storedAt(to).has(id)) {
      throw new Violation(`${from} recorded ${id} as ${state}, and ${to} has not stored it`);
    }
  }

  #mustBePrompt({ id, from, to, at }: Written): void {
    const { spared } = this.#parties;
    if (!spared.has(from) || !spared.has(to)) return;
    const took = this.#now() - Math.max(at, ACQUAINTED_MS);
    if (took > PROMPT_MS) {
      throw new Violation(`${id} took ${took} ms from ${from} to ${to}, who are both well`);
    }
  }

  #of<T>(map: Map<string, T>, name: string, make: () => T): T {
    const found = map.get(name);
    if (found !== undefined) return found;
    const made = make();
    map.set(name, made);
    return made;
  }
}
