/**
 * `why`: how it stands with reaching one peer, and what would help. It tries to reach the peer now,
 * with the node that runs or one of its own. With `--direct`, where another process owns the profile,
 * it tells what that one has written down, and changes nothing.
 *
 * Exit code: 0 if the peer was reached, 1 if not; beside another process, which alone knows whether
 * the peer is connected, 0 for having told.
 */
import { merge, object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import type { Command } from "./command.ts";
import { duration } from "./duration.ts";
import { EXIT_CODES } from "./failure.ts";
import {
  anyText,
  jsonOption,
  PEER_DESCRIPTION,
  type ProfileOptions,
  profileOptions,
  requiredArgument,
  type SettingOptions,
  settingOptions,
} from "./options.ts";

export interface WhyOptions extends ProfileOptions, SettingOptions {
  readonly peer: string;
  /** How long to try to reach the peer, ms. */
  readonly timeout: number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

export const why: Command<WhyOptions> = {
  name: "why",
  summary: "Show why a peer is not reached, and what would help.",
  examples: ["p2p-chat why red", "p2p-chat why 192.168.1.20:7000 --json"],
  parser: merge(
    object({
      peer: requiredArgument(anyText("PEER"), PEER_DESCRIPTION),
      timeout: withDefault(
        option("--timeout", duration(), {
          description: message`${text("How long to try to reach it (default 10s).")}`,
        }),
        DEFAULT_TIMEOUT_MS,
      ),
      json: jsonOption,
    }),
    settingOptions,
    profileOptions,
  ),

  async run(options, context) {
    const { explore } = await import("./why/explore.ts");
    const { printFindings } = await import("./why/findings.ts");
    const findings = await explore(options, context);
    printFindings(findings, options, context);
    const { owner, active } = findings;
    return owner !== undefined || active !== undefined ? EXIT_CODES.done : EXIT_CODES.failed;
  },
};
