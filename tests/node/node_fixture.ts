/** Real nodes on loopback with throw-away profiles, for tests of the node as a whole. */
import type { Config } from "../../src/config/config.ts";
import { type Identity, loadOrCreateIdentity } from "../../src/identity/key_file.ts";
import { type NodeEvent, type OwnNode, startNode } from "../../src/node/mod.ts";
import { quietConfig } from "./quiet_config.ts";

/** A test that hangs fails after this time. */
const PATIENCE_MS = 60_000;

/** A folder that stands for a profile; it outlives the nodes that run on it. */
export class TestProfile implements Disposable {
  private constructor(readonly folder: string, readonly identity: Identity) {}

  static async make(): Promise<TestProfile> {
    const folder = await Deno.makeTempDir();
    return new TestProfile(folder, await loadOrCreateIdentity(`${folder}/identity.key`));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** A running node and everything that it reported. */
export class TestNode implements AsyncDisposable {
  readonly events: NodeEvent[] = [];
  #changed = Promise.withResolvers<void>();

  private constructor(readonly node: OwnNode) {
    node.subscribe((event) => {
      this.events.push(event);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  static async start(profile: TestProfile, config: Partial<Config> = {}): Promise<TestNode> {
    return new TestNode(
      await startNode({
        databasePath: `${profile.folder}/chat.db`,
        identity: profile.identity,
        listen: "configured",
        config: quietConfig(config),
      }),
    );
  }

  /** `127.0.0.1:PORT` */
  get address(): string {
    const match = /\/tcp\/(\d+)/.exec(this.node.addresses()[0] ?? "");
    return `127.0.0.1:${match?.[1]}`;
  }

  get port(): number {
    return Number(this.address.split(":")[1]);
  }

  /** Resolves with the first event, past or to come, that fits. */
  async until(fits: (event: NodeEvent) => boolean): Promise<NodeEvent> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`not seen in time; events: ${JSON.stringify(this.events)}`)),
        PATIENCE_MS,
      );
    });
    try {
      for (;;) {
        const found = this.events.find(fits);
        if (found !== undefined) return found;
        await Promise.race([this.#changed.promise, tooLong]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Texts that arrived, in order. */
  texts(): string[] {
    return this.events.flatMap((event) => event.event === "message" ? [event.message.text] : []);
  }

  notices(): string[] {
    return this.events.flatMap((event) => event.event === "notice" ? [event.text] : []);
  }

  /** Sends and waits until it is settled. */
  async deliver(peer: string, text: string): Promise<string> {
    const { id } = await this.node.send(await this.node.resolve(peer), text);
    const own = await this.node.settled(id, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return own.state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.node[Symbol.asyncDispose]();
    // libp2p's queues say 1 ms later that they are empty; timers fire in the order they are due.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
