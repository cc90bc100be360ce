/**
 * `send`: saves one message and waits until it is delivered, or with `--until` for less.
 *
 * Exit code 0 means that it got that far, and nothing else does: also with `--timeout 0` a message
 * that only waits in the outbox is 3. The codes when it did not: 3 it waits in the outbox, 6 it went
 * out but was not acknowledged, 5 the recipient refused it, 1 somebody cancelled it meanwhile.
 */
import { merge, object } from "@optique/core/constructs";
import { message as describe, text as words } from "@optique/core/message";
import { multiple, withDefault } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { choice } from "@optique/core/valueparser";
import { quote } from "../config/quote.ts";
import { ChatError } from "../errors.ts";
import type { MessageState, OwnMessage } from "../history/message_record.ts";
import type { ChatNode, Recipient } from "../node/chat_node.ts";
import { formatDuration } from "../terminal/duration.ts";
import { startProgress } from "../terminal/progress.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { Command, CommandContext } from "./command.ts";
import { aborted, Deadline, either } from "./deadline.ts";
import { duration } from "./duration.ts";
import { EXIT_CODES, Undelivered } from "./failure.ts";
import { Interruption } from "./interruption.ts";
import { ndjsonLine } from "./ndjson.ts";
import { otherSide } from "./node_lines.ts";
import { otherName, recipientText } from "./node_text.ts";
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
import { openSession, type Session } from "./session.ts";

export interface SendOptions extends ProfileOptions, SettingOptions {
  readonly peer: string;
  /** The words of the message; none: standard input is read. */
  readonly text: readonly string[];
  /** The state that is waited for; a later one is as good. */
  readonly until: SendState;
  /** How long to wait for it, ms; 0: not at all. */
  readonly timeout: number;
}

/** Where a message that gets on comes past. */
type SendState = "queued" | "sent" | "delivered";

/** In the order in which a message comes to them. */
const PROGRESS: readonly MessageState[] = ["queued", "sent", "delivered", "read"];

const DEFAULT_TIMEOUT_MS = 30_000;
const TIMEOUT_DESCRIPTION = "How long to wait, such as 500ms, 30s, 2m (default 30s). " +
  "Exit code when time is up: 3, it waits in the outbox; 6, it was sent but not acknowledged.";
const WHEN_IT_GOES = "it goes out the next time this profile runs a node, such as: p2p-chat listen";
const IT_GOES_ON = "the node that runs keeps trying; `p2p-chat outbox` shows how that goes";
const WHEN_IT_GOES_AGAIN = "it may have arrived; until it is acknowledged it goes out again, " +
  "whenever this profile runs a node";
/** More than a person writes to one recipient while a message waits. */
const RECENT_MESSAGES = 100;
/** The largest message, 32 KiB, and the line end that is taken off. */
const STDIN_MAX_BYTES = 32 * 1024 + 2;

