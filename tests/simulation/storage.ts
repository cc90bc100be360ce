/**
 * The durable side of one virtual peer: the real history in memory, with a disk that fails for a
 * while, processes that are killed before and after each operation, and power cuts.
 *
 * A process that is killed leaves what was committed. A power cut may also take the operations since
 * the last flush to the disk, from the end: those that `history/` commits without one. In memory there
 * is nothing to undo them with, so all the others are done again in a new database.
 */
import type { DirectStore } from "../../src/direct/mod.ts";
import type { WireMessage } from "../../src/direct/wire.ts";
import { ChatError } from "../../src/errors.ts";
import type { OwnMessage, ReceivedMessage } from "../../src/history/message_record.ts";
import { type Accepted, type Draft, type History, openHistory } from "../../src/history/mod.ts";
import type { Ledger } from "./ledger.ts";
import type { Mutant } from "./mutant.ts";
import { UNFLUSHED_STATES } from "../../src/history/message_store.ts";
import type { Random } from "../seeded_random.ts";

/** What is wrong with a disk. */
export interface Trouble {
  /** `storage-busy`: locked, but it can be read. */
  readonly code: "storage-busy" | "storage-failed";
  /** With which each operation fails. */
  readonly probability: number;
}

export interface StorageInit {
  /** The peer. */
  readonly name: string;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly mutant: Mutant | undefined;
  /** Called before and after each operation; throws where the process dies there. */
  readonly step: (what: string) => void;
}

/** An operation that writes. */
interface Writing<T> {
  readonly what: string;
  readonly work: (history: History) => T;
  /** Whether it is on the disk afterwards, and everything before it. */
  readonly flushes: (result: T) => boolean;
  /** Tells the ledger. */
  readonly committed: (result: T) => void;
  /** A power cut undid it. */
  readonly undone?: (result: T) => void;
}

interface Done {
  readonly work: (history: History) => unknown;
  readonly flushed: boolean;
  readonly undo: () => void;
}

/** A history that outlives the processes of its peer. */
export class Storage implements DirectStore<Draft, OwnMessage, ReceivedMessage>, Disposable {
  readonly #init: StorageInit;
  #history: History;
  #done: Done[] = [];
  trouble: Trouble | undefined;

  constructor(init: StorageInit) {
    this.#init = init;
    this.#history = openHistory(":memory:", init.name, 0);
  }

  /** The database, for whoever looks on from outside: no faults. */
  get history(): Pick<History, "list" | "outbox" | "readMarks"> {
    return this.#history;
  }

  enqueue(drafts: readonly Draft[], now: number): (OwnMessage | undefined)[] {
    return this.#write({
      what: `enqueue ${drafts.length}`,
      work: ({ messages }) => messages.enqueue(drafts, now),
      flushes: () => true,
      committed: (own) => {
        if (this.#init.mutant === "accept-before-commit") return;
        const saved = own.filter((one) => one !== undefined);
        this.#init.ledger.accepted(this.#init.name, saved);
      },
    });
  }

  waiting(peerId: string, after: number, limit: number): WireMessage[] {
    return this.#read("load", ({ messages }) => messages.waiting(peerId, after, limit));
  }

  record(
    peerId: string,
    ids: readonly string[],
    state: "sent" | "delivered" | "read" | "refused",
    now: number,
    reason?: string,
  ): OwnMessage[] {
    const { name, ledger, mutant } = this.#init;
    const flushed = !UNFLUSHED_STATES.has(state) &&
      !(mutant === "read-without-flush" && state === "read");
    return this.#write({
      what: `record ${state} of ${ids.length}`,
      work: ({ messages }) => messages.record(peerId, ids, state, now, reason),
      flushes: (own) => flushed && own.length > 0,
      committed: (own) => ledger.recorded(name, peerId, state, own),
      undone: (own) => ledger.notRecorded(own),
    });
  }

  accept(peerId: string, incoming: readonly WireMessage[], now: number): Accepted {
    const { name, ledger } = this.#init;
    return this.#write({
      what: `accept ${incoming.length}`,
      work: ({ messages }) => messages.accept(peerId, incoming, now),
      // Where nothing was new, nothing was written.
      flushes: ({ fresh }) => fresh.length > 0,
      committed: (accepted) => ledger.stored(name, peerId, accepted),
    });
  }

  receiptsFor(peerId: string, limit: number): string[] {
    return this.#read("load receipts", ({ readMarks }) => readMarks.receiptsFor(peerId, limit));
  }

  receiptsSent(peerId: string, ids: readonly string[]): void {
    this.#write({
      what: `settle ${ids.length} receipts`,
      work: ({ readMarks }) => readMarks.receiptsSent(peerId, ids),
      flushes: () => false,
      committed: () => {},
    });
  }

  /** @throws ChatError; then it was not taken back */
  cancel(id: string, now: number): void {
    this.#write({
      what: "cancel",
      work: ({ outbox }) => outbox.cancel(id, now),
      flushes: (before) => before !== undefined,
      committed: (before) => before !== undefined && this.#init.ledger.cancelled(id),
    });
  }

  unread(limit: number): ReceivedMessage[] {
    return this.#read("unread", ({ readMarks }) => readMarks.unread(limit));
  }

  markRead(messages: readonly ReceivedMessage[], now: number, receipt: boolean): void {
    const { name, ledger } = this.#init;
    const ids = messages.map(({ id }) => id);
    this.#write({
      what: `mark ${ids.length} as read`,
      work: ({ readMarks }) => readMarks.markRead(messages, now, { receipt }),
      flushes: () => false,
      committed: () => ledger.noted(name, ids),
      undone: () => ledger.notNoted(name, ids),
    });
  }

  /** The machine lost its power: some of what was not flushed yet is gone. */
  cutPower(): number {
    const safe = this.#done.findLastIndex(({ flushed }) => flushed) + 1;
    const lost = this.#done.splice(this.#init.random.int(safe, this.#done.length));
    if (lost.length === 0) return 0;
    for (const { undo } of lost.reverse()) undo();
    this.#history[Symbol.dispose]();
    this.#history = openHistory(":memory:", this.#init.name, 0);
    for (const { work } of this.#done) work(this.#history);
    return lost.length;
  }

  [Symbol.dispose](): void {
    this.#history[Symbol.dispose]();
  }

  #read<T>(what: string, work: (history: History) => T): T {
    const { step } = this.#init;
    step(`before: ${what}`);
    this.#mayFail(what, false);
    const result = work(this.#history);
    step(`after: ${what}`);
    return result;
  }

  #write<T>({ what, work, flushes, committed, undone }: Writing<T>): T {
    const { step } = this.#init;
    step(`before: ${what}`);
    this.#mayFail(what, true);
    const result = work(this.#history);
    this.#done.push({ work, flushed: flushes(result), undo: () => undone?.(result) });
    committed(result);
    step(`after: ${what}`);
    return result;
  }

  #mayFail(what: string, writes: boolean): void {
    if (this.trouble === undefined) return;
    const { code, probability } = this.trouble;
    if (code === "storage-busy" && !writes) return;
    if (!this.#init.random.chance(probability)) return;
    throw new ChatError(code, `${what}: the database of ${this.#init.name} fails for a while`);
  }
}
