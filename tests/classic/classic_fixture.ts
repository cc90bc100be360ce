/** A classic driver on loopback with everything it tells, and programs to talk to it. */
import {
  ClassicDriver,
  type ClassicDriverInit,
  type ClassicMessage,
  type ClassicPeer,
} from "../../src/classic/mod.ts";
import { MemoryStore, type StoredDraft } from "./memory_store.ts";

/** Waits for what becomes true when something happens. */
export class Watch {
  readonly #waiting = new Set<() => void>();

  /** Something happened. */
  note(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves when `condition` holds. It is looked at whenever something happened. */
  until(condition: () => boolean): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = () => {
      if (!condition()) return;
      this.#waiting.delete(look);
      resolve();
    };
    this.#waiting.add(look);
    look();
    return promise;
  }
}

type Init = ClassicDriverInit<StoredDraft, ClassicMessage>;

/** A driver that keeps what it was told. */
export class TestNode implements AsyncDisposable {
  readonly store = new MemoryStore();
  readonly watch = new Watch();
  readonly driver: ClassicDriver<StoredDraft, ClassicMessage>;
  readonly ups: ClassicPeer[] = [];
  readonly downs: { readonly peerId: string; readonly departure: "left" | "lost" }[] = [];
  readonly tries: { readonly peerId: string; readonly failure: string | undefined }[] = [];
  readonly troubles: string[] = [];
  readonly blocked = new Set<string>();
  readonly mandatory: string[] = [];

  constructor(init: Partial<Init> = {}) {
    this.driver = new ClassicDriver({
      listen: { host: "127.0.0.1", port: 0 },
      team: () => "New Team",
      defaultDialect: "a",
      longTexts: "split",
      mandatory: () => this.mandatory,
      dialectOf: () => undefined,
      isBlocked: (peerId) => this.blocked.has(peerId),
      waitingPeers: () => [...new Set(this.store.drafts.map(({ peerId }) => peerId))],
      store: this.store,
      now: Date.now,
      monotonic: () => performance.now(),
      random: () => 0.01,
      onReceived: () => this.watch.note(),
      onState: () => this.watch.note(),
      onUp: (peer) => {
        this.ups.push(peer);
        this.watch.note();
      },
      onDown: ({ peerId }, departure) => {
        this.downs.push({ peerId, departure });
        this.watch.note();
      },
      onTried: (peerId, failure) => {
        this.tries.push({ peerId, failure });
        this.watch.note();
      },
      onTrouble: (what, detail) => {
        const { reason, error } = detail;
        this.troubles.push(`${what}: ${reason ?? error}`);
        this.watch.note();
      },
      ...init,
    });
  }

  get port(): number {
    return this.driver.address?.port ?? 0;
  }

  /** Writes a message to the outbox and tells the driver. */
  send(peerId: string, text: string): StoredDraft {
    const draft = this.store.enqueue(peerId, text);
    this.driver.queued(peerId);
    return draft;
  }

  get texts(): string[] {
    return this.store.received.map(({ text }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver[Symbol.asyncDispose]();
  }
}

/** A node that was started. */
export function startTestNode(init: Partial<Init> = {}): TestNode {
  const node = new TestNode(init);
  node.driver.start();
  return node;
}

/** A connection that says whatever a test wants to. */
export class RawConnection implements Disposable {
  constructor(readonly socket: Deno.TcpConn) {}

  static async to(port: number): Promise<RawConnection> {
    return new RawConnection(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  async say(...pieces: (string | Uint8Array)[]): Promise<this> {
    for (const piece of pieces) {
      let bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
      while (bytes.length > 0) bytes = bytes.subarray(await this.socket.write(bytes));
    }
    return this;
  }

  /** What comes next, as text; "" at the end. */
  async hear(): Promise<string> {
    const buffer = new Uint8Array(64 * 1024);
    const length = await this.socket.read(buffer);
    return new TextDecoder().decode(buffer.subarray(0, length ?? 0));
  }

  /** Everything that comes until the other side ends it; a reset counts as an end. */
  async hearAll(): Promise<string> {
    let all = "";
    try {
      for (let text = await this.hear(); text !== ""; text = await this.hear()) all += text;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
    return all;
  }

  [Symbol.dispose](): void {
    try {
      this.socket.close();
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}

/** Sends a letter of dialect A as the old programs do. */
export async function sendLetter(port: number, letter: string | Uint8Array): Promise<void> {
  using connection = await RawConnection.to(port);
  await connection.say(letter);
}
