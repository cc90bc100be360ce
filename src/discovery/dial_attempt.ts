/**
 * One attempt to dial, with an end: whoever keeps a limited number of dials needs every one of them
 * to be over in time, even if the transport forgets its signal.
 */

/** How long an attempt may take, over all addresses of a peer. */
export const DIAL_TIMEOUT_MS = 10_000;

/** The attempt took too long. */
export class DialTimeoutError extends Error {
  override readonly name = "DialTimeoutError";

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1_000} s`);
  }
}

/**
 * Dials, and settles within `timeoutMs` whatever `dial` does. A connection that comes later is not
 * reported here.
 * @throws what `dial` throws; DialTimeoutError; the signal's reason
 */
export async function attemptDial<T>(
  dial: (options: { signal: AbortSignal }) => Promise<T>,
  { signal, timeoutMs = DIAL_TIMEOUT_MS }: { signal: AbortSignal; timeoutMs?: number },
): Promise<T> {
  signal.throwIfAborted();
  const attempt = new AbortController();
  const over = Promise.withResolvers<never>();
  attempt.signal.addEventListener("abort", () => over.reject(attempt.signal.reason));
  const cancel = () => attempt.abort(signal.reason);
  signal.addEventListener("abort", cancel);
  const timer = setTimeout(() => attempt.abort(new DialTimeoutError(timeoutMs)), timeoutMs);
  try {
    return await Promise.race([dial({ signal: attempt.signal }), over.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}
