/**
 * `send`: saves one message and waits until it is delivered. Exit code 0 means delivered, and
 * nothing else does: also with `--timeout 0` a message that only waits in the outbox is 3.
 */
import { merge, object } from "@optique/core/constructs";
import { message as describe, text as words } from "@optique/core/message";
import { multiple, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { quote } from "../config/quote.ts";
import { ChatError } from "../errors.ts";
import type { OwnMessage } from "../history/message_record.ts";
import type { ChatNode, Recipient } from "../node/chat_node.ts";
import { formatDuration } from "../terminal/duration.ts";
import { startProgress } from "../terminal/progress.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Command, CommandContext } from "./command.ts";
import { Deadline, either } from "./deadline.ts";
import { duration } from "./duration.ts";
import { EXIT_CODES } from "./failure.ts";
import { Interruption } from "./interruption.ts";
import { ndjsonLine } from "./ndjson.ts";
import { otherSide } from "./node_lines.ts";
import { otherName, peerWithId } from "./node_text.ts";
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
import { openSession } from "./session.ts";

export interface SendOptions extends ProfileOptions, SettingOptions {
  readonly peer: string;
  /** The words of the message; none: standard input is read. */
  readonly text: readonly string[];
  /** How long to wait for the acknowledgement, ms; 0: not at all. */
  readonly timeout: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const WHEN_IT_GOES = "it goes out the next time this profile runs a node, such as: p2p-chat listen";
/** The largest message, 32 KiB, and the line end that is taken off. */
const STDIN_MAX_BYTES = 32 * 1024 + 2;

export const send: Command<SendOptions> = {
  name: "send",
  summary: "Send one message and wait for the acknowledgement.",
  examples: [
    'p2p-chat send red "hello there"',
    "date | p2p-chat send 192.168.1.20:7000 --timeout 2m",
  ],
  parser: merge(
    object({
      peer: requiredArgument(anyText("PEER"), PEER_DESCRIPTION),
      text: multiple(
        argument(anyText("TEXT"), {
          description: describe`The message; without it, standard input is sent.`,
        }),
      ),
      timeout: withDefault(
        option("--timeout", duration(), {
          description: describe`${
            words("How long to wait, such as 500ms, 30s, 2m (default 30s).")
          }`,
        }),
        DEFAULT_TIMEOUT_MS,
      ),
      json: jsonOption,
    }),
    settingOptions,
    profileOptions,
  ),

  async run(options, context) {
    const text = await messageText(options, context);
    await using session = await openSession(
      options,
      { command: "send", listen: "ephemeral" },
      context,
    );
    const { node } = session;
    const recipient = node.resolve(options.peer);
    const startedAt = context.now();
    const outcome = await deliverInSight(node, recipient, text, options, context);
    report(outcome, node, options, context, context.now() - startedAt);
    return EXIT_CODES.done;
  },
};

async function deliverInSight(
  node: ChatNode,
  recipient: Recipient,
  text: string,
  options: SendOptions,
  { terminal, signal }: CommandContext,
): Promise<Outcome> {
  const waiting = `saved; waiting for ${sanitise(options.peer)} to acknowledge it`;
  using _progress = startProgress(terminal, waiting, { signal });
  return await deliver(node, recipient, text, options, signal);
}

/** @throws ChatError `bad-usage` */
async function messageText(
  { text }: Pick<SendOptions, "text">,
  { terminal, signal }: Pick<CommandContext, "terminal" | "signal">,
): Promise<string> {
  const given = text.length > 0 ? text.join(" ") : await readInput(terminal, signal);
  if (given !== "") return given;
  throw new ChatError("bad-usage", `the message is ${quote(given)}`, {
    hint: "write it after PEER, or pipe it into standard input",
  });
}

async function readInput(terminal: Terminal, signal: AbortSignal): Promise<string> {
  if (terminal.interactive) {
    terminal.remark(createStyle(terminal.colors).dim("Write the message; Ctrl-D ends it."));
  }
  try {
    const input = await terminal.readAll({ maxBytes: STDIN_MAX_BYTES, signal });
    return input.replace(/\r?\n$/, "");
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new ChatError("bad-usage", "standard input is longer than a message may be, 32 KiB", {
        hint: "send it in parts",
        cause,
      });
    }
    if (cause instanceof TypeError) {
      throw new ChatError("bad-usage", "standard input is not UTF-8 text", {
        hint: "convert it to UTF-8, or encode it as text, for instance with base64",
        cause,
      });
    }
    throw cause;
  }
}

/** What became of the message. */
interface Outcome {
  readonly message: OwnMessage;
  /** Why the recipient was not reached, one line safe for a terminal; undefined if it was. */
  readonly obstacle: string | undefined;
}

/** Sends, and returns the message as it is when it is settled, or when the time is up. */
async function deliver(
  node: ChatNode,
  recipient: Recipient,
  text: string,
  { peer, timeout }: SendOptions,
  signal: AbortSignal,
): Promise<Outcome> {
  const latest = new Map<string, OwnMessage>();
  using _states = node.subscribe((event) => {
    if (event.event === "state") latest.set(event.message.id, event.message);
  });
  const queued = await node.send(recipient, text);
  using deadline = new Deadline(timeout, signal);
  const enough = new AbortController();
  const reaching = reach(node, recipient, either(deadline.signal, enough.signal));
  try {
    const message = await node.settled(queued.id, { signal: deadline.signal });
    return { message, obstacle: undefined };
  } catch (error) {
    if (deadline.expired) {
      const message = latest.get(queued.id) ?? queued;
      const obstacle = message.state === "queued" ? await reaching : undefined;
      return { message, obstacle: obstacle?.replace(`${peer}: `, "") };
    }
    if (!(signal.reason instanceof Interruption)) throw error;
    // Whoever cuts the waiting short has to know that this does not take the message back.
    throw new ChatError(
      "interrupted",
      `${signal.reason.message}: the message waits in the outbox`,
      {
        hint: WHEN_IT_GOES,
        cause: signal.reason,
      },
    );
  } finally {
    enough.abort();
    await reaching;
  }
}

/**
 * The node seeks the recipient by itself; this joins its first attempt, to learn why it failed.
 * @returns undefined where it did not fail, or not before `signal` aborted
 */
async function reach(
  node: ChatNode,
  recipient: Recipient,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await node.connect(recipient, { signal });
    return undefined;
  } catch (error) {
    if (signal.aborted) return undefined;
    return sanitise(error instanceof Error ? error.message : String(error));
  }
}

