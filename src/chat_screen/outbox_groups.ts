/** What waits in the outbox, by recipient, and how one names a message there. Pure. */
import { quote } from "../config/quote.ts";
import { ChatError } from "../errors.ts";
import type { Conversation, OwnMessage } from "../history/message_record.ts";
import type { OutboxEntry, Search } from "../history/mod.ts";
import { formatDuration } from "../terminal/duration.ts";

/** Characters at the end of an id that are shown: the beginnings of UUIDv7 are alike. */
const ID_CHARACTERS = 8;
/** Fewer characters are more likely a slip than an id. */
const MIN_ID_CHARACTERS = 4;
/** Nobody minds which part of a second it is. */
const SECOND_MS = 1_000;

/** Everything that waits for one recipient, in the order of writing. */
export interface OutboxGroup {
  readonly conversation: Conversation;
  readonly search: Search | undefined;
  readonly blocked: boolean;
  readonly messages: OwnMessage[];
}

/** Trying and failing belong to the recipient, so what waits is told by recipient. */
export function byRecipient(entries: readonly OutboxEntry[]): OutboxGroup[] {
  const groups = new Map<string, OutboxGroup>();
  for (const { message, search, blocked } of entries) {
    const { conversation } = message;
    const key = conversation.kind === "peer" ? conversation.peerId : conversation.address;
    const group = groups.get(key) ?? { conversation, search, blocked, messages: [] };
    group.messages.push(message);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** E.g. `2 messages wait, the first for 3 min`. @param now ms since the epoch */
export function waitText({ messages }: Pick<OutboxGroup, "messages">, now: number): string {
  const age = ageText(messages[0]?.sentAt ?? now, now);
  return messages.length === 1
    ? `1 message waits for ${age}`
    : `${messages.length} messages wait, the first for ${age}`;
}

/** In whole units, and never nothing. @param since, now ms since the epoch */
export function ageText(since: number, now: number): string {
  const seconds = Math.max(1, Math.floor((now - since) / SECOND_MS));
  return formatDuration(seconds * SECOND_MS);
}

/** How the outbox, and what it takes back, name a message. */
export function shortMessageId(id: string): string {
  return id.slice(-ID_CHARACTERS);
}

/**
 * The message whose id is `target`, or begins or ends with it.
 * @param hint where the ids are to be seen
 * @throws ChatError `bad-usage`
 */
export function findMessage(
  target: string,
  waiting: readonly OwnMessage[],
  hint = "`p2p-chat outbox` shows the last 8 characters of each",
): OwnMessage | undefined {
  if (target.length < MIN_ID_CHARACTERS) {
    throw new ChatError("bad-usage", `${quote(target)} is too short for the id of a message`, {
      hint,
    });
  }
  const fitting = waiting.filter(({ id }) => id.startsWith(target) || id.endsWith(target));
  if (fitting.length <= 1) return fitting[0];
  const ids = fitting.slice(0, 3).map(({ id }) => shortMessageId(id)).join(", ");
  throw new ChatError(
    "bad-usage",
    `${quote(target)} fits ${fitting.length} messages: ${ids}${fitting.length > 3 ? ", ..." : ""}`,
    { hint: "write more of the id, or its end: the beginnings are alike" },
  );
}
