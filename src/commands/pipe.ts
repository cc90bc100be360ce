/**
 * `pipe`: each line of standard input becomes a message to one peer, and each message of that peer a
 * line of standard output.
 *
 * - A line counts as done when it got to the state of `--until`. No more than 256 lines are on their
 *   way, then standard input is not read on: the writer waits.
 * - At the end of the input it waits until all lines are done, at most for `--timeout`; with
 *   `--follow` or `--linger` it goes on printing what arrives.
 * - Where the node of another process dies through which it worked, it goes on with the next one, or
 *   with one of its own: nothing is lost and nothing comes twice.
 * - Killed and run again with `--resume` and the same input, it sends what was not sent.
 *
 * Exit codes: those of `send`, for the line that fared worst. A closed standard output ends it like
 * the end of the input, without waiting.
 */
import { merge, object } from "@optique/core/constructs";
import { message as describe, text as words } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { keepContact } from "../chat_screen/keep_contact.ts";
import type { MessageRecord } from "../history/message_record.ts";
import type { Recipient } from "../node/chat_node.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle } from "../terminal/style.ts";
import type { Command, CommandContext } from "./command.ts";
import { aborted, Deadline, either, unlessAborted } from "../deadline.ts";
import { duration } from "./duration.ts";
import { LastingSession } from "./lasting_session.ts";
import { newMessageId } from "../chat_screen/message_id.ts";
import { ndjsonLine } from "./ndjson.ts";
import { messageLine, nodeEventLine } from "./node_lines.ts";
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
import { Incoming } from "./pipe/incoming.ts";
import { Outgoing } from "./pipe/outgoing.ts";
import { verdict } from "./pipe/verdict.ts";
import { DEFAULT_UNTIL, type Until, untilOption } from "./until.ts";

export interface PipeOptions extends ProfileOptions, SettingOptions {
  readonly peer: string;
  /** Position of the last message that was handled; 0: none was. */
  readonly since?: number | undefined;
  /** What the input is known by when it is piped again. */
  readonly resume?: string | undefined;
  /** When a line counts as done. */
  /** Undefined: delivered, or as far as can be known. */
  readonly until?: Until | undefined;
  /** How long to wait at the end for lines to be done, ms; undefined: as long as it takes. */
  readonly timeout?: number | undefined;
  /** Print what arrives until it is stopped. */
  readonly follow: boolean;
  /** How long to print what arrives after all lines are done, ms. */
  readonly linger?: number | undefined;
}

export const pipe: Command<PipeOptions> = {
  name: "pipe",
  summary: "Send each line of standard input, and print what the peer sends.",
  examples: [
    "tail -f build.log | p2p-chat pipe red",
    "p2p-chat pipe red --resume job-7 < lines.txt",
    "p2p-chat pipe red --json --since 0 --follow < /dev/null",
  ],
  parser: merge(
    object({
      peer: requiredArgument(anyText("PEER"), PEER_DESCRIPTION),
      since: optional(
        option("--since", integer({ min: 0, metavar: "CURSOR" }), {
          description: describe`${
            words(
              "Print what came after this message: its position as --json tells it, 0 for all. " +
                "Without it: what was never shown.",
            )
          }`,
        }),
      ),
      resume: optional(
        option("--resume", anyText("NAME"), {
          description: describe`${
            words(
              "Skip lines that were sent before under this NAME, known by their numbers; " +
                "the input has to begin as it did then.",
            )
          }`,
        }),
      ),
      until: untilOption,
      timeout: optional(
        option("--timeout", duration(), {
          description: describe`${
            words(
              "How long to wait at the end of the input, such as 30s (default: for ever). " +
                "Exit code when time is up: 3, lines wait in the outbox; 6, not acknowledged.",
            )
          }`,
        }),
      ),
      follow: option("--follow", {
        description: describe`Go on printing what arrives, until it is stopped.`,
      }),
      linger: optional(
        option("--linger", duration(), {
          description: describe`Go on printing what arrives for this long.`,
        }),
      ),
      json: jsonOption,
    }),
    settingOptions,
    profileOptions,
  ),

  async run(options, context) {
    const purpose = { command: "pipe", listen: "ephemeral" } as const;
    await using session = await LastingSession.open(options, purpose, context);
    const recipient = await session.ask((node) => node.resolve(options.peer));
    return await join(session, recipient, options, context);
  },
};

/** @returns the exit code */
async function join(
  session: LastingSession,
  recipient: Recipient,
  options: PipeOptions,
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  const json = options.json === true;
  const finished = new AbortController();
  const ended = either(either(context.signal, terminal.closed), session.ended);
  const stop = either(ended, finished.signal);
  const displayName = (peerId: string) => session.node.displayName(peerId);

  const incoming = new Incoming({
    session,
    terminal,
    since: options.since,
    print: (message) =>
      terminal.print(json ? ndjsonLine(messageLine(message, displayName)) : plainLine(message)),
  });
  const name = options.resume;
  const { peerId: self } = session.node;
  using outgoing = new Outgoing({
    session,
    terminal,
    recipient,
    json,
    until: options.until ?? DEFAULT_UNTIL,
    stream: name === undefined ? undefined : { name, self, recipient: textOf(recipient) },
    newId: () => newMessageId(context.now()),
    onState(message) {
      if (message.conversation.kind === "peer") incoming.from(message.conversation.peerId);
      if (!json) return;
      terminal.print(ndjsonLine(nodeEventLine({ event: "state", message }, displayName)));
    },
    signal: stop,
  });
  if (recipient.kind === "peer") incoming.from(recipient.peerId);
  if (terminal.interactive && !json) {
    const hint = `Each line goes to ${sanitise(options.peer)}; Ctrl-D ends the input.`;
    terminal.remark(createStyle(terminal.colors).dim(hint));
  }

  let isInputOver = false;
  const toTheEnd = async () => {
    await outgoing.readAll();
    isInputOver = !stop.aborted;
    await linesDone(outgoing, options, stop);
    await lastWords(incoming, options, stop);
  };
  const aside = [
    incoming.run(stop),
    keepContact(session, recipient, stop, (peerId) => incoming.from(peerId)),
  ];
  const main = toTheEnd();
  try {
    // The others end with the signal, or by an error.
    await Promise.race([main, Promise.all(aside).then(() => main)]);
  } finally {
    finished.abort(new DOMException("the pipe has ended", "AbortError"));
    await Promise.allSettled([main, ...aside]);
  }
  return verdict({ outgoing, session, isInputOver, options, context });
}

async function linesDone(
  outgoing: Outgoing,
  { timeout }: PipeOptions,
  stop: AbortSignal,
): Promise<void> {
  if (timeout === undefined) return await outgoing.done();
  using deadline = new Deadline(timeout, stop);
  await unlessAborted(outgoing.done(), deadline.signal);
}

async function lastWords(
  incoming: Incoming,
  { follow, linger = 0 }: PipeOptions,
  stop: AbortSignal,
): Promise<void> {
  if (follow) return await aborted(stop);
  if (linger > 0) {
    using wait = new Deadline(linger, stop);
    await aborted(wait.signal);
  }
  await incoming.caughtUp(stop);
}

/** One line, and nothing in it acts on a terminal; tabs stay, as they separate columns. */
function plainLine({ text }: MessageRecord): string {
  return text.split("\t").map((part) => sanitise(part)).join("\t");
}

/** What stays the same wherever the peer is. */
function textOf(recipient: Recipient): string {
  return recipient.kind === "peer" ? recipient.peerId : recipient.address;
}
