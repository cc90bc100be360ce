/**
 * `send`: saves one message for each recipient and waits until all are delivered, or with `--until`
 * for less. Where the node of another process dies through which it works, it goes on with the next
 * one, or with one of its own.
 *
 * Exit code 0 means that they got that far, and nothing else does: also with `--timeout 0` a message
 * that only waits in the outbox is 3. The codes when one did not: 1 somebody cancelled it meanwhile or
 * it could not be saved, 5 the recipient refused it, 3 it waits in the outbox, 6 it went out but was
 * not acknowledged; of several the first in this order.
 */
import { merge, object } from "@optique/core/constructs";
import { message as describe, text as words } from "@optique/core/message";
import { map, multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import type { Command } from "./command.ts";
import { duration } from "./duration.ts";
import { EXIT_CODES } from "./failure.ts";
import { LastingSession } from "./lasting_session.ts";
import {
  anyText,
  jsonOption,
  optionalArgument,
  PEER_DESCRIPTION,
  type ProfileOptions,
  profileOptions,
  type SettingOptions,
  settingOptions,
} from "./options.ts";
import { deliver } from "./send/deliver.ts";
import { messageText } from "./send/message_text.ts";
import { report } from "./send/report.ts";
import { addressees, findTargets } from "./send/targets.ts";
import { type Until, untilOption } from "./until.ts";

export interface SendOptions extends ProfileOptions, SettingOptions {
  /** The recipient; with `to` the first word of the message. */
  readonly peer?: string | undefined;
  /** The recipients where there are several. */
  readonly to: readonly string[];
  /** The words of the message; none: `file`, or standard input is read. */
  readonly text: readonly string[];
  /** Where the text is; `-`: standard input. */
  readonly file?: string | undefined;
  /** Id of the message that is answered. */
  readonly replyTo?: string | undefined;
  /**
   * The state that is waited for; a later one is as good. Undefined: as far as can be known, which is
   * `delivered`, and `sent` where the recipient speaks a protocol that acknowledges nothing.
   */
  readonly until?: Until | undefined;
  /** How long to wait for it, ms; 0: not at all. */
  readonly timeout: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const TIMEOUT_DESCRIPTION = "How long to wait, such as 500ms, 30s, 2m (default 30s). " +
  "Exit code when time is up: 3, it waits in the outbox; 6, it was sent but not acknowledged.";

export const send: Command<SendOptions> = {
  name: "send",
  summary: "Send one message and wait for the acknowledgement.",
  examples: [
    'p2p-chat send red "hello there"',
    'p2p-chat send --to red --to blue "the build is green"',
    'p2p-chat send red "whenever you are back" --until queued',
    "p2p-chat send red --file notes.txt",
    "date | p2p-chat send 192.168.1.20:7000 --timeout 2m",
  ],
  parser: merge(
    object({
      peer: optionalArgument(anyText("PEER"), PEER_DESCRIPTION),
      text: multiple(
        argument(anyText("TEXT"), {
          description: describe`The message; without it, standard input is sent.`,
        }),
      ),
      to: multiple(
        option("--to", anyText("PEER"), {
          description: describe`${
            words("Send to this peer; may be repeated. All the rest is then one TEXT, in quotes.")
          }`,
        }),
      ),
      file: optional(
        option("--file", anyText("FILE"), {
          description: describe`${words("Send the text of this file; - is standard input.")}`,
        }),
      ),
      replyTo: optional(
        map(
          option("--reply-to", anyText("ID"), {
            description: describe`${
              words("Answer the message with this id, as `history --json` tells it.")
            }`,
          }),
          (id) => id.trim().toLowerCase(),
        ),
      ),
      until: untilOption,
      timeout: withDefault(
        option("--timeout", duration(), {
          description: describe`${words(TIMEOUT_DESCRIPTION)}`,
        }),
        DEFAULT_TIMEOUT_MS,
      ),
      json: jsonOption,
    }),
    settingOptions,
    profileOptions,
  ),

  async run(options, context) {
    const { names, written } = addressees(options);
    const text = await messageText(written, options.file, context);
    const purpose = { command: "send", listen: "ephemeral" } as const;
    await using session = await LastingSession.open(options, purpose, context);
    const targets = await findTargets(session, names, options.to.length > 0 ? written : undefined);
    const outcomes = await deliver(session, targets, text, options, context);
    report(outcomes, session, options, context);
    return EXIT_CODES.done;
  },
};
