/**
 * Connects to whichever of several addresses of a host answers first, in staggered attempts, so that
 * an address that swallows packets does not cost the whole time-out (RFC 8305, "Happy Eyeballs").
 */
/** RFC 8305, section 5: the recommended delay before the next address is tried as well. */
const ATTEMPT_DELAY_MS = 250;

/**
 * Tries the hosts in turn: the next one when all before have failed, or after `ATTEMPT_DELAY_MS`.
 * @param hosts IP addresses, most promising first, at least one
 * @param deadline ends all attempts; once one of several has won, it is aborted to end the others
 * @throws what the attempt at the first host threw, when all failed
 */
export async function firstToConnect(
  hosts: readonly string[],
  port: number,
  deadline: AbortController,
): Promise<Deno.TcpConn> {
  const attempts: Promise<Deno.TcpConn>[] = [];
  for (const hostname of hosts) {
    attempts.push(connect(hostname, port, deadline.signal));
    if (attempts.length === hosts.length) break;
    const outcome = await settledWithin(Promise.any(attempts), ATTEMPT_DELAY_MS);
    if (outcome === "fulfilled" || deadline.signal.aborted) break;
  }
  try {
    const winner = await Promise.any(attempts);
    if (attempts.length > 1) deadline.abort();
    for (const attempt of attempts) {
      attempt.then((socket) => socket !== winner && socket.close(), () => {/* it lost */});
    }
    return winner;
  } catch (error) {
    throw error instanceof AggregateError ? error.errors[0] : error;
  }
}

async function settledWithin(
  promise: Promise<unknown>,
  ms: number,
): Promise<"fulfilled" | "rejected" | "pending"> {
  const { promise: pending, resolve } = Promise.withResolvers<"pending">();
  const timer = setTimeout(() => resolve("pending"), ms);
  try {
    const settled = promise.then(() => "fulfilled" as const, () => "rejected" as const);
    return await Promise.race([settled, pending]);
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
