/**
 * `history`: what was written and what arrived, oldest first. It reads the database beside whoever
 * owns the profile, and changes nothing.
 */
import { merge, object } from "@optique/core/constructs";
import { message as describe } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import type { Conversation, MessageRecord } from "../history/message_record.ts";
import { resolveRecipient } from "../node/recipient.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle, type Style } from "../terminal/style.ts";
import { padEnd } from "../terminal/width.ts";
import { type Memory, readMemory } from "./beside_owner.ts";
import type { Command, CommandContext } from "./command.ts";
import { EXIT_CODES } from "./failure.ts";
import { formatClock, formatDay } from "./local_time.ts";
import { type Moment, moment, timeOf } from "./moment.ts";
import { ndjsonLine } from "./ndjson.ts";
import { STATE_COLUMNS, stateColumn, stateStyle } from "./message_state.ts";
import { type DisplayName, messageLine } from "./node_lines.ts";
import { otherName } from "./node_text.ts";
import {
  anyText,
  jsonOption,
  optionalArgument,
  PEER_DESCRIPTION,
  type ProfileOptions,
  profileOptions,
} from "./options.ts";

export interface HistoryOptions extends ProfileOptions {
  /** Only the conversation with this peer. */
  readonly peer?: string | undefined;
  readonly since?: Moment | undefined;
  /** Only messages that contain this text; ASCII letters match in either case. */
  readonly search?: string | undefined;
  /** 1 to 100,000: the last so many. */
  readonly limit: number;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100_000;

export const history: Command<HistoryOptions> = {
  name: "history",
  summary: "Show the messages with one peer or with all.",
  examples: ["p2p-chat history red --since 2h", 'p2p-chat history --search "lunch" --json'],
  parser: merge(
    object({
      peer: optionalArgument(anyText("PEER"), PEER_DESCRIPTION),
      since: optional(
        option("--since", moment(), {
          description: describe`Not older: 2026-11-22, 2026-11-22T14:30, 2h, 3d.`,
        }),
      ),
      search: optional(
        option("--search", anyText("TEXT"), {
          description: describe`Only messages that contain this.`,
        }),
      ),
      limit: withDefault(
        option("--limit", integer({ min: 1, max: MAX_LIMIT, metavar: "N" }), {
          description: describe`At most the last N messages, 1 to 100000 (default 50).`,
        }),
        DEFAULT_LIMIT,
      ),
      json: jsonOption,
    }),
    profileOptions,
  ),

  async run(options, context) {
    using memory = await readMemory(options, context);
    const conversation = options.peer === undefined
      ? undefined
      : conversationWith(options.peer, memory);
    const since = options.since === undefined ? undefined : timeOf(options.since, context.now());
    const messages = memory.history?.list({
      ...(conversation === undefined ? {} : { conversation }),
      ...(since === undefined ? {} : { since }),
      ...(options.search === undefined ? {} : { search: options.search }),
      limit: options.limit,
    }) ?? [];
    if (options.json) {
      for (const message of messages) {
        context.terminal.print(ndjsonLine(messageLine(message, memory.displayName)));
      }
    } else printText(messages, memory.displayName, context);
    return EXIT_CODES.done;
  },
};

/** @throws ChatError `no-such-peer`, `ambiguous-peer`, `bad-address` */
function conversationWith(peer: string, { candidates, history }: Memory): Conversation {
  const recipient = resolveRecipient(peer, candidates);
  if (recipient.kind === "peer") return { kind: "peer", peerId: recipient.peerId };
  const { address } = recipient;
  const peerId = history?.peers.atAddress(address);
  return peerId === undefined ? { kind: "address", address } : { kind: "peer", peerId };
}

function printText(
  messages: readonly MessageRecord[],
  displayName: DisplayName,
  { terminal }: CommandContext,
): void {
  if (messages.length === 0) return terminal.remark("no messages");
  const lines = historyLines(messages, displayName, createStyle(terminal.colors));
  for (const each of lines) terminal.print(each);
}

/**
 * A line for each message, and one before each new day. Where there are own messages, their states
 * stand in a column of their own.
 */
export function historyLines(
  messages: readonly MessageRecord[],
  displayName: DisplayName,
  style: Style,
): string[] {
  const lines: string[] = [];
  const hasStates = messages.some(({ direction }) => direction === "out");
  let day = "";
  for (const message of messages) {
    const time = message.direction === "in" ? message.receivedAt : message.sentAt;
    if (formatDay(time) !== day) {
      day = formatDay(time);
      lines.push(style.dim(day));
    }
    const state = hasStates ? [stateCell(message, style)] : [];
    lines.push(
      [style.dim(formatClock(time)), ...state, line(message, displayName, style)].join(" "),
    );
  }
  return lines;
}

function stateCell(message: MessageRecord, style: Style): string {
  if (message.direction === "in") return " ".repeat(STATE_COLUMNS);
  const { state } = message;
  return stateStyle(state, style)(padEnd(stateColumn(state), STATE_COLUMNS));
}

/** The text comes last: whatever is in it, it cannot pose as anything else on the line. */
function line(message: MessageRecord, displayName: DisplayName, style: Style): string {
  const name = style.bold(otherName(message.conversation, displayName));
  const text = sanitise(message.text);
  if (message.direction === "in") return `${name}: ${text}`;
  const reason = message.reason === undefined ? "" : ` (${sanitise(message.reason)})`;
  return `you to ${name}${reason}: ${text}`;
}
