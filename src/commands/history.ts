/**
 * `history`: what was written and what arrived, oldest first. It reads the database beside whoever
 * owns the profile, and changes nothing. With `--follow` it goes on with what happens then
 * (`history/follow.ts`), for which it needs a node: the one that runs, or its own.
 */
import { merge, object } from "@optique/core/constructs";
import { message as describe, text } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { ChatError } from "../errors.ts";
import type { Conversation, MessageRecord } from "../history/message_record.ts";
import type { HistoryQuery } from "../node/chat_node.ts";
import { resolveRecipient } from "../node/recipient.ts";
import { createStyle } from "../terminal/style.ts";
import { type Memory, readMemory } from "./beside_owner.ts";
import type { Command, CommandContext } from "./command.ts";
import { EXIT_CODES } from "./failure.ts";
import { historyLines } from "./history/lines.ts";
import { type Moment, moment, timeOf } from "./moment.ts";
import { ndjsonLine } from "./ndjson.ts";
import { type DisplayName, messageLine } from "./node_lines.ts";
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

export interface HistoryOptions extends ProfileOptions, SettingOptions {
  /** Only the conversation with this peer. */
  readonly peer?: string | undefined;
  readonly since?: Moment | undefined;
  /** Only messages that have all these words, see `src/history/search_terms.ts`. */
  readonly search?: string | undefined;
  /** Only messages at a later position. */
  readonly after?: number | undefined;
  /** 1 to 100,000: the last so many, with `after` the first. */
  readonly limit?: number | undefined;
  /** Go on with what happens. */
  readonly follow: boolean;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 100_000;
const MAX_POSITION = Number.MAX_SAFE_INTEGER;

export const history: Command<HistoryOptions> = {
  name: "history",
  summary: "Show the messages with one peer or with all.",
  examples: [
    "p2p-chat history red --since 2h",
    'p2p-chat history --search "lunch" --json',
    "p2p-chat history red --follow",
    "p2p-chat history --follow --after 120 --json",
  ],
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
          description: describe`Only messages with all these words; "in quotes": together.`,
        }),
      ),
      after: optional(
        option("--after", integer({ min: 0, max: MAX_POSITION, metavar: "POSITION" }), {
          description: describe`Only messages behind this position, see --json.`,
        }),
      ),
      limit: optional(
        option("--limit", integer({ min: 1, max: MAX_LIMIT, metavar: "N" }), {
          description: describe`${
            text("At most the last N messages (default 50); with --after the first N (all).")
          }`,
        }),
      ),
      follow: option("--follow", "-f", {
        description: describe`Go on with what happens, until it is stopped.`,
      }),
      json: jsonOption,
    }),
    settingOptions,
    profileOptions,
  ),

  async run(options, context) {
    if (options.follow) return await follow(options, context);
    using memory = await readMemory(options, context);
    // First: somebody who is not known is a mistake, also where nothing was ever written.
    const query = queryOf(options, memory, context);
    const messages = memory.history?.list(query) ?? [];
    if (options.json) {
      for (const message of messages) {
        context.terminal.print(ndjsonLine(messageLine(message, memory.displayName)));
      }
    } else printText(messages, memory.displayName, context);
    return EXIT_CODES.done;
  },
};

async function follow(options: HistoryOptions, context: CommandContext): Promise<number> {
  if (options.after !== undefined && options.limit !== undefined) {
    throw new ChatError("bad-usage", "--limit does not go with --after and --follow", {
      hint: "leave --limit out: --follow leaves nothing out behind --after",
    });
  }
  const { followHistory } = await import("./history/follow.ts");
  return await followHistory(await readQuery(options, context), options, context);
}

async function readQuery(options: HistoryOptions, context: CommandContext): Promise<Query> {
  using memory = await readMemory(options, context);
  return queryOf(options, memory, context);
}

/** A query that the database and a node take. */
type Query = HistoryQuery & { readonly conversation?: Conversation };

/** @throws ChatError `no-such-peer`, `ambiguous-peer`, `bad-address` */
function queryOf(
  { peer, after, search, since, limit }: HistoryOptions,
  memory: Memory,
  { now }: CommandContext,
): Query {
  return {
    ...(peer === undefined ? {} : { conversation: conversationWith(peer, memory) }),
    ...(after === undefined ? {} : { after }),
    ...(since === undefined ? {} : { since: timeOf(since, now()) }),
    ...(search === undefined ? {} : { search }),
    limit: limit ?? (after === undefined ? DEFAULT_LIMIT : MAX_LIMIT),
  };
}

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
