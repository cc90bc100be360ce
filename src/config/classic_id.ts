/**
 * Ids of classic peers: programs that speak plain text over TCP and have no key. Such a peer is known
 * by where it listens, and its id, `classic:HOST:PORT`, stands wherever a peer id stands. The id of a
 * peer with a key never holds a colon, so that neither can be taken for the other.
 *
 * An id says where somebody is said to be, not who: whoever listens there is that peer.
 */
import { ChatError } from "../errors.ts";
import { parseAddress } from "./address.ts";
import { parseIp } from "./ip.ts";
import { quote } from "./quote.ts";

/** With which every id of a classic peer begins. */
export const CLASSIC_PREFIX = "classic:";

/** What stands behind the name of a classic peer wherever it is shown. */
const MARK = "[classic]";

/** The same where there is room for words. */
export const CLASSIC_WORDS = "classic, not verified, plain text";

/** Where a classic peer listens. */
export interface ClassicAddress {
  /** The id in its one spelling. */
  readonly peerId: string;
  /** IP address (IPv6 without brackets) or host name in lower case, not resolved. */
  readonly host: string;
  /** 1 to 65535 */
  readonly port: number;
}

/** IPv4 inside IPv6 (RFC 4291, section 2.5.5.2), as `parseIp` writes it: its last 32 bits. */
const MAPPED_IPV4 = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/;

const HINT = "write classic:HOST:PORT, such as classic:192.168.1.20:5000";

/**
 * @param host IP address without brackets, or a host name; an IPv4 address that came mapped into IPv6
 *   counts as IPv4, so that one peer has one id
 * @param port 1 to 65535
 */
export function classicId(host: string, port: number): string {
  const canonical = canonicalHost(host);
  return `${CLASSIC_PREFIX}${canonical.includes(":") ? `[${canonical}]` : canonical}:${port}`;
}

/** @param peerId a peer id of either kind */
export function isClassicId(peerId: string): boolean {
  return peerId.startsWith(CLASSIC_PREFIX);
}

/**
 * The place in an id of a classic peer, `HOST:PORT`; another id as it is. Harmless on a terminal where
 * the id is one.
 */
export function classicPlace(peerId: string): string {
  return isClassicId(peerId) ? peerId.slice(CLASSIC_PREFIX.length) : peerId;
}

/** The place in an id of a classic peer as a multiaddr, e.g. `/ip4/10.0.0.2/tcp/5000`. */
export function classicMultiaddr(peerId: string): string {
  return parseAddress(classicPlace(peerId)).address;
}

/** A name of a classic peer as it is shown, so that it is never taken for that of a peer with a key. */
export function markClassic(name: string): string {
  return `${name} ${MARK}`;
}

/** What `markClassic()` was given, where a person writes a name as it is shown; undefined: no such. */
export function unmarkClassic(text: string): string | undefined {
  const trimmed = text.trim();
  return trimmed.endsWith(MARK) ? trimmed.slice(0, -MARK.length).trim() : undefined;
}

/**
 * That there is a key that could be compared.
 * @param peerId a peer id of either kind
 * @throws ChatError `bad-usage` for a classic peer
 */
export function requireKey(peerId: string): void {
  if (!isClassicId(peerId)) return;
  throw new ChatError(
    "bad-usage",
    `${quote(peerId)} cannot be verified: a classic peer has no key`,
    {
      hint: "whoever listens there is that peer, and what you write to each other is plain text",
    },
  );
}

/**
 * @param text an id of a classic peer, in any spelling
 * @throws ChatError `bad-address`, quoting the value
 */
export function parseClassicId(text: string): ClassicAddress {
  const trimmed = text.trim();
  const place = trimmed.slice(CLASSIC_PREFIX.length);
  if (!isClassicId(trimmed.toLowerCase()) || place.trim().startsWith("/")) {
    throw badId(`${quote(text)} is not a classic peer`);
  }
  try {
    const { host, port } = parseAddress(place);
    return { peerId: classicId(host, port), host: canonicalHost(host), port };
  } catch (cause) {
    if (!(cause instanceof ChatError)) throw cause;
    throw badId(`classic ${cause.message}`, cause);
  }
}

/**
 * Whether a text is an id of a classic peer in its one spelling: for what comes from a file or another
 * process.
 */
export function isCanonicalClassicId(text: string): boolean {
  if (!isClassicId(text)) return false;
  try {
    return parseClassicId(text).peerId === text;
  } catch (error) {
    if (error instanceof ChatError) return false;
    throw error;
  }
}

function canonicalHost(host: string): string {
  const text = parseIp(host)?.text ?? host.toLowerCase();
  const mapped = MAPPED_IPV4.exec(text);
  if (mapped === null) return text;
  return mapped.slice(1).flatMap((half) => {
    const value = Number.parseInt(half, 16);
    return [value >> 8, value & 0xff];
  }).join(".");
}

function badId(message: string, cause?: ChatError): ChatError {
  return new ChatError("bad-address", message, { hint: HINT, cause });
}