export const send: Command<SendOptions> = {
  name: "send",
  summary: "Send one message and wait for the acknowledgement.",
  examples: [
    'p2p-chat send red "hello there"',
    'p2p-chat send red "whenever you are back" --until queued',
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
      until: withDefault(
        option("--until", choice(["queued", "sent", "delivered"], { metavar: "STATE" }), {
          description: describe`${
            words("What to wait for: queued (saved here), sent, or delivered (default).")
          }`,
        }),
        "delivered",
      ),
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
    const text = await messageText(options, context);
    await using session = await openSession(
      options,
      { command: "send", listen: "ephemeral" },
      context,
    );
    const { node } = session;
    const recipient = await node.resolve(options.peer);
    const startedAt = context.now();
    const outcome = await deliverInSight(node, recipient, text, options, context);
    report(outcome, session, options, context, context.now() - startedAt);
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

/** Sends, and returns the message as it is when it got far enough, or when the time is up. */
async function deliver(
  node: ChatNode,
  recipient: Recipient,
  text: string,
  { peer, timeout, until }: SendOptions,
  interrupted: AbortSignal,
): Promise<Outcome> {
  const signal = either(interrupted, node.ended);
  const latest = new Map<string, OwnMessage>();
  let changed = Promise.withResolvers<void>();
  using _states = node.subscribe((event) => {
    if (event.event !== "state") return;
    latest.set(event.message.id, event.message);
    changed.resolve();
    changed = Promise.withResolvers();
  });
  const queued = await node.send(recipient, text, { signal });
  const current = () => latest.get(queued.id) ?? queued;
  using deadline = new Deadline(timeout, signal);
  const over = aborted(deadline.signal);
  const enough = new AbortController();
  const reaching = until === "queued"
    ? undefined
    : reach(node, recipient, either(deadline.signal, enough.signal));
  try {
    while (!isOver(current(), until) && !deadline.signal.aborted) {
      await Promise.race([changed.promise, over]);
    }
    if (isOver(current(), until)) return { message: current(), obstacle: undefined };
    if (deadline.expired) {
      const message = await takenBack(node, recipient, current());
      const obstacle = message.state === "queued" ? await reaching : undefined;
      return { message, obstacle: obstacle?.replace(`${peer}: `, "") };
    }
    if (!(signal.reason instanceof Interruption)) throw signal.reason;
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

/** It got as far as it should, or it never will. */
function isOver({ state }: OwnMessage, until: SendState): boolean {
  return state === "refused" || state === "cancelled" || hasReached(state, until);
}

function hasReached(state: MessageState, until: SendState): boolean {
  return PROGRESS.indexOf(state) >= PROGRESS.indexOf(until);
}

/** What another process did to the database beside the node is no event here. */
async function takenBack(
  node: ChatNode,
  recipient: Recipient,
  message: OwnMessage,
): Promise<OwnMessage> {
  const stored = (await node.history({ conversation: recipient, limit: RECENT_MESSAGES })).find(
    ({ id, direction }) => id === message.id && direction === "out",
  );
  return stored?.direction === "out" ? stored : message;
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

/** @throws Undelivered where it did not get far enough */
function report(
  { message, obstacle }: Outcome,
  { node, goesOn }: Session,
  { peer: target, json, timeout, until }: SendOptions,
  { terminal }: CommandContext,
  elapsedMs: number,
): void {
  const { id, conversation, state, reason } = message;
  const displayName = node.displayName.bind(node);
  const ok = hasReached(state, until);
  if (json) {
    terminal.print(ndjsonLine({
      event: "result",
      target,
      ok,
      ...otherSide(conversation, displayName),
      id,
      state,
      elapsedMs,
      reason: reason ?? obstacle ?? null,
    }));
  }
  const name = otherName(conversation, displayName);
  const wait = timeout === 0 ? "yet" : `within ${formatDuration(timeout)}`;
  if (ok) {
    if (json) return;
    const who = recipientText(conversation, displayName);
    terminal.print(okText(state, who, elapsedMs));
    if (state === "queued") terminal.remark(goesOn ? IT_GOES_ON : WHEN_IT_GOES);
  } else if (state === "refused") {
    const why = sanitise(reason ?? "no reason");
    throw new Undelivered(state, `${name} refused the message: ${why}`);
  } else if (state === "cancelled") {
    throw new Undelivered(state, `the message to ${name} was cancelled`);
  } else if (state === "sent") {
    throw new Undelivered(
      state,
      `sent to ${name}, but not acknowledged ${wait}; the message stays in the outbox`,
      { hint: goesOn ? IT_GOES_ON : WHEN_IT_GOES_AGAIN },
    );
  } else if (state === "queued") {
    const why = obstacle === undefined ? "" : `: ${obstacle}`;
    throw new Undelivered(
      state,
      `not ${until} to ${name} ${wait}${why}; the message waits in the outbox`,
      { hint: goesOn ? IT_GOES_ON : WHEN_IT_GOES },
    );
  }
}

function okText(state: MessageState, who: string, elapsedMs: number): string {
  if (state === "queued") return `queued for ${who}`;
  const word = state === "sent" ? "sent" : "delivered";
  return `${word} to ${who} in ${formatDuration(elapsedMs)}`;
}
