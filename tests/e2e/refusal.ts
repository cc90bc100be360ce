/** What a person sees of a mistake: one line that names it, one line with a hint, an exit code. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Finished } from "./program.ts";

export interface Refusal {
  readonly code: number;
  /** Of the line after `error: `. */
  readonly error: RegExp;
  /** Of the line after `hint: `. */
  readonly hint: RegExp;
}

/** Asserts that a command printed nothing but this, besides the news of a first start. */
export function assertRefusal(finished: Finished, { code, error, hint }: Refusal): void {
  const said = [...finished.out, ...finished.err].join("\n");
  assertEquals(finished.code, code, said);
  assertEquals(finished.out, [], said);
  const lines = finished.err.filter((line) => !/^(first start|its key is)/.test(line));
  const [first = "", second = ""] = lines;
  assertEquals(lines.length, 2, said);
  assert(first.startsWith("error: ") && second.startsWith("hint: "), said);
  assertMatch(first, error);
  assertMatch(second, hint);
}
