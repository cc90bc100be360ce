/** Opening, writing and ending plain TCP connections, each within a time. */
import { systemReason } from "../config/system_reason.ts";
import { Deadline } from "../deadline.ts";
import { DIAL_WITHIN_MS } from "./limits.ts";

/**
 * @param host IP address without brackets, or a name
 * @throws the system's error, a `TimeoutError`, or the signal's reason
 */
export async function dial(
  host: string,
  port: number,
  outer: AbortSignal,
): Promise<Deno.TcpConn> {
  using deadline = new Deadline(DIAL_WITHIN_MS, outer);
  const { signal } = deadline;
  signal.throwIfAborted();
  // Deno.connect ends with `signal.throwIfAborted()` even when it did connect, and then nobody can
  // close that socket any more. The check below does it instead.
  signal.throwIfAborted = () => {};
  const socket = await Deno.connect({ hostname: host, port, signal });
  if (!signal.aborted) {
    socket.setNoDelay(true);
    return socket;
  }
  socket.close();
  throw signal.reason;
}

/** @throws the system's error, also when the socket is closed meanwhile */
export async function writeAll(socket: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await socket.write(bytes.subarray(written));
  }
}

/**
 * Ends the own side, waits until the other one has read everything and ended its side too, or for
 * `ms`, and closes. A close with unread bytes would take back what the other side has not read yet.
 */
export async function endGently(socket: Deno.TcpConn, ms: number): Promise<void> {
  const timer = setTimeout(() => close(socket), ms);
  try {
    await socket.closeWrite();
    const buffer = new Uint8Array(1_024);
    while (await socket.read(buffer) !== null);
  } catch {
    // Reset, or closed by the timer: it is over either way.
  } finally {
    clearTimeout(timer);
    close(socket);
  }
}

/** Closes a socket that may be closed. */
export function close(socket: Deno.TcpConn): void {
  try {
    socket.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

/** Why a connection failed, in one line for a person. */
export function failureWords(error: unknown): string {
  if (error instanceof Deno.errors.ConnectionRefused) {
    return "nobody listens there (connection refused)";
  }
  if (error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe) {
    return "the connection was cut";
  }
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `no answer for ${DIAL_WITHIN_MS / 1_000} s`;
  }
  if (error instanceof Error && /lookup|resolve/.test(error.message)) {
    return "the name does not resolve";
  }
  return systemReason(error);
}
