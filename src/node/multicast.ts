/**
 * Whether this runtime and machine can take part in multicast DNS. `@libp2p/mdns` says so in its
 * debug log only, and a person would wait for peers that cannot be found.
 */
import { createSocket } from "node:dgram";

/** The group of multicast DNS (RFC 6762, section 3). */
const MDNS_GROUP = "224.0.0.251";

/**
 * Joins the group once on a socket of its own, and leaves it.
 * @returns why that failed, in the system's words; undefined if it works
 */
export function multicastFault(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket({ type: "udp4", reuseAddr: true });
    const finish = (error?: unknown) => {
      socket.close();
      resolve(
        error === undefined ? undefined : error instanceof Error ? error.message : `${error}`,
      );
    };
    socket.once("error", finish);
    socket.bind(0, () => {
      try {
        socket.addMembership(MDNS_GROUP);
        // Some versions report a failure only afterwards, as an event.
        setTimeout(finish, 0);
      } catch (error) {
        finish(error);
      }
    });
  });
}
