/** Spans of time as people write them in an option: `500ms`, `30s`, `1.5m`, `2h`, `3d`, `0`. */
import { message, text } from "@optique/core/message";
import type { ValueParser } from "@optique/core/valueparser";
import { quote } from "../config/quote.ts";

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
  ["d", 86_400_000],
]);

/** @returns ms, 0 or more; undefined for anything that is not a duration */
export function parseDuration(written: string): number | undefined {
  if (written === "0") return 0;
  const [, amount, unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)([a-z]+)$/.exec(written.trim()) ?? [];
  const unitMs = UNIT_MS.get(unit);
  return amount === undefined || unitMs === undefined ? undefined : Number(amount) * unitMs;
}

/** A duration as the value of an option, in ms. */
export function duration(): ValueParser<"sync", number> {
  return {
    mode: "sync",
    metavar: "DURATION",
    placeholder: 0,
    format: (ms) => `${ms}ms`,
    parse(written) {
      const ms = parseDuration(written);
      if (ms !== undefined) return { success: true, value: ms };
      const problem = `expected a duration such as 500ms, 30s or 2m, not ${quote(written)}`;
      return { success: false, error: message`${text(problem)}` };
    },
  };
}
