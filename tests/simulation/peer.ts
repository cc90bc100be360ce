/**
 * A virtual peer that keeps the protocol: a machine with a disk and a wall clock, on which the program
 * is started, stopped and killed, and a person who writes, takes back and looks at messages.
 */
import { ChatError } from "../../src/errors.ts";
import type { Draft } from "../../src/history/mod.ts";
import { type Death, Fuse, type Killed } from "./fuse.ts";
import type { Ledger } from "./ledger.ts";
import type { Mutant } from "./mutant.ts";
import type { Network } from "./network.ts";
import { Process } from "./process.ts";
import type { Random } from "../seeded_random.ts";
import { Storage, type Trouble } from "./storage.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** 2026-11-22, where the wall clocks begin. */
const BEGINNING_MS = Date.UTC(2026, 10, 22);
/** As the program does while another process has the database locked. */
const SAVE_RETRY_MS = 250;
const SAVE_TRIES = 240;
/** For a mutant. */
const SLOW_SAVE_MS = 100;
/** How long a peer stays down after its process died. */
const DOWN_MS = [10, 20_000] as const;
/** Messages looked at together. */
const PAGE = 50;

export interface PeerInit {
  readonly name: string;
  readonly time: VirtualTime;
  readonly network: Network;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly mutant: Mutant | undefined;
  readonly others: readonly string[];
  readonly readReceipts: boolean;
  readonly countsStandstill: boolean;
  readonly isHonest: (name: string) => boolean;
  readonly lookAround: () => number;
  readonly trace: (who: string, what: () => string) => void;
}

/** One peer through all its restarts. */
export class Peer implements Disposable {
  readonly storage: Storage;
  readonly fuse = new Fuse();
  readonly #init: PeerInit;
  #process: Process | undefined;
  #clockOffset = 0;
  /** How often its process died. */
  deaths = 0;

  constructor(init: PeerInit) {
    this.#init = init;
    const { name, ledger, mutant } = init;
    this.storage = new Storage({
      name,
      ledger,
      mutant,
      random: init.random.fork(),
      step: (where) => this.fuse.step(where),
    });
  }

  get name(): string {
    return this.#init.name;
  }

