/** A profile whose twin node is served on a real control socket, and clients of every kind. */
import { locateProfile, type Profile } from "../../src/config/paths.ts";
import { openProfile } from "../../src/config/profile.ts";
import { connectToOwner } from "../../src/control/client.ts";
import { controlPlace, dial, type Place } from "../../src/control/place.ts";
import { type ControlServer, serveControl } from "../../src/control/server.ts";
import type { ChatNode } from "../../src/node/chat_node.ts";
import { type TwinBehaviour, TwinNode } from "../commands/twin_node.ts";
import { NODE_INIT } from "../menu/open_menu_twin.ts";

export class ControlFixture implements AsyncDisposable {
  readonly troubles: { readonly what: string; readonly detail: Record<string, unknown> }[] = [];
  readonly #resources = new AsyncDisposableStack();
  #changed = Promise.withResolvers<void>();

  private constructor(
    readonly profile: Profile,
    readonly place: Place,
    readonly node: TwinNode,
  ) {}

  /** @param folder of the profiles; default: one of its own */
  static async make(behaviour: TwinBehaviour = {}, name = "default"): Promise<ControlFixture> {
    const home = await Deno.makeTempDir({ prefix: "p2p-chat-" });
    const profile = locateProfile(
      { os: Deno.build.os, env: () => undefined },
      { home: `${home}/${"x".repeat(name.length > 60 ? 40 : 0)}`, profile: name },
    );
    await openProfile(profile);
    const place = controlPlace(profile, Deno.build.os);
    const fixture = new ControlFixture(profile, place, new TwinNode(NODE_INIT, behaviour));
    fixture.#resources.defer(() => Deno.remove(home, { recursive: true }));
    return fixture;
  }

  /** The same, and served. */
  static async serve(behaviour: TwinBehaviour = {}, name?: string): Promise<ControlFixture> {
    const fixture = await ControlFixture.make(behaviour, name);
    await fixture.serve();
    return fixture;
  }

  async serve(): Promise<ControlServer> {
    return this.#resources.use(
      await serveControl({
        profile: this.profile,
        node: this.node,
        lasting: true,
        onTrouble: (what, detail) => {
          this.troubles.push({ what, detail });
          this.#changed.resolve();
          this.#changed = Promise.withResolvers();
        },
      }),
    );
  }

  /** Resolves when this was logged. */
  async trouble(what: string): Promise<void> {
    while (!this.troubles.some((each) => each.what === what)) await this.#changed.promise;
  }

  async connect(): Promise<ChatNode> {
    const node = await connectToOwner(this.profile);
    if (node === undefined) throw new Error("nobody listens");
    return this.#resources.use(node);
  }

  /** A client that says what it wants. */
  async raw(): Promise<RawClient> {
    const dialled = await dial(this.place);
    if (dialled === undefined) throw new Error("nobody listens");
    return this.#resources.use(new RawClient(dialled.connection));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

export class RawClient implements Disposable {
  #held = "";

  constructor(readonly connection: Deno.Conn) {}

  async write(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await this.connection.write(rest));
    }
  }

  /** Sends a request. */
  async ask(method: string, params?: unknown, id: unknown = 1): Promise<void> {
    await this.write(`${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`);
  }

  /** The next line as JSON; undefined at the end. */
  async line(): Promise<unknown> {
    while (!this.#held.includes("\n")) {
      const buffer = new Uint8Array(65_536);
      const count = await this.connection.read(buffer);
      if (count === null) return undefined;
      this.#held += new TextDecoder().decode(buffer.subarray(0, count));
    }
    const [line = "", ...rest] = this.#held.split("\n");
    this.#held = rest.join("\n");
    return JSON.parse(line);
  }

  /** Resolves when the other side has closed the connection. */
  async closed(): Promise<void> {
    try {
      while (await this.line() !== undefined);
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionReset)) throw error;
    }
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}
