/** How it stands with the other side of a conversation, and the line that says so. Pure. */
import { CLASSIC_WORDS } from "../config/classic_id.ts";
import { formatClock, formatDay } from "../terminal/local_time.ts";
import { formatDuration } from "../terminal/duration.ts";
import { displayWidth, truncate } from "../terminal/width.ts";

/** What is known of the other side at `now`. Times are ms since the epoch. */
export interface Facts {
  /** Terminal-safe: a name, an alias, or an address where nobody has answered yet. */
  readonly name: string;
  /** Whether this person has compared fingerprints; undefined: there is nobody yet. */
  readonly verified: boolean | undefined;
  /** It has no key, so that there is nothing to compare. */
  readonly classic: boolean;
  readonly blocked: boolean;
  /** The connection; undefined where there is none. */
  readonly link:
    | {
      readonly path: "direct" | "relayed";
      readonly roundTripMs: number | undefined;
      readonly since: number;
    }
    | undefined;
  /** When it was last here; undefined: never, or not known. */
  readonly lastSeen: number | undefined;
  /** Own messages that wait for it. */
  readonly waiting: number;
  /** When it is tried next. */
  readonly nextAttempt: number | undefined;
  readonly now: number;
}

/** Between two parts of the line. */
const GAP = " · ";

/**
 * The most important first; what does not fit is left out from the end, and of the last one nothing
 * but its end.
 * @param columns 1 or more
 */
export function factsLine(facts: Facts, columns: number): string {
  const [name = "", ...others] = [
    facts.name,
    linkText(facts),
    ...(facts.classic ? [CLASSIC_WORDS] : []),
    ...(facts.waiting === 0 ? [] : [waitingText(facts)]),
    ...(facts.verified === undefined || facts.classic
      ? []
      : [facts.verified ? "verified" : "not verified"]),
    ...pathParts(facts),
  ];
  let line = truncate(name, columns);
  for (const part of others) {
    if (displayWidth(line) + displayWidth(GAP + part) > columns) continue;
    line += GAP + part;
  }
  return line;
}

function linkText({ blocked, link, lastSeen, verified, now }: Facts): string {
  if (blocked) return "blocked by you";
  if (link !== undefined) return `here for ${formatDuration(now - link.since)}`;
  if (lastSeen !== undefined) return `away since ${moment(lastSeen, now)}`;
  return verified === undefined ? "nobody has answered there yet" : "not here";
}

/** `14:02`, with the day in front where that was not today. */
function moment(time: number, now: number): string {
  const day = formatDay(time);
  return day === formatDay(now) ? formatClock(time) : `${day}, ${formatClock(time)}`;
}

function waitingText({ waiting, nextAttempt, link, now }: Facts): string {
  const left = (nextAttempt ?? 0) - now;
  const next = link === undefined && left > 0 ? `, next try in ${formatDuration(left)}` : "";
  return `${waiting} waiting${next}`;
}

function pathParts({ link }: Facts): string[] {
  if (link === undefined) return [];
  const { path, roundTripMs } = link;
  return roundTripMs === undefined ? [path] : [path, formatDuration(roundTripMs)];
}
