/**
 * A running peer as a test sees it: the events that it prints, with the time when each arrived here,
 * and what it is told to say.
 */
import { formatOrder } from "../../src/commands/demo/orders.ts";
import type { NdjsonLine } from "../../src/commands/ndjson.ts";
import { lines } from "./lines.ts";
import { type Launch, processOptions, program } from "./program.ts";

/** How long to wait for something if nothing else is said, ms. */
const PATIENCE_MS = 30_000;

type EventName = NdjsonLine["event"];
type Line<Name extends EventName> = Extract<NdjsonLine, { readonly event: Name }>;

/** A line, and when it was read here, ms of `performance.now()`. */
export interface Event<Printed extends NdjsonLine = NdjsonLine> {
  readonly line: Printed;
  readonly at: number;
}

/** What to wait for. */
export interface Waiting {
  /** Only events from this index on; all if not given. */
  readonly from?: number;
  /** How long, ms. */
  readonly withinMs?: number;
}

/** A process that does what `listen --json` does, and says what it is told (`demo-peer`). */
export class Peer implements AsyncDisposable {
  readonly name: string;
  /** What it printed so far. */
  readonly events: Event[] = [];
  /** Its standard error so far. */
  readonly remarks: string[] = [];
  readonly #process: Deno.ChildProcess;
  readonly #orders: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #reading: Promise<unknown>;
  readonly #checks = new Set<() => void>();
  #ended = false;
  #id = "";
  #said = 0;

  private constructor(name: string, process: Deno.ChildProcess) {
    this.name = name;
    this.#process = process;
    this.#orders = process.stdin.getWriter();
    this.#reading = Promise.all([this.#readEvents(), this.#readRemarks()]);
  }

  /** @param launch.args settings, besides the name and the port, which is 7000 */
  static spawn(name: string, launch: Launch): Peer {
    const [executable = "", ...args] = launch.place.inside([
      ...program(),
      ...["demo-peer", "--name", name, "--port", "7000", ...launch.args],
    ]);
    const process = new Deno.Command(executable, {
      args,
      ...processOptions(launch),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    return new Peer(name, process);
  }

  /** Resolves when it listens. */
  async ready(): Promise<void> {
    const { line } = await this.once("ready", () => true);
    this.#id = line.peerId;
  }

  /** Empty until it was ready. */
  get id(): string {
    return this.#id;
  }

  /**
   * Sends messages, in this order; resolves when all are saved.
   * @param to a PEER argument
   */
  async say(to: string, texts: readonly string[]): Promise<void> {
    const orders = texts.map((text) => formatOrder({ order: "send", to, text }));
    this.#said += texts.length;
    const said = this.#said;
    await this.#orders.write(new TextEncoder().encode(orders.join("")));
    await this.until("answer", () => this.#all("result").length >= said);
    const refusal = this.#all("result").find(({ ok }) => !ok);
    if (refusal !== undefined) throw new Error(`${this.name} could not say it: ${refusal.reason}`);
  }

  /** The ids of the peers that are up. */
  peers(): string[] {
    const up = new Set<string>();
    for (const { line } of this.events) {
      if (line.event === "peer-up") up.add(line.peerId);
      if (line.event === "peer-down") up.delete(line.peerId);
    }
    return [...up];
  }

  /** The texts that arrived from a peer, in the order of their events. */
  heard(from: Peer): string[] {
    return this.#all("message").filter(({ direction, peerId }) =>
      direction === "in" && peerId === from.id
    ).map(({ text }) => text);
  }

  /** How many own messages were delivered, counting none twice. */
  get delivered(): number {
    const ids = this.#all("state").filter(({ state }) => ["delivered", "read"].includes(state))
      .map(({ id }) => id);
    return new Set(ids).size;
  }

  /** The first event that fits, those included that were printed already. */
  async once<Name extends EventName>(
    name: Name,
    fits: (line: Line<Name>) => boolean,
    { from = 0, withinMs }: Waiting = {},
  ): Promise<Event<Line<Name>>> {
    const find = () => {
      for (const { line, at } of this.events.slice(from)) {
        if (isLine(line, name) && fits(line)) return { line, at };
      }
    };
    return await this.until(name, find, withinMs);
  }

  /**
   * Waits until `look` finds something; it looks whenever the peer printed a line.
   * @param what for the error message
   */
  async until<Found>(
    what: string,
    look: () => Found | undefined | false,
    withinMs = PATIENCE_MS,
  ): Promise<Found> {
    const { promise, resolve, reject } = Promise.withResolvers<Found>();
    const fail = (why: string) => reject(new Error(`${this.name}: no ${what}: ${why}\n${this}`));
    const check = () => {
      const found = look();
      if (found !== undefined && found !== false) resolve(found);
      else if (this.#ended) fail("it has ended");
    };
    const timer = setTimeout(() => fail(`not within ${withinMs} ms`), withinMs);
    this.#checks.add(check);
    try {
      check();
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#checks.delete(check);
    }
  }

  /** Stops the process where it is: its sockets live on, and nothing is read or answered. */
  freeze(): void {
    this.#process.kill("SIGSTOP");
  }

  /** The end of `freeze()`. */
  thaw(): void {
    this.#process.kill("SIGCONT");
  }

  /** Ends it and waits until it is gone. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (!this.#ended) {
      try {
        this.#process.kill(signal);
      } catch (error) {
        // It may have ended by itself in this moment.
        if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    await this.#process.status;
    await this.#reading;
    await this.#orders.close().catch(() => {/* it does not listen any more */});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }

  /** What it printed, for the message of a test that failed. */
  toString(): string {
    const last = this.events.slice(-20).map(({ line, at }) =>
      `  ${(at / 1000).toFixed(1)} s ${JSON.stringify(line).slice(0, 200)}`
    );
    return [`${this.name} printed:`, ...last, ...this.remarks.map((line) => `  ! ${line}`)]
      .join("\n");
  }

  #all<Name extends EventName>(name: Name): Line<Name>[] {
    return this.events.map(({ line }) => line).filter((line) => isLine(line, name));
  }

  async #readEvents(): Promise<void> {
    for await (const text of lines(this.#process.stdout)) {
      const line: NdjsonLine = JSON.parse(text);
      this.events.push({ line, at: performance.now() });
      this.#check();
    }
    this.#ended = true;
    this.#check();
  }

  async #readRemarks(): Promise<void> {
    for await (const line of lines(this.#process.stderr)) this.remarks.push(line);
  }

  #check(): void {
    for (const check of [...this.#checks]) check();
  }
}

function isLine<Name extends EventName>(line: NdjsonLine, name: Name): line is Line<Name> {
  return line.event === name;
}
