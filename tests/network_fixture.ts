/** Real libp2p nodes on loopback, as the program makes them, for the tests of single rooms. */
import { generateKeyPair } from "@libp2p/crypto/keys";
import type { ComponentLogger, Libp2p, Logger, PrivateKey } from "@libp2p/interface";
import { createNetwork, stopNetwork } from "../src/node/network.ts";

const silent: Logger = Object.assign(() => {}, {
  error: () => {},
  trace: () => {},
  enabled: false,
  newScope: () => silent,
});

/** A logger that says nothing. */
export const SILENT_LOGGER: ComponentLogger = { forComponent: () => silent };

/** A new identity. */
export function makeKey(): Promise<PrivateKey> {
  return generateKeyPair("Ed25519");
}

/** A node that is not started yet, on a loopback port; 0 is any. */
export async function makeNetwork(
  options: { key?: PrivateKey; port?: number } = {},
): Promise<Libp2p> {
  const { key, port = 0 } = options;
  return await createNetwork({
    privateKey: key ?? await makeKey(),
    listen: [`/ip4/127.0.0.1/tcp/${port}`],
    onAnnounced: undefined,
    logger: SILENT_LOGGER,
  });
}

/** Stops a node. */
export async function stop(libp2p: Libp2p): Promise<void> {
  await stopNetwork(libp2p);
  // Its queues say 1 ms later that they are empty; timers fire in the order in which they are due.
  await new Promise((resolve) => setTimeout(resolve, 2));
}
