/**
 * Where an address that somebody else told us can be reached from. Such an address is dialled, and
 * passed on, only where that makes sense: a loopback address means another machine to everybody
 * else, and a link-local one means nothing without the interface it belongs to.
 *
 * Syntax alone: nothing is resolved, and nothing says that somebody listens there.
 */
import { parseAddress, type PeerAddress } from "../config/address.ts";
import { parseIp } from "../config/ip.ts";

/** More addresses than a peer with several interfaces on both IP versions has in practice. */
export const MAX_ADDRESSES = 8;
/** Longest address that is looked at: the longest DNS name in a multiaddr is 269 characters. */
export const MAX_ADDRESS_CHARACTERS = 300;

/** From where an address can be reached: this machine, this link, or anywhere further. */
export type AddressScope = "loopback" | "link-local" | "network";

/**
 * The addresses worth dialling, each once, in the given order, without a peer id; at most 8.
 * @param texts multiaddrs as somebody told them, at most the first 64 are looked at
 * @param options.peerId an address that names another peer is dropped
 * @param options.loopback whether loopback addresses mean this machine
 */
export function usableAddresses(
  texts: readonly string[],
  options: { readonly peerId: string; readonly loopback: boolean },
): string[] {
  const usable = new Set<string>();
  for (const text of texts.slice(0, 8 * MAX_ADDRESSES)) {
    const parsed = parse(text);
    if (parsed === undefined) continue;
    if (parsed.peerId !== undefined && parsed.peerId !== options.peerId) continue;
    const scope = scopeOf(parsed);
    if (scope === "network" || (scope === "loopback" && options.loopback)) {
      usable.add(parsed.address);
      if (usable.size === MAX_ADDRESSES) break;
    }
  }
  return [...usable];
}

/**
 * @param address a TCP multiaddr, with or without a peer id
 * @returns undefined if it is none, or nobody can be reached there (unspecified, multicast)
 */
export function addressScope(address: string): AddressScope | undefined {
  const parsed = parse(address);
  return parsed && scopeOf(parsed);
}

function parse(text: string): PeerAddress | undefined {
  if (!text.startsWith("/") || text.length > MAX_ADDRESS_CHARACTERS) return undefined;
  try {
    return parseAddress(text);
  } catch {
    // Not a TCP address: a peer may have other transports that are of no use here.
    return undefined;
  }
}

function scopeOf({ host }: PeerAddress): AddressScope | undefined {
  const ip = parseIp(host);
  if (ip === undefined) return /(^|\.)localhost$/.test(host) ? "loopback" : "network";
  return ip.family === 4 ? scopeOfIpv4(ip.text) : scopeOfIpv6(ip.text);
}

/** Ranges of the IANA IPv4 Special-Purpose Address Registry. */
function scopeOfIpv4(text: string): AddressScope | undefined {
  const [first = 0, second = 0] = text.split(".").map(Number);
  if (first === 127) return "loopback";
  if (first === 169 && second === 254) return "link-local";
  // "This network", multicast, reserved and broadcast.
  return first === 0 || first >= 224 ? undefined : "network";
}

/** Ranges of RFC 4291, sections 2.4 and 2.5.5. @param text compressed as in RFC 5952 */
function scopeOfIpv6(text: string): AddressScope | undefined {
  if (text === "::1") return "loopback";
  const first = text.startsWith("::") ? 0 : Number.parseInt(text, 16);
  if ((first & 0xffc0) === 0xfe80) return "link-local";
  // Unspecified, IPv4 in disguise (which would slip past the checks above), and multicast.
  return first === 0 || first >= 0xff00 ? undefined : "network";
}
