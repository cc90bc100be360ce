/**
 * Which messages of the history somebody wants to see, and how they are found: by position, or with a
 * search by the full-text index where it helps (`text_index.ts`) and by looking where it does not.
 *
 * A search looks at the newest messages first, so a word that is in many is found at once. What the
 * index finds is compared with the text itself.
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { Conversation, MessageRecord } from "./message_record.ts";
import { readMessage, SELECT_MESSAGE } from "./message_row.ts";
import { SearchTerms } from "./search_terms.ts";
import type { Between, TextIndex } from "./text_index.ts";

/**
 * Which messages `list()` gives, oldest first: the last `limit` that fit, or with `after` the first
 * `limit` behind that place.
 */
export interface MessageQuery {
  readonly conversation?: Conversation;
  /** Only messages at a later position; what is committed later has a later one. */
  readonly after?: number;
  /** Only messages at an earlier position; with `after`: the first `limit` between the two. */
  readonly before?: number;
  /** Only messages that arrived and were never shown. */
  readonly unread?: boolean;
  /** Only messages that arrived or were written at or after this time, ms since the epoch. */
  readonly since?: number;
  /** Only messages that have all these words, see `search_terms.ts`. */
  readonly search?: string;
  /** 1 or more */
  readonly limit: number;
}

/**
 * Messages read at once while searching: few at first, for the first ones may do; then more, which is
 * quicker, but not more than memory has room for (32 KiB each at most).
 */
const FIRST_PAGE_MESSAGES = 128;
const MAX_PAGE_MESSAGES = 1_024;

/** SQLite takes longer patterns, but not all. */
const LONGEST_PATTERN = 1_000;

/** A conversation with fewer messages is looked through: the index knows nothing of conversations. */
const SMALL_CONVERSATION = 10_000;

const CONVERSATION_OF_PEER =
  "(SELECT conversation.key FROM conversation JOIN peer ON peer.key = conversation.peer WHERE peer_id = ?)";
const CONVERSATION_AT = "(SELECT conversation.key FROM conversation WHERE address = ?)";

/** Where messages are read from. */
interface Source {
  readonly db: DatabaseSync;
  /** The row of the profile's own identity in `peer`. */
  readonly selfKey: number;
  readonly index: TextIndex;
}

/** What of a query SQL decides, and in which order. */
interface Selection {
  readonly conditions: readonly string[];
  readonly values: readonly SQLInputValue[];
  readonly ascending: boolean;
}

export function listMessages(source: Source, query: MessageQuery): MessageRecord[] {
  const ascending = query.after !== undefined;
  const selection = { ...selectionOf(query, source.selfKey), ascending };
  const between = { after: query.after ?? 0, before: query.before ?? Number.MAX_SAFE_INTEGER };
  const terms = query.search === undefined ? undefined : new SearchTerms(query.search);
  const messages = terms === undefined || terms.words.length === 0
    ? readPage(source, selection, between, query.limit)
    : search(source, selection, between, { terms, query });
  return ascending ? messages : messages.reverse();
}

function selectionOf(
  { conversation, since, unread }: MessageQuery,
  selfKey: number,
): Omit<Selection, "ascending"> {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  if (conversation !== undefined) {
    const [key, value] = keyOf(conversation);
    conditions.push(`message.conversation = ${key}`);
    values.push(value);
  }
  if (since !== undefined) {
    conditions.push("iif(message.sender = ?, sent_at, recorded_at) >= ?");
    values.push(selfKey, since);
  }
  if (unread) conditions.push("message.state IS NULL AND message.read_at IS NULL");
  return { conditions, values };
}

function keyOf(conversation: Conversation): [key: string, value: string] {
  return conversation.kind === "peer"
    ? [CONVERSATION_OF_PEER, conversation.peerId]
    : [CONVERSATION_AT, conversation.address];
}

/** In the order of the selection. */
function readPage(
  { db, selfKey }: Source,
  { conditions, values, ascending }: Selection,
  { after, before }: Between,
  limit: number,
): MessageRecord[] {
  const all = [...conditions, "message.position > ?", "message.position < ?"].join(" AND ");
  const order = ascending ? "ASC" : "DESC";
  return db.prepare(`${SELECT_MESSAGE} WHERE ${all} ORDER BY message.position ${order} LIMIT ?`)
    .all(...values, after, before, limit).map((row) => readMessage(row, selfKey));
}

