/**
 * What a socket can do wrong, as one error type with a stable code. The runtime reports the same
 * fact in several ways (an error class, a `code` property, a resolver's text); here they become one.
 */

/**
 * - `connection-refused`: nobody listens at the address
 * - `connection-reset`: the other end, or something on the way, ended the connection abruptly
 * - `timed-out`: no answer in time
 * - `host-unreachable`: there is no way to the host or its network
 * - `address-in-use`: another socket listens on the address and port
 * - `address-not-available`: this machine does not have the address
 * - `permission-denied`: the operating system, or the runtime's permissions, forbid it
 * - `name-not-found`: the host name does not resolve to an address of the wanted family
 * - `unsupported-address`: not an address that this transport dials or listens on
 * - `aborted`: the caller's signal ended it
 * - `closed`: it was closed from this side
 * - `too-many-connections`: a limit of this transport was reached
 * - `too-many-open-files`: a limit of the process or the system on descriptors was reached
 * - `other`: see `cause`
 */
export type TransportErrorCode =
  | "connection-refused"
  | "connection-reset"
  | "timed-out"
  | "host-unreachable"
  | "address-in-use"
  | "address-not-available"
  | "permission-denied"
  | "name-not-found"
  | "unsupported-address"
  | "aborted"
  | "closed"
  | "too-many-connections"
  | "too-many-open-files"
  | "other";

/** A failure of a socket; the message names the address. */
export class TransportError extends Error {
  override readonly name = "TransportError";

  constructor(readonly code: TransportErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options);
  }

  /**
   * Gives whatever a socket operation threw its code.
   * @param doing what was tried and with which address, e.g. `cannot listen on /ip4/0.0.0.0/tcp/80`
   */
  static from(cause: unknown, doing: string): TransportError {
    if (cause instanceof TransportError) return cause;
    const text = cause instanceof Error ? cause.message : String(cause);
    return new TransportError(codeOf(cause), `${doing}: ${text}`, { cause });
  }

  /** The error for an operation that the caller's `signal` ended. */
  static aborted(signal: AbortSignal, doing: string): TransportError {
    const cause: unknown = signal.reason;
    const timedOut = cause instanceof DOMException && cause.name === "TimeoutError";
    return timedOut
      ? new TransportError("timed-out", `${doing}: no answer in time`, { cause })
      : new TransportError("aborted", `${doing}: aborted`, { cause });
  }
}

/** POSIX and getaddrinfo names; the runtime maps the codes of Windows to them. */
const CODES: ReadonlyMap<string, TransportErrorCode> = new Map([
  ["ECONNREFUSED", "connection-refused"],
  ["ECONNRESET", "connection-reset"],
  ["ECONNABORTED", "connection-reset"],
  ["EPIPE", "connection-reset"],
  ["ENOTCONN", "connection-reset"],
  ["ETIMEDOUT", "timed-out"],
  ["EHOSTUNREACH", "host-unreachable"],
  ["ENETUNREACH", "host-unreachable"],
  ["EHOSTDOWN", "host-unreachable"],
  ["ENETDOWN", "host-unreachable"],
  ["EADDRINUSE", "address-in-use"],
  ["EADDRNOTAVAIL", "address-not-available"],
  ["EAFNOSUPPORT", "address-not-available"],
  ["EACCES", "permission-denied"],
  ["EPERM", "permission-denied"],
  ["ENOTFOUND", "name-not-found"],
  ["EAI_AGAIN", "name-not-found"],
  ["EAI_FAIL", "name-not-found"],
  ["EAI_NODATA", "name-not-found"],
  ["EAI_NONAME", "name-not-found"],
  ["EMFILE", "too-many-open-files"],
  ["ENFILE", "too-many-open-files"],
]);

function codeOf(error: unknown): TransportErrorCode {
  if (error instanceof Deno.errors.NotCapable) return "permission-denied";
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return CODES.get(error.code) ?? "other";
  }
  return "other";
}
