/**
 * From multiaddrs to what sockets need, and back. Only plain TCP: an address with anything after
 * the port but a peer id (TLS, WebSocket, a relay) belongs to another transport.
 */
import { getNetConfig } from "@libp2p/utils";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { TCP } from "@multiformats/multiaddr-matcher";

/** A host, as an IP address or a name to resolve, and a port from 0 to 65,535. */
export interface TcpEndpoint {
  readonly kind: "ip4" | "ip6" | "dns" | "dns4" | "dns6";
  readonly host: string;
  readonly port: number;
}

/** What `address` names, or undefined when it is not plain TCP; `/dnsaddr` is libp2p's to resolve. */
export function tcpEndpoint(address: Multiaddr): TcpEndpoint | undefined {
  if (!TCP.exactMatch(address)) return undefined;
  const config = getNetConfig(address);
  if (config.type === "dnsaddr" || config.port === undefined) return undefined;
  const zone = config.type === "ip6" && config.zone !== undefined ? `%${config.zone}` : "";
  return { kind: config.type, host: config.host + zone, port: config.port };
}

/** `/dns…` names are dialled, never listened on: which interface would that be? */
export function isListenable(address: Multiaddr): boolean {
  const kind = tcpEndpoint(address)?.kind;
  return kind === "ip4" || kind === "ip6";
}

/** One end of a socket. */
export function socketMultiaddr(address: Deno.NetAddr): Multiaddr {
  const { port } = address;
  const ip = socketIp(address);
  return multiaddr(`/${ip.includes(":") ? "ip6" : "ip4"}/${ip}/tcp/${port}`);
}

/** The IP address of one end of a socket. The IPv4 peers of a dual-stack socket are told as IPv4. */
export function socketIp({ hostname }: Deno.NetAddr): string {
  return hostname.startsWith("::ffff:") && hostname.includes(".")
    ? hostname.slice("::ffff:".length)
    : hostname;
}