/** @throws ChatError `not-delivered`, `refused` where that is what became of it */
function report(
  { message, obstacle }: Outcome,
  node: ChatNode,
  { peer: target, json, timeout }: SendOptions,
  { terminal }: CommandContext,
  elapsedMs: number,
): void {
  const { id, conversation, state, reason } = message;
  const displayName = node.displayName.bind(node);
  const delivered = state === "delivered" || state === "read";
  if (json) {
    terminal.print(ndjsonLine({
      event: "result",
      target,
      ok: delivered,
      ...otherSide(conversation, displayName),
      id,
      state,
      elapsedMs,
      reason: reason ?? obstacle ?? null,
    }));
  }
  const name = otherName(conversation, displayName);
  if (delivered) {
    if (json) return;
    const who = conversation.kind === "peer" ? peerWithId(conversation.peerId, displayName) : name;
    terminal.print(`delivered to ${who} in ${formatDuration(elapsedMs)}`);
  } else if (state === "refused") {
    throw new ChatError(
      "refused",
      `${name} refused the message: ${sanitise(reason ?? "no reason")}`,
    );
  } else if (state === "cancelled") {
    throw new ChatError("not-delivered", `the message to ${name} was cancelled`);
  } else {
    const wait = timeout === 0 ? "yet" : `within ${formatDuration(timeout)}`;
    const why = obstacle === undefined ? "" : `: ${obstacle}`;
    throw new ChatError(
      "not-delivered",
      `not delivered to ${name} ${wait}${why}; the message waits in the outbox`,
      { hint: WHEN_IT_GOES },
    );
  }
}
