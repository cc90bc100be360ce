/**
 * Whether this machine's clock can be right: it is not before this program was made, and not before
 * what the profile noted earlier. Nobody else's clock is asked.
 */
import { formatClock, formatDay } from "../../terminal/local_time.ts";
import type { Outcome } from "./finding.ts";

/** Nobody had this program before that. */
const EARLIEST = Date.UTC(2026, 0, 1);
/** Clocks are corrected by seconds all the time. */
const TOLERANCE_MS = 60_000;

/** @param newest the latest time that the profile noted, ms since the epoch */
export function checkClock(now: number, newest: number | undefined): Outcome {
  const shown = `${formatTime(now)}, ${timeZone(now)}`;
  const hint =
    "set the clock of this machine; messages arrive all the same, but their times are wrong";
  if (now < EARLIEST) {
    return { status: "bad", message: `${shown} cannot be right: it is before 2026`, hint };
  }
  if (newest !== undefined && now + TOLERANCE_MS < newest) {
    return {
      status: "warning",
      message: `${shown}, but this profile was in use at ${formatTime(newest)} already`,
      hint: "one of the two is wrong: see that the clock of this machine is right now",
    };
  }
  return { status: "ok", message: shown };
}

function formatTime(time: number): string {
  return `${formatDay(time)} ${formatClock(time)}`;
}

function timeZone(now: number): string {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const minutes = -new Date(now).getTimezoneOffset();
  const two = (value: number) => String(value).padStart(2, "0");
  const span = Math.abs(minutes);
  const offset = `UTC${minutes < 0 ? "-" : "+"}${two(Math.floor(span / 60))}:${two(span % 60)}`;
  return minutes === 0 ? timeZone : `${timeZone} (${offset})`;
}