/** Messages that fit, in the order of the selection. */
function search(
  source: Source,
  selection: Selection,
  between: Between,
  { terms, query }: { terms: SearchTerms; query: MessageQuery },
): MessageRecord[] {
  const found: number[] = [];
  for (const { position, text } of candidates(source, selection, between, { terms, query })) {
    if (!terms.fit(text)) continue;
    found.push(position);
    if (found.length === query.limit) break;
  }
  return readPage(source, listed(found, selection), between, found.length);
}

/** A message that may fit. */
interface Candidate {
  readonly position: number;
  readonly text: string;
}

/** Every message that may fit, in the order of the selection. */
function* candidates(
  source: Source,
  selection: Selection,
  { after, before }: Between,
  { terms, query }: { terms: SearchTerms; query: MessageQuery },
): Generator<Candidate> {
  const covered = isSmall(source, query) ? 0 : source.index.covered();
  const old = { after, before: Math.min(before, covered + 1) };
  const recent = { after: Math.max(after, covered), before };
  if (!selection.ascending) yield* lookThrough(source, selection, recent, terms);
  yield* lookUp(source, selection, old, terms);
  if (selection.ascending) yield* lookThrough(source, selection, recent, terms);
}

function* lookThrough(
  source: Source,
  selection: Selection,
  between: Between,
  terms: SearchTerms,
): Generator<Candidate> {
  const likely = withoutUnlikely(selection, terms);
  let limit = FIRST_PAGE_MESSAGES;
  for (let rest = between; rest.before - rest.after > 1;) {
    const page = readTexts(source, likely, rest, limit);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    rest = behind(last.position, rest, selection.ascending);
    limit = Math.min(2 * limit, MAX_PAGE_MESSAGES);
  }
}

function* lookUp(
  source: Source,
  selection: Selection,
  between: Between,
  terms: SearchTerms,
): Generator<Candidate> {
  const { ascending } = selection;
  let limit = FIRST_PAGE_MESSAGES;
  for (let rest = between; rest.before - rest.after > 1;) {
    const positions = source.index.positions(terms, rest, { ascending, limit });
    if (positions === undefined) return yield* lookThrough(source, selection, rest, terms);
    const last = positions.at(-1);
    if (last === undefined) return;
    yield* readTexts(source, listed(positions, selection), rest, limit);
    rest = behind(last, rest, ascending);
    limit = Math.min(2 * limit, MAX_PAGE_MESSAGES);
  }
}

/** Like `readPage()`, with nothing but what a search has to see. */
function readTexts(
  { db }: Source,
  { conditions, values, ascending }: Selection,
  { after, before }: Between,
  limit: number,
): Candidate[] {
  const all = [...conditions, "position > ?", "position < ?"].join(" AND ");
  return db.prepare(`
    SELECT position, text FROM message
    WHERE ${all} ORDER BY position ${ascending ? "ASC" : "DESC"} LIMIT ?`)
    .all(...values, after, before, limit)
    .map(({ position, text }) => ({ position: Number(position), text: String(text) }));
}

/** Only what is at these positions. */
function listed(
  positions: readonly number[],
  { conditions, values, ascending }: Selection,
): Selection {
  return {
    conditions: [...conditions, "message.position IN (SELECT value FROM json_each(?))"],
    values: [...values, JSON.stringify(positions)],
    ascending,
  };
}

/**
 * SQLite is quicker than we are, but knows the case of ASCII only: it leaves texts out that are nothing
 * but ASCII (as many characters as bytes) and do not have the words.
 */
function withoutUnlikely(selection: Selection, { words }: SearchTerms): Selection {
  const short = words.filter(({ length }) => length <= LONGEST_PATTERN);
  const like = short.map(() => "text LIKE ? ESCAPE '\\'").join(" AND ") || "TRUE";
  return {
    ...selection,
    conditions: [...selection.conditions, `(length(text) <> octet_length(text) OR ${like})`],
    values: [
      ...selection.values,
      // What stands for a space may be any.
      ...short.map((word) => `%${word.replace(/[\\%_]/g, "\\$&").replaceAll(" ", "_")}%`),
    ],
  };
}

/** What is left after the message at `position`. */
function behind(position: number, { after, before }: Between, ascending: boolean): Between {
  return ascending ? { after: position, before } : { after, before: position };
}

function isSmall({ db }: Source, { conversation, unread }: MessageQuery): boolean {
  if (unread) return true;
  if (conversation === undefined) return false;
  const [key, value] = keyOf(conversation);
  const row = db.prepare(`
    SELECT count(*) AS n FROM
      (SELECT 1 FROM message WHERE conversation = ${key} LIMIT ${SMALL_CONVERSATION})`).get(value);
  return Number(row?.n) < SMALL_CONVERSATION;
}
