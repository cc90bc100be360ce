import { assert, assertEquals } from "@std/assert";
import type { Connection, Libp2p } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { Liveness } from "../../../src/node/liveness/driver.ts";
import { pingOver } from "../../../src/node/steady_yamux.ts";
import { socketUnder } from "../../../src/transport/mod.ts";
import { makeNetwork, stop } from "../../network_fixture.ts";
import { FrailLink } from "../../presence/frail_link.ts";

/** Two started nodes, a link between them that can fail, and the first one's watch. */
class Scene implements AsyncDisposable {
  heard: string | undefined;
  readonly troubles: Record<string, unknown>[] = [];
  readonly liveness: Liveness;

  private constructor(
    readonly near: Libp2p,
    readonly far: Libp2p,
    readonly link: FrailLink,
  ) {
    this.liveness = new Liveness({
      libp2p: near,
      monotonic: () => performance.now(),
      onHeard: (peerId) => this.heard = peerId,
      onTrouble: (_what, detail) => this.troubles.push(detail),
    });
    this.liveness.start();
  }

  static async make(): Promise<Scene> {
    const [near, far] = [await makeNetwork(), await makeNetwork()];
    await near.start();
    await far.start();
    const listening = far.getMultiaddrs()[0]?.getComponents().find(({ name }) => name === "tcp");
    return new Scene(near, far, new FrailLink(Number(listening?.value)));
  }

  dial(): Promise<Connection> {
    return this.near.dial(multiaddr(`/ip4/127.0.0.1/tcp/${this.link.port}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.liveness[Symbol.dispose]();
    await stop(this.near);
    await this.link[Symbol.asyncDispose]();
    await stop(this.far);
  }
}

/** Looks again and again until there is something, for 30 s at most. */
async function eventually<Found>(look: () => Found | undefined): Promise<Found> {
  const start = performance.now();
  while (performance.now() - start < 30_000) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((turn) => setTimeout(turn, 5));
  }
  throw new Error("it never came");
}

Deno.test("Liveness measures the round trip of a new connection at once", async () => {
  await using scene = await Scene.make();
  const connection = await scene.dial();
  const before = performance.now();
  const rtt = await eventually(() => connection.rtt);
  assert(rtt >= 0 && rtt <= performance.now() - before + 1_000, `${rtt} ms`);
});

Deno.test("Liveness tells that something came from a peer", async () => {
  await using scene = await Scene.make();
  await scene.dial();
  assertEquals(await eventually(() => scene.heard), scene.far.peerId.toString());
});

Deno.test("Liveness ends a connection on which nothing comes, and keeps one that answers", async () => {
  await using scene = await Scene.make();
  const connection = await scene.dial();
  await eventually(() => connection.rtt);
  let endedBy: Error | undefined;
  connection.addEventListener("close", ({ error }) => endedBy = error);

  delete connection.rtt;
  scene.liveness.resumed();
  await eventually(() => connection.rtt);
  assertEquals(connection.status, "open");

  scene.link.fallSilent();
  scene.liveness.resumed();
  const { message } = await eventually(() => endedBy);
  assert(/^nothing came for \d+ s$/.test(message), message);
  assertEquals(scene.troubles.map(({ peer }) => peer), [scene.far.peerId.toString()]);
});

Deno.test("`pingOver()` and `socketUnder()` find what libp2p does not show", async () => {
  await using scene = await Scene.make();
  const connection = await scene.dial();
  const socket = socketUnder(connection);
  const before = socket?.bytesReceived ?? 0;
  assert(before > 0, "the handshake was received");
  await eventually(() => connection.rtt);
  await pingOver(connection);
  assert((socket?.bytesReceived ?? 0) > before);
  assertEquals(socket?.localIp, "127.0.0.1");
});
