/**
 * Addresses of peers as people write them (`host:port`) and as libp2p writes them (multiaddr), from
 * one to the other. Only TCP. Syntax alone: nothing is resolved or dialled, and an address that can
 * be written can still be a bad one to dial.
 *
 * Every accepted spelling of one address gives the same `address`, so addresses can be compared.
 */
import { ChatError } from "../errors.ts";
import { parseIp } from "./ip.ts";
import { isPeerId } from "./peer_id_text.ts";
import { quote } from "./quote.ts";

/** A peer's address, taken apart. */
export interface PeerAddress {
  /** Multiaddr without peer id, e.g. `/ip4/192.168.1.20/tcp/7000`, `/dns/host.example/tcp/7000`. */
  readonly address: string;
  /** IP address (IPv6 without brackets) or DNS name in lower case. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Who is expected there; only a multiaddr can say so. */
  readonly peerId?: string;
}

type HostProtocol = "ip4" | "ip6" | "dns" | "dns4" | "dns6";

const EXAMPLE = "write host:port, such as 192.168.1.20:7000";
/** RFC 1035, section 2.3.4. */
const DNS_NAME_MAX_CHARACTERS = 253;
/** RFC 1123 labels, and the underscore that home routers hand out. */
const DNS_LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
/** A name ending like this can only be a mistyped IP address (URL Standard, "ends in a number"). */
const NUMERIC_LABEL = /^(?:\d+|0x[0-9a-f]*)$/;

/**
 * @param text `host:port`, `[ipv6]:port`, or a multiaddr `/ip4|ip6|dns|dns4|dns6/HOST/tcp/PORT` with
 *   or without `/p2p/ID`; space around it is ignored
 * @throws ChatError `bad-address`, quoting the value
 */
export function parseAddress(text: string): PeerAddress {
  const trimmed = text.trim();
  if (trimmed === "") throw badAddress(text, "is empty");
  return trimmed.startsWith("/") ? parseMultiaddr(trimmed) : parseHostPort(trimmed);
}

/**
 * @param address a multiaddr, with or without a peer id at the end
 * @returns `host:port` or `[ipv6]:port`; what is not a plain TCP address comes back as it is, so that
 *   text from a peer still has to be made harmless
 */
export function formatAddress(address: string): string {
  let parsed: PeerAddress;
  try {
    parsed = parseMultiaddr(address);
  } catch {
    // Relayed and other transports have no host:port; their multiaddr says it best.
    return address;
  }
  return parsed.host.includes(":")
    ? `[${parsed.host}]:${parsed.port}`
    : `${parsed.host}:${parsed.port}`;
}

function parseHostPort(text: string): PeerAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  if (scheme !== null) throw badAddress(text, `begins with ${quote(scheme[0])}`);

  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text);
  if (bracketed !== null) {
    const [, inside = "", port] = bracketed;
    const ip = parseIp(inside);
    if (ip?.family !== 6) throw badAddress(text, "has no IPv6 address between its brackets");
    return build("ip6", ip.text, parsePort(text, port));
  }
  const parts = text.split(":");
  if (parts.length > 2) {
    throw badAddress(text, "has several colons", "write an IPv6 address as [::1]:7000");
  }
  const [host = "", portText] = parts;
  const port = parsePort(text, portText);
  const ip = parseIp(host);
  return ip === undefined ? build("dns", parseName(text, host), port) : build("ip4", ip.text, port);
}

function parseMultiaddr(text: string): PeerAddress {
  const [, protocol, host = "", transport, port, p2p, peerId, ...rest] = text.split("/");
  if (!isHostProtocol(protocol)) {
    throw badAddress(text, "does not begin with /ip4/, /ip6/ or /dns/");
  }
  if (transport !== "tcp") throw badAddress(text, "is not a TCP address");
  const plain = build(protocol, parseMultiaddrHost(text, protocol, host), parsePort(text, port));
  if (p2p === undefined) return plain;
  if (p2p !== "p2p" || peerId === undefined || rest.length > 0) {
    throw badAddress(text, "goes on after its port with something other than /p2p/ID");
  }
  if (!isPeerId(peerId)) throw badAddress(text, `has ${quote(peerId)}, which is not a peer id`);
  return { ...plain, peerId };
}

function parseMultiaddrHost(text: string, protocol: HostProtocol, host: string): string {
  if (protocol !== "ip4" && protocol !== "ip6") return parseName(text, host);
  const ip = parseIp(host);
  if (ip === undefined || `ip${ip.family}` !== protocol) {
    throw badAddress(text, `has ${quote(host)}, which is not an IPv${protocol.slice(2)} address`);
  }
  return ip.text;
}

function parseName(text: string, host: string): string {
  if (host === "") throw badAddress(text, "has no host");
  const name = toAscii(host).toLowerCase().replace(/\.$/, "");
  const labels = name.split(".");
  const wellFormed = name.length <= DNS_NAME_MAX_CHARACTERS &&
    labels.every((label) => DNS_LABEL.test(label));
  if (!wellFormed || NUMERIC_LABEL.test(labels.at(-1) ?? "")) {
    throw badAddress(text, `has ${quote(host)}, which is neither an IP address nor a host name`);
  }
  return name;
}

/** A name outside ASCII is asked for in its `xn--` form (RFC 5890). */
function toAscii(host: string): string {
  const international = /[^\p{ASCII}]/u.test(host) && /^[\p{L}\p{M}\p{N}._-]+$/u.test(host);
  return international ? URL.parse(`http://${host}/`)?.hostname ?? host : host;
}

function parsePort(text: string, port: string | undefined): number {
  if (port === undefined || port === "") {
    throw badAddress(text, "has no port", "write it after the host, such as 192.168.1.20:7000");
  }
  const value = /^[1-9]\d{0,4}$/.test(port) ? Number(port) : 0;
  if (value < 1 || value > 65535) {
    throw badAddress(text, `has port ${quote(port)}, which is not a number from 1 to 65535`);
  }
  return value;
}

function build(protocol: HostProtocol, host: string, port: number): PeerAddress {
  return { address: `/${protocol}/${host}/tcp/${port}`, host, port };
}

function isHostProtocol(text: string | undefined): text is HostProtocol {
  return text === "ip4" || text === "ip6" || text === "dns" || text === "dns4" || text === "dns6";
}

function badAddress(text: string, problem: string, hint = EXAMPLE): ChatError {
  return new ChatError("bad-address", `address ${quote(text)} ${problem}`, { hint });
}

/** The longest address: a name of 253 characters between protocol names and a port. */
const MAX_ADDRESS_CHARACTERS = 300;

/**
 * For addresses that come from a file or another process.
 * @param address a multiaddr without a peer id, as this program writes it
 * @throws ChatError `bad-address`
 */
export function checkAddress(address: string): void {
  const isShort = address.length <= MAX_ADDRESS_CHARACTERS;
  const parsed = isShort ? parseAddress(address) : undefined;
  if (parsed?.address === address && parsed.peerId === undefined) return;
  throw new ChatError("bad-address", `${quote(address)} is not a multiaddr without a peer id`);
}
