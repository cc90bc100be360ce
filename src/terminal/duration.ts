/** Spans of time for people: short, one unit, never more exact than is of use. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * E.g. "0.4 ms", "12 ms", "1.5 s", "12 s", "3 min", "5 h", "2 d"; whole units are rounded down.
 * @param ms 0 or more; less counts as 0
 */
export function formatDuration(ms: number): string {
  const span = Number.isFinite(ms) ? Math.max(0, ms) : 0;
  if (span < 10) return `${trimmed(span)} ms`;
  if (span < SECOND_MS) return `${Math.floor(span)} ms`;
  if (span < 10 * SECOND_MS) return `${trimmed(span / SECOND_MS)} s`;
  if (span < MINUTE_MS) return `${Math.floor(span / SECOND_MS)} s`;
  if (span < HOUR_MS) return `${Math.floor(span / MINUTE_MS)} min`;
  if (span < DAY_MS) return `${Math.floor(span / HOUR_MS)} h`;
  return `${Math.floor(span / DAY_MS)} d`;
}

/**
 * How long ago `thenMs` was at `nowMs`, both in ms since the epoch: "just now" below one second and
 * for the future (clocks differ), else e.g. "12 s ago".
 */
export function formatAgo(thenMs: number, nowMs: number): string {
  const span = nowMs - thenMs;
  if (!(span >= SECOND_MS)) return "just now";
  return `${formatDuration(Math.floor(span / SECOND_MS) * SECOND_MS)} ago`;
}

/** One digit after the point, rounded down, unless it is 0. */
function trimmed(value: number): string {
  return String(Math.floor(value * 10) / 10);
}
