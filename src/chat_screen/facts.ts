/** How it stands with the other side of a conversation, and the line that says so. Pure. */
import { CLASSIC_WORDS } from "../config/classic_id.ts";
import { formatClock, formatDay, formatDayNear } from "../terminal/local_time.ts";
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

const SECOND_MS = 1_000;

/**
 * The most important first; what does not fit is left out from the end, in its shorter form last, and
 * of the name alone nothing but its end.
 * @param columns 1 or more
 */
export function factsLine(facts: Facts, columns: number): string {
  const others: readonly (readonly string[])[] = [
    linkTexts(facts),
    ...(facts.classic ? [[CLASSIC_WORDS]] : []),
    waitingTexts(facts),
    facts.verified === undefined || facts.classic
      ? []
      : [facts.verified ? "verified" : "not verified"],
    pathTexts(facts),
  ];
  let line = truncate(facts.name, columns);
  const fits = (part: string) => displayWidth(line) + displayWidth(GAP + part) <= columns;
  for (const forms of others) {
    const part = forms.find(fits);
    if (part !== undefined) line += GAP + part;
  }
  return line;
}

/** From the longest form to the shortest, as below. */
function linkTexts({ blocked, link, lastSeen, verified, now }: Facts): string[] {
  if (blocked) return ["blocked by you", "blocked"];
  if (link !== undefined) return [`here for ${wholeSeconds(now - link.since, Math.floor)}`, "here"];
  if (lastSeen !== undefined) return [`away since ${moment(lastSeen, now)}`, "away"];
  return [verified === undefined ? "nobody has answered there yet" : "not here"];
}

/** `14:02`, with the day in front where that was not today. */
function moment(time: number, now: number): string {
  if (formatDay(time) === formatDay(now)) return formatClock(time);
  return `${formatDayNear(time, now)}, ${formatClock(time)}`;
}

function waitingTexts({ waiting, nextAttempt, link, now }: Facts): string[] {
  if (waiting === 0) return [];
  const short = `${waiting} waiting`;
  const left = (nextAttempt ?? 0) - now;
  if (link !== undefined || left <= 0) return [short];
  return [`${short}, next try in ${wholeSeconds(left, Math.ceil)}`, short];
}

/** At least one second: a line that is looked at every few seconds is not more exact. */
function wholeSeconds(ms: number, round: (value: number) => number): string {
  return formatDuration(Math.max(1, round(ms / SECOND_MS)) * SECOND_MS);
}

function pathTexts({ link }: Facts): string[] {
  if (link === undefined) return [];
  const { path, roundTripMs } = link;
  return roundTripMs === undefined ? [path] : [path + GAP + formatDuration(roundTripMs), path];
}
