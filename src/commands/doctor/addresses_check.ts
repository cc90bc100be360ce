/** Under which addresses other peers can reach this machine, and whether they find it by themselves. */
import type { Config } from "../../config/config.ts";
import { multicastFault } from "../../node/multicast.ts";
import type { Outcome } from "./finding.ts";

/** The part of `Deno.networkInterfaces()` that counts here. */
export type NetworkInterface = Pick<Deno.NetworkInterfaceInfo, "address" | "family">;

export function checkAddresses(
  { host, port }: Pick<Config, "host" | "port">,
  interfaces: readonly NetworkInterface[],
): Outcome {
  const addresses = usableAddresses(host, interfaces);
  const reachable = addresses.filter((address) => !isLoopback(address));
  if (reachable.length > 0) {
    const where = port === 0 ? "any free port" : `port ${port}`;
    return { status: "ok", message: `${reachable.join(", ")}, ${where}` };
  }
  if (addresses.length > 0 && addresses.includes(host)) {
    return {
      status: "warning",
      message: `${host} can be reached from this machine alone`,
      hint: "for others: p2p-chat config set host 0.0.0.0",
    };
  }
  return {
    status: "warning",
    message: "this machine has no address that others can reach",
    hint: "connect it to a network; until then only peers on this machine can be reached",
  };
}

export async function checkMulticast(
  { mdns }: Pick<Config, "mdns">,
  fault: () => Promise<string | undefined> = multicastFault,
): Promise<Outcome> {
  if (!mdns) return { status: "skipped", message: "switched off by the setting mdns" };
  const reason = await fault();
  if (reason === undefined) {
    return { status: "ok", message: "peers on the local network are found by themselves" };
  }
  return {
    status: "warning",
    message:
      `no multicast here (${reason}): peers on the local network are not found by themselves`,
    hint: "name them: p2p-chat connect HOST:PORT",
  };
}

/** A wildcard stands for all interfaces; link-local IPv6 means nothing without a zone. */
function usableAddresses(host: string, interfaces: readonly NetworkInterface[]): string[] {
  const families = host === "0.0.0.0" ? ["IPv4"] : host === "::" ? ["IPv4", "IPv6"] : [];
  if (families.length === 0) return [host];
  return interfaces
    .filter(({ family, address }) => families.includes(family) && !/^fe[89ab]/i.test(address))
    .map(({ address }) => address);
}

function isLoopback(ip: string): boolean {
  return ip.startsWith("127.") || ip === "::1";
}
