/** Real libp2p nodes on loopback, for tests of drivers: TCP, Noise and Yamux, as in the program. */
import "../../src/node/broadcast_channel.ts";
import { identify } from "@libp2p/identify";
import type { Connection, Libp2p } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { createLibp2p } from "libp2p";
import { steadyYamux } from "../../src/node/steady_yamux.ts";

/** A node that `start()` starts; at the end of its scope it is stopped and leaves no timer. */
export interface LoopbackNode extends AsyncDisposable {
  readonly libp2p: Libp2p;
  readonly peerId: string;
}

/** @param pingIntervalMs how often connections are pinged; never if not given */
export async function loopbackNode(
  { pingIntervalMs }: { pingIntervalMs?: number } = {},
): Promise<LoopbackNode> {
  const libp2p = await createLibp2p({
    start: false,
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [steadyYamux(64)],
    services: { identify: identify(), ping: ping() },
    // Tests connect often from one host: no limit, and no timer that counts towards one.
    connectionManager: { allow: ["/ip4/127.0.0.0/ipcidr/8"] },
    connectionMonitor: pingIntervalMs === undefined ? { enabled: false } : {
      enabled: true,
      pingInterval: pingIntervalMs,
      pingTimeout: { minTimeout: pingIntervalMs, maxTimeout: pingIntervalMs },
    },
  });
  return {
    libp2p,
    peerId: libp2p.peerId.toString(),
    async [Symbol.asyncDispose]() {
      await libp2p.stop();
      // libp2p saves its addresses a second after it stopped listening, and nothing waits for that.
      const components = Reflect.get(libp2p, "components");
      components.addressManager._updatePeerStoreAddresses.stop();
      // Its queues say 1 ms later that they are empty; timers fire in the order in which they are due.
      await new Promise((resolve) => setTimeout(resolve, 2));
    },
  };
}

/** The port on which a started node listens. */
export function portOf({ libp2p }: LoopbackNode): number {
  const components = libp2p.getMultiaddrs()[0]?.getComponents() ?? [];
  return Number(components.find(({ name }) => name === "tcp")?.value);
}

/** Connects `from` to `to` by address. */
export function dial(
  from: LoopbackNode,
  to: LoopbackNode,
  options: { force?: boolean } = {},
): Promise<Connection> {
  const [address] = to.libp2p.getMultiaddrs();
  if (address === undefined) throw new Error("the node does not listen");
  return from.libp2p.dial(address, options);
}
