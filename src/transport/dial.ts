/**
 * Opens one TCP socket to a multiaddr, with a time-out, and leaves nothing behind when it fails or
 * is aborted.
 */
import { lookup, type LookupAddress } from "node:dns";
import type { Multiaddr } from "@multiformats/multiaddr";
import { abortable } from "./abortable.ts";
import { type TcpEndpoint, tcpEndpoint } from "./addresses.ts";
import { TransportError } from "./errors.ts";
import { firstToConnect } from "./happy_eyeballs.ts";

/** A name with more addresses is a mistake or an attack; the system puts the best ones first. */
const MAX_ATTEMPTS = 8;

export interface OpenSocketOptions {
  readonly signal: AbortSignal;
  /** For the whole of it, name resolution included, ms. */
  readonly timeoutMs: number;
}

/**
 * @throws TransportError `unsupported-address`, `name-not-found`, `connection-refused`,
 * `host-unreachable`, `timed-out`, `aborted`, ...
 */
export async function openSocket(
  address: Multiaddr,
  { signal, timeoutMs }: OpenSocketOptions,
): Promise<Deno.TcpConn> {
  const endpoint = tcpEndpoint(address);
  if (endpoint === undefined) {
    throw new TransportError("unsupported-address", `cannot dial ${address}: not a TCP address`);
  }
  const doing = `cannot connect to ${address}`;
  if (signal.aborted) throw TransportError.aborted(signal, doing);

  const deadline = new AbortController();
  const onAbort = () => deadline.abort(TransportError.aborted(signal, doing));
  signal.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => {
    deadline.abort(new TransportError("timed-out", `${doing}: no answer within ${timeoutMs} ms`));
  }, timeoutMs);
  try {
    const hosts = await resolveHost(endpoint, deadline.signal, doing);
    return await firstToConnect(hosts, endpoint.port, deadline);
  } catch (error) {
    throw TransportError.from(deadline.signal.aborted ? deadline.signal.reason : error, doing);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** IP addresses to try, most promising first. Asks the system, so that its hosts file counts. */
async function resolveHost(
  { kind, host }: TcpEndpoint,
  signal: AbortSignal,
  doing: string,
): Promise<string[]> {
  if (kind === "ip4" || kind === "ip6") return [host];
  const family = kind === "dns4" ? 4 : kind === "dns6" ? 6 : 0;
  const found = await abortable(lookupAll(host, family), signal);
  const fitting = found.filter((one) => family === 0 || one.family === family);
  if (fitting.length === 0) {
    const wanted = family === 0 ? "IP" : `IPv${family}`;
    throw new TransportError("name-not-found", `${doing}: the name has no ${wanted} address`);
  }
  return fitting.slice(0, MAX_ATTEMPTS).map(({ address }) => address);
}

/** Not `node:dns/promises`: on Deno 2.4.2 that prints a deprecation warning of the runtime's own. */
function lookupAll(host: string, family: number): Promise<LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true, family }, (error, found) => error ? reject(error) : resolve(found));
  });
}
