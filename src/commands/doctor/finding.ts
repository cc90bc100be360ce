/** What a check of `doctor` is given and what it gives back. */
import type { Config } from "../../config/config.ts";
import type { Profile } from "../../config/paths.ts";
import { ChatError } from "../../errors.ts";
import type { Settings } from "../settings.ts";

/** How one thing was found; `skipped`: it could not, or need not, be looked at. */
export type Status = "ok" | "warning" | "bad" | "skipped";

/** One line of the report. The texts are not yet safe for a terminal. */
export interface Finding {
  /** What was looked at, in one word. */
  readonly check: string;
  readonly status: Status;
  /** What was found. */
  readonly message: string;
  /** What to do, where something is to be done. */
  readonly hint?: string;
}

/** A finding whose check is known already. */
export type Outcome = Omit<Finding, "check">;

/** What the checks look at. */
export interface Subject {
  readonly profile: Profile;
  /** Undefined where they are wrong: then what depends on them is skipped. */
  readonly settings: Settings | undefined;
  /** Ms since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export const SETTINGS_ARE_WRONG: Outcome = {
  status: "skipped",
  message: "not looked at: the settings are wrong",
};

/** For checks that need the settings. */
export function withConfig<Result>(
  { settings }: Subject,
  check: (config: Config) => Result,
): Result | Outcome {
  return settings === undefined ? SETTINGS_ARE_WRONG : check(settings.config);
}

/**
 * An error that is the finding.
 * @throws `error` where it is not one that people are meant to see
 */
export function failed(error: unknown, status: Status = "bad"): Outcome {
  if (!(error instanceof ChatError)) throw error;
  const { message, hint } = error;
  return { status, message, ...(hint === undefined ? {} : { hint }) };
}