  get readReceipts(): boolean {
    return this.#init.readReceipts;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** Starts the program, unless it runs. */
  start(): void {
    if (this.#process !== undefined) return;
    const { name, ledger, mutant, random, time, network, trace } = this.#init;
    const { others, readReceipts, countsStandstill, isHonest, lookAround } = this.#init;
    this.#trace(() => "starts");
    const process = new Process({
      name,
      ledger,
      mutant,
      time,
      network,
      others,
      readReceipts,
      countsStandstill,
      isHonest,
      lookAround,
      storage: this.storage,
      random: random.fork(),
      now: () => this.#wallClock(),
      step: (where) => this.fuse.step(where),
      trace: (what) => trace(name, what),
      newId: () => newId(random),
      onKilled: (how) => this.#died(process, how),
      onReceived: (messages) => {
        ledger.reported(name, messages);
        if (mutant === "read-when-stored") {
          this.storage.markRead(messages, this.#wallClock(), readReceipts);
        }
        this.fuse.step("after: telling of messages");
      },
    });
    this.#process = process;
    network.attach(process);
  }

  /** Ends the program where it stands, without a warning; it comes back after a while. */
  kill(death: Death): void {
    const process = this.#process;
    if (process === undefined) return;
    this.deaths++;
    this.#process = undefined;
    this.fuse.putOut();
    process.end();
    this.#init.network.detach(process, death === "power cut");
    if (death === "power cut") {
      const undone = this.storage.cutPower();
      this.#trace(() => `lost its power, and ${undone} transactions`);
    }
    this.#init.time.after(this.#init.random.between(...DOWN_MS), () => this.start());
  }

  /** The program stands still for `ms`; the others may find that it does not answer. */
  stop(ms: number): void {
    const process = this.#process;
    if (process === undefined || !process.responsive) return;
    this.#trace(() => `stands still for ${Math.round(ms)} ms`);
    process.stop();
    this.#init.network.silence(process);
    this.#init.time.after(ms, () => process.goOn());
  }

  spoilDisk(trouble: Trouble): void {
    this.#trace(() => `its disk fails: ${trouble.code}, ${trouble.probability}`);
    this.storage.trouble = trouble;
  }

  /** Unless another trouble has taken its place. */
  repairDisk(trouble: Trouble): void {
    if (this.storage.trouble !== trouble) return;
    this.#trace(() => "its disk works again");
    this.storage.trouble = undefined;
  }

  /** Everything is well again. */
  recover(): void {
    this.fuse.putOut();
    this.storage.trouble = undefined;
    this.#process?.goOn();
    this.start();
  }

  /** Sets the wall clock. */
  setClock(ms: number): void {
    this.#trace(() => `the clock jumps by ${ms} ms`);
    this.#clockOffset = Math.max(ms, -BEGINNING_MS);
  }

  // What the person does, where the program runs.

  write(to: string, texts: readonly string[]): void {
    const { random, ledger, mutant } = this.#init;
    const process = this.#process;
    process?.enter(() => {
      const drafts = texts.map((text): Draft => ({
        conversation: { kind: "peer", peerId: to },
        id: newId(random),
        text,
        sentAt: this.#wallClock(),
        replyTo: undefined,
      }));
      this.#trace(() => `writes ${describeDrafts(drafts)} to ${to}`);
      if (mutant === "accept-before-commit") {
        ledger.accepted(this.name, drafts);
        process.later(SLOW_SAVE_MS, () => this.#save(process, to, drafts, 1));
      } else this.#save(process, to, drafts, 1);
    });
  }

  cancelOne(): void {
    this.#process?.enter(() => {
      const waiting = this.storage.history.outbox.list(PAGE);
      if (waiting.length === 0) return;
      const { id } = this.#init.random.pick(waiting).message;
      this.#trace(() => `takes ${id.slice(0, 8)} back`);
      try {
        this.storage.cancel(id, this.#wallClock());
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        this.#trace(() => error.message);
      }
    });
  }

  look(): void {
    const process = this.#process;
    process?.enter(() => {
      try {
        const messages = this.storage.unread(this.#init.random.int(1, PAGE));
        if (messages.length === 0) return;
        this.#trace(() => `looks at ${messages.map(({ id }) => id.slice(0, 8)).join(" ")}`);
        this.#init.ledger.seen(this.name, messages);
        this.storage.markRead(messages, this.#wallClock(), this.readReceipts);
        const senders = new Set(
          messages.flatMap(({ conversation }) =>
            conversation.kind === "peer" ? [conversation.peerId] : []
          ),
        );
        for (const sender of senders) process.shown(sender);
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        this.#trace(() => error.message);
      }
    });
  }

  /** What it is doing, for the report of a run that got stuck. */
  describe(): string {
    return this.#process?.describe() ?? `${this.name} is down`;
  }

  [Symbol.dispose](): void {
    this.storage[Symbol.dispose]();
  }

  #save(process: Process, to: string, drafts: readonly Draft[], tries: number): void {
    try {
      this.storage.enqueue(drafts, this.#wallClock());
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#trace(() => `not saved: ${error.message}`);
      if (error.code !== "storage-busy" || tries >= SAVE_TRIES) return;
      process.later(SAVE_RETRY_MS, () => this.#save(process, to, drafts, tries + 1));
      return;
    }
    process.queued(to);
  }

  #died(process: Process, how: Killed): void {
    if (this.#process !== process) return;
    this.#trace(() => how.message);
    this.kill(how.death);
  }

  #wallClock(): number {
    return BEGINNING_MS + Math.trunc(this.#init.time.now + this.#clockOffset);
  }

  #trace(what: () => string): void {
    this.#init.trace(this.name, what);
  }
}

function describeDrafts(drafts: readonly Draft[]): string {
  const bytes = drafts.reduce((sum, { text }) => sum + text.length, 0);
  const ids = drafts.slice(0, 5).map(({ id }) => id.slice(0, 8)).join(" ");
  return `${drafts.length} messages (${ids}${
    drafts.length > 5 ? " ..." : ""
  }, ${bytes} characters)`;
}

/** A UUIDv7 by its form; the time in it is random too, because nothing may depend on it. */
export function newId(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.bits().toString(16).padStart(8, "0")).join("");
  const variant = "89ab"[random.int(0, 3)];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${
    hex.slice(17, 20)
  }-${hex.slice(20)}`;
}
