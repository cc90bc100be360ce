/**
 * Opens one TCP socket to a multiaddr, with a time-out, and leaves nothing behind when it fails or
 * is aborted. A name with several addresses is tried with staggered attempts, so that one address
 * that swallows packets does not cost the whole time-out (RFC 8305, "Happy Eyeballs").
 */
import { lookup } from "node:dns/promises";
import type { Multiaddr } from "@multiformats/multiaddr";
import { abortable } from "./abortable.ts";
import { type TcpEndpoint, tcpEndpoint } from "./addresses.ts";
import { TransportError } from "./errors.ts";

/** RFC 8305, section 5: the recommended delay before the next address is tried as well. */
const ATTEMPT_DELAY_MS = 250;

/** RFC 8305 leaves the number open; a name with more addresses is a mistake or an attack. */
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
    const hosts = await resolveHost(endpoint, deadline.signal);
    return await firstToConnect(hosts, endpoint.port, deadline);
  } catch (error) {
    throw TransportError.from(deadline.signal.aborted ? deadline.signal.reason : error, doing);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** IP addresses to try, most promising first. Asks the system, so that its hosts file counts. */
async function resolveHost({ kind, host }: TcpEndpoint, signal: AbortSignal): Promise<string[]> {
  if (kind === "ip4" || kind === "ip6") return [host];
  const family = kind === "dns4" ? 4 : kind === "dns6" ? 6 : 0;
  const found = await abortable(lookup(host, { all: true, family }), signal);
  const fitting = found.filter((one) => family === 0 || one.family === family);
  if (fitting.length === 0) {
    const wanted = family === 0 ? "IP" : `IPv${family}`;
    throw new TransportError("name-not-found", `${host} has no ${wanted} address`);
  }
  return fitting.slice(0, MAX_ATTEMPTS).map(({ address }) => address);
}

/** Tries each host, sooner when the one before fails; the first success cancels the others. */
async function firstToConnect(
  hosts: readonly string[],
  port: number,
  deadline: AbortController,
): Promise<Deno.TcpConn> {
  const attempts: Promise<Deno.TcpConn>[] = [];
  for (const hostname of hosts) {
    const before = attempts.at(-1);
    attempts.push(
      before === undefined
        ? connect(hostname, port, deadline.signal)
        : failedOrDelayed(before, deadline.signal)
          .then(() => connect(hostname, port, deadline.signal)),
    );
  }
  const [only, ...others] = attempts;
  if (only !== undefined && others.length === 0) return await only;
  try {
    const winner = await Promise.any(attempts);
    deadline.abort(new TransportError("aborted", "another address was faster"));
    for (const attempt of attempts) {
      attempt.then((socket) => socket !== winner && socket.close(), () => {/* it lost */});
    }
    return winner;
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

/** Resolves when `attempt` fails, or has not succeeded after `ATTEMPT_DELAY_MS`. */
async function failedOrDelayed(attempt: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ATTEMPT_DELAY_MS);
  attempt.catch(resolve);
  try {
    await abortable(promise, signal);
  } finally {
    clearTimeout(timer);
  }
}

async function connect(hostname: string, port: number, signal: AbortSignal): Promise<Deno.TcpConn> {
  // Deno.connect ends with `signal.throwIfAborted()` even when it did connect, and then nobody can
  // close that socket any more. The check below does it instead.
  signal.throwIfAborted = () => {};
  const socket = await Deno.connect({ hostname, port, signal });
  if (!signal.aborted) return socket;
  socket.close();
  throw signal.reason;
}
