/**
 * One peer of the demo: the program in a process of its own (`peer_command.ts`), of which everything
 * that it printed is kept. Nothing here waits for a fixed time: waiting ends with a line of the peer,
 * its end, or the signal.
 */
import type { NdjsonLine } from "../ndjson.ts";
import { formatOrder, type Order } from "./orders.ts";
import { ownProgram } from "./own_program.ts";

/** Enough of standard error to say why a peer ended. */
const MAX_ERROR_CHARACTERS = 2_000;

/** A running peer. Dispose it to kill it, if it still runs. */
export class PeerProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: NdjsonLine[] = [];
  readonly #reading: Promise<void>;
  #errors = "";
  /** It will not print anything more. */
  #silent = false;
  #changed = Promise.withResolvers<void>();

  /** @param args of `demo-peer` */
  constructor(readonly name: string, args: readonly string[]) {
    this.#child = ownProgram(["demo-peer", ...args]).spawn();
    this.#orders = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** What it printed so far. */
  get lines(): readonly NdjsonLine[] {
    return this.#lines;
  }

  /** Gives orders, to be carried out one after the other. */
  async order(...orders: readonly Order[]): Promise<void> {
    await this.#orders.write(new TextEncoder().encode(orders.map(formatOrder).join("")));
  }

  /**
   * Resolves with what `pick` finds in the first line where it finds something, past or to come.
   * @throws Error when the peer ends before; the signal's reason
   */
  async find<Found>(
    pick: (line: NdjsonLine) => Found | undefined,
    signal: AbortSignal,
  ): Promise<Found> {
    const looked = { lines: 0 };
    for (;;) {
      for (const line of this.#lines.slice(looked.lines)) {
        looked.lines++;
        const found = pick(line);
        if (found !== undefined) return found;
      }
      await this.until(() => this.#lines.length > looked.lines, signal);
    }
  }

  /**
   * Resolves when `condition` holds; it is asked whenever the peer printed something.
   * @throws Error when the peer ends before; the signal's reason
   */
  async until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      while (!condition()) {
        if (this.#silent) throw new Error(`${this.name} ended: ${this.#errors.trim()}`);
        await Promise.race([this.#changed.promise, aborted]);
      }
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  /** SIGKILL, as `kill -9`. Resolves when it is dead and all that it printed is here. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#end();
  }

  /** Lets it say goodbye and end. */
  async quit(): Promise<void> {
    await this.order({ order: "quit" });
    await this.#end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It ended already, which is all that is wanted here.
    }
    await this.#end();
  }

  async #end(): Promise<void> {
    await this.#child.status;
    await this.#reading;
    // Nobody reads orders any more; the pipe may be broken already.
    await this.#orders.abort().catch(() => {});
  }

  async #read(): Promise<void> {
    await Promise.all([this.#readLines(), this.#readErrors()]);
    this.#silent = true;
    this.#notify();
  }

  async #readLines(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      this.#lines.push(...lines.map((line): NdjsonLine => JSON.parse(line)));
      this.#notify();
    }
  }

  async #readErrors(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.#errors = (this.#errors + text).slice(-MAX_ERROR_CHARACTERS);
    }
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
