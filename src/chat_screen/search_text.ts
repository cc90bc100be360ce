/** How the search for a recipient goes, in words: what was tried, and when it is tried again. */
import type { Search } from "../history/mod.ts";
import { formatAgo, formatDuration } from "../terminal/duration.ts";
import { sanitise } from "../terminal/sanitise.ts";

const SECOND_MS = 1_000;

/** E.g. `tried 5 times, last 20 s ago: nobody listens there (connection refused)`. */
export function triedText({ attempts, lastTried, failure }: Search, now: number): string {
  const ago = formatAgo(lastTried, now);
  const tried = attempts === 1 ? `tried once, ${ago}` : `tried ${attempts} times, last ${ago}`;
  return failure === undefined ? tried : `${tried}: ${sanitise(failure)}`;
}

/**
 * E.g. `next try in 34 s`.
 * @param nextAttempt ms since the epoch, as it was noted last
 * @param isRunning whether there is a node that tries; what was noted by one that ended counts nothing
 */
export function nextText(
  nextAttempt: number | undefined,
  isRunning: boolean,
  now: number,
): string {
  if (!isRunning) return "next try when a node runs, such as: p2p-chat listen";
  if (nextAttempt === undefined || nextAttempt <= now) return "next try now";
  const span = Math.ceil((nextAttempt - now) / SECOND_MS) * SECOND_MS;
  return `next try in ${formatDuration(span)}`;
}
