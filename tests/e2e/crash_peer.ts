/** A peer that is killed and comes back: one home and one port, one process after the other. */
import type { NdjsonLine } from "../../src/commands/ndjson.ts";
import type { Kill } from "./crash_plan.ts";
import { orderMessages } from "./ledger.ts";
import { delivered, ready } from "./lines.ts";
import { demoPeer, freePort, Home, type Running } from "./program.ts";

/** Dispose it to kill what runs and to remove its home. */
export class CrashPeer implements AsyncDisposable {
  readonly port = freePort();
  readonly #home: Home;
  readonly #runs: Running[] = [];
  #peerId = "";
  /** Of the process that runs now. */
  #orders = 0;
  #readLines = 0;
  readonly #results: ResultOf[] = [];

  private constructor(readonly name: string, home: Home) {
    this.#home = home;
  }

  /** Starts one with a new identity. */
  static async make(name: string): Promise<CrashPeer> {
    const peer = new CrashPeer(name, await Home.make());
    peer.start();
    const { peerId } = await peer.process.find(ready);
    peer.#peerId = peerId;
    return peer;
  }

  get peerId(): string {
    return this.#peerId;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** All its processes so far, in order. */
  get runs(): readonly Running[] {
    return this.#runs;
  }

  /** The latest process. */
  get process(): Running {
    const process = this.#runs.at(-1);
    if (process === undefined) throw new Error(`${this.name} was not started`);
    return process;
  }

  /** Starts the next process. */
  start(): void {
    this.#orders = 0;
    this.#readLines = 0;
    this.#results.length = 0;
    this.#runs.push(this.#home.start([...demoPeer(this.port), "--unread", "--name", this.name]));
  }

  /** Has it write `count` messages, whose texts begin with `label`. */
  async write(to: string, label: string, count: number): Promise<void> {
    this.#orders += count;
    await orderMessages(this.process, to, label, count);
  }

  /**
   * Resolves when the first `orders` orders were carried out; all of them by default.
   * @throws Error when one of them failed
   */
  async carriedOut(orders = this.#orders): Promise<void> {
    const { process } = this;
    await process.until(() => {
      for (const line of process.events.slice(this.#readLines)) {
        this.#readLines++;
        if (line.event === "result") this.#results.push(line);
      }
      return this.#results.length >= orders;
    });
    const failed = this.#results.find(({ ok }) => !ok);
    if (failed !== undefined) throw new Error(`${this.name} could not write: ${failed.reason}`);
  }

  /** Orders that were given to the latest process. */
  get orders(): number {
    return this.#orders;
  }

  /** Resolves when all that its latest process was told to write is delivered. */
  async settled(): Promise<void> {
    await this.carriedOut();
    // What went to one peer is acknowledged in order; to which one an order went is not told.
    for (const { id } of this.#results.slice(-2)) await this.process.find(delivered(id ?? ""));
  }

  /** Lets it live until the moment that the plan says, then kills it. */
  async kill({ lines, delayMs }: Kill, printedBefore: number): Promise<void> {
    const { process } = this;
    await process.until(() => process.lines.length >= printedBefore + lines);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    await process.crash();
  }

  /** Has it say goodbye, and reads its database. @throws Error when it did not end well */
  async leave(): ReturnType<Home["history"]> {
    await this.process.closeInput();
    const { code, err } = await this.process.finished();
    if (code !== 0) throw new Error(`${this.name} ended with ${code}: ${err.join("\n")}`);
    return await this.#home.history();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#home[Symbol.asyncDispose]();
  }
}

type ResultOf = Extract<NdjsonLine, { event: "result" }>;
