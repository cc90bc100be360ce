/**
 * Points in time as people write them in an option: a date or a time, or how long ago. Without a
 * zone the local one is meant.
 */
import { message, text } from "@optique/core/message";
import type { ValueParser } from "@optique/core/valueparser";
import { quote } from "../config/quote.ts";
import { parseDuration } from "./duration.ts";

/** A time, or a span before now; both in ms. */
export type Moment =
  | { readonly kind: "at"; readonly time: number }
  | { readonly kind: "ago"; readonly span: number };

/** ISO 8601: a date, a time of day, a zone, of which the last two may be left out. */
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/i;

/** @returns undefined for anything that is neither a time nor a duration */
export function parseMoment(written: string): Moment | undefined {
  const trimmed = written.trim();
  const span = parseDuration(trimmed);
  if (span !== undefined) return { kind: "ago", span };
  const [match, year, month, day, clock = "00:00", zone = ""] = ISO.exec(trimmed) ?? [];
  if (match === undefined || !isDay(Number(year), Number(month), Number(day))) return undefined;
  const time = Date.parse(`${year}-${month}-${day}T${clock}${zone.toUpperCase()}`);
  return Number.isNaN(time) ? undefined : { kind: "at", time };
}

/** The time that `moment` means when it is `now`; both in ms since the epoch. */
export function timeOf(moment: Moment, now: number): number {
  return moment.kind === "at" ? moment.time : now - moment.span;
}

/** A moment as the value of an option. */
export function moment(): ValueParser<"sync", Moment> {
  return {
    mode: "sync",
    metavar: "TIME",
    placeholder: { kind: "ago", span: 0 },
    format: (value) => value.kind === "at" ? new Date(value.time).toISOString() : `${value.span}ms`,
    parse(written) {
      const value = parseMoment(written);
      if (value !== undefined) return { success: true, value };
      const problem = `expected a date, a time or a duration such as 2026-11-22, ` +
        `2026-11-22T14:30 or 2h, not ${quote(written)}`;
      return { success: false, error: message`${text(problem)}` };
    },
  };
}

/** `Date` would take 30 February for 2 March. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
