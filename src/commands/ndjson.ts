/**
 * What programs read: with `--json` every command prints one JSON object a line, `event` first. This
 * file is the contract; `ndjson_schema.ts` says the same as data, for the documentation and the tests,
 * so each event has an entry there. A field means the same in every event and is never reused for
 * something else; what is not known is null, not missing; new fields and events may come.
 *
 * - `at` is when it happened, by the clock of the node
 * - times are ISO 8601 in UTC, ids are strings, durations are in milliseconds
 * - `name` is the name to show for a peer (harmless, never empty); who it is says `peerId` alone
 * - `classic` is true for a peer without a key: who it is cannot be known, its `peerId` says where it is
 * - texts are complete and as the peer wrote them, but every control, format and line-separating
 *   character is written as `\uXXXX`, so that printing a line raw does nothing to a terminal
 */
import type { Origin } from "../config/merge_config.ts";
import type { ErrorCode } from "../errors.ts";
import type { MessageState } from "../history/message_record.ts";
import type { Departure, PeerSource } from "../presence/active_peer.ts";

/** One line of output. */
export type NdjsonLine =
  | ReadyLine
  | MessageLine
  | StateLine
  | PeerUpLine
  | PeerDownLine
  | NoticeLine
  | ErrorLine
  | PeerLine
  | ResultLine
  | OutboxLine
  | WhyLine
  | IdentityLine
  | SettingLine
  | ContactLine
  | CheckLine;

/** `listen`: the node runs, and everything that arrives from now on is printed. */
export interface ReadyLine {
  readonly event: "ready";
  readonly name: string;
  readonly peerId: string;
  /** Multiaddrs with the peer id at the end. */
  readonly addresses: readonly string[];
  readonly port: number;
  readonly profile: string;
}

/** One message: `listen` and `pipe` for those that arrive, `history` for all. */
export interface MessageLine {
  readonly event: "message";
  readonly id: string;
  readonly direction: "in" | "out";
  /** The other side; null while nobody has answered at `address`. */
  readonly peerId: string | null;
  readonly name: string | null;
  /** A classic peer: it has no key, and all that goes to and fro is plain text. */
  readonly classic: boolean;
  /** Multiaddr of a recipient that nobody has answered at yet. */
  readonly address: string | null;
  readonly text: string;
  /** The sender's clock; null where it says nothing that is a time. */
  readonly sentAt: string | null;
  /** When it was saved here; null for own messages. */
  readonly receivedAt: string | null;
  /** Of an own message; null for others. */
  readonly state: MessageState | null;
  readonly stateAt: string | null;
  /** It is `sent`, and nothing more can be known; null for messages of others. */
  readonly unanswerable: boolean | null;
  /** Why it was refused. */
  readonly reason: string | null;
  /** Place in the local history. */
  readonly position: number;
  readonly replyTo: string | null;
}

/** An own message got further: `listen` for all, `send` and `pipe` for what they send. */
export interface StateLine {
  readonly event: "state";
  readonly id: string;
  readonly peerId: string | null;
  readonly name: string | null;
  readonly classic: boolean;
  readonly address: string | null;
  readonly state: MessageState;
  readonly stateAt: string | null;
  readonly unanswerable: boolean;
  readonly reason: string | null;
}

/** What is told of a connected peer. */
export interface ActivePeerFields {
  readonly peerId: string;
  readonly name: string;
  readonly classic: boolean;
  /** Multiaddr of the connection. */
  readonly address: string;
  readonly path: "direct" | "relayed";
  readonly roundTripMs: number | null;
  readonly source: PeerSource;
  readonly connectedSince: string | null;
  readonly lastSeen: string | null;
}

/** A peer is connected and answers. */
export interface PeerUpLine extends ActivePeerFields {
  readonly event: "peer-up";
  readonly at: string | null;
}

/** A peer is gone. */
export interface PeerDownLine extends ActivePeerFields {
  readonly event: "peer-down";
  readonly at: string | null;
  readonly departure: Departure;
}

/** Worth knowing; nothing failed. */
export interface NoticeLine {
  readonly event: "notice";
  readonly at: string | null;
  readonly message: string;
}

/** The last line of a command that failed. */
export interface ErrorLine {
  readonly event: "error";
  readonly at: string | null;
  readonly code: ErrorCode | "unexpected";
  readonly message: string;
  readonly hint: string | null;
  /** With `--verbose`: what it came from, the nearest first. */
  readonly causes: readonly string[];
}

/** One row of `peers`: active peers, or with `--known` all that are remembered. */
export interface PeerLine {
  readonly event: "peer";
  /** Null with `--known`, which does not look. */
  readonly connected: boolean | null;
  readonly peerId: string;
  readonly name: string;
  readonly classic: boolean;
  /** Multiaddr of the connection, or the one that worked last; null where none is known. */
  readonly address: string | null;
  readonly path: "direct" | "relayed" | null;
  readonly roundTripMs: number | null;
  readonly source: string;
  readonly connectedSince: string | null;
  readonly lastSeen: string | null;
}

/**
 * What became of one target of `connect`, of one recipient of `send`, of one message of `outbox cancel`
 * or `outbox retry`.
 */
export interface ResultLine {
  readonly event: "result";
  /** As it was written, or the address that was tried; `outbox retry`: the recipient. */
  readonly target: string;
  /** It got where it should: with `send --until STATE` at least to that state. */
  readonly ok: boolean;
  readonly peerId: string | null;
  readonly name: string | null;
  readonly classic: boolean;
  readonly address: string | null;
  /** The message. */
  readonly id: string | null;
  readonly state: MessageState | null;
  /** It is `sent`, and nothing more can be known. */
  readonly unanswerable: boolean;
  /** `send`: from saving to the state; `outbox retry`: since its start. */
  readonly elapsedMs: number | null;
  /** Why not, or what to know although it worked. */
  readonly reason: string | null;
}

/** How it stands with reaching somebody. */
export interface SearchFields {
  /** Dials and deliveries tried since messages wait. */
  readonly attempts: number;
  readonly lastTried: string | null;
  /** Why the last attempt failed, in words for a person. */
  readonly lastError: string | null;
  /** Null: no node runs; or nothing is planned, as it is being tried. */
  readonly nextAttempt: string | null;
}

/** `outbox`: one message that is not delivered yet. */
export interface OutboxLine extends SearchFields {
  readonly event: "outbox";
  readonly id: string;
  readonly peerId: string | null;
  readonly name: string | null;
  readonly classic: boolean;
  /** Multiaddr of a recipient that nobody has answered at yet. */
  readonly address: string | null;
  readonly text: string;
  readonly state: MessageState;
  readonly queuedAt: string | null;
}

/** `why`: how it stands with reaching a peer, and what would help. */
export interface WhyLine extends SearchFields {
  readonly event: "why";
  /** As it was written. */
  readonly target: string;
  readonly peerId: string | null;
  readonly name: string | null;
  readonly classic: boolean;
  /** Null where another process owns the profile: only that one knows. */
  readonly connected: boolean | null;
  /** Multiaddr of the connection; where nobody has answered yet, the one that was meant. */
  readonly address: string | null;
  readonly path: "direct" | "relayed" | null;
  readonly roundTripMs: number | null;
  readonly connectedSince: string | null;
  readonly lastSeen: string | null;
  /** Every address that is known, the one that worked last first. */
  readonly addresses: readonly AddressFields[];
  /** How many messages wait for it. */
  readonly waiting: number;
  /** Which process owns the profile, in words; null: none, so this one tried. */
  readonly owner: string | null;
  /** What would help, in sentences. */
  readonly advice: readonly string[];
}

/** One address of a peer. */
export interface AddressFields {
  readonly address: string;
  /** When it was last dialled, with what result; null: never, as far as is known. */
  readonly lastTried: string | null;
  readonly lastError: string | null;
  readonly lastWorked: string | null;
}

/** `id`. */
export interface IdentityLine {
  readonly event: "identity";
  readonly name: string;
  readonly peerId: string;
  readonly fingerprint: string;
  /** Multiaddrs, with the peer id, on which `listen` would listen. */
  readonly addresses: readonly string[];
  readonly profile: string;
  readonly folder: string;
}

/** One setting of `config`. */
export interface SettingLine {
  readonly event: "setting";
  readonly key: string;
  readonly value: unknown;
  readonly origin: Origin["kind"];
  /** Where exactly: the file, the variable or the flag. */
  readonly from: string | null;
}

/** `contact`: one contact, as it is now; of one that was removed, as it was. */
export interface ContactLine {
  readonly event: "contact";
  readonly peerId: string;
  readonly name: string;
  readonly classic: boolean;
  /** What this person calls it. */
  readonly alias: string | null;
  readonly note: string | null;
  /** 12 groups of five digits; null: it has no key. */
  readonly fingerprint: string | null;
  /** When this person compared the fingerprints; null: it did not. */
  readonly verifiedAt: string | null;
  /** Since when it is refused; null: it is not. */
  readonly blockedAt: string | null;
  /** `contact list`: when it was last here; null: never. Null elsewhere. */
  readonly lastSeen: string | null;
  /** What became of it; null: it was only looked at. */
  readonly change: "added" | "changed" | "unchanged" | "removed" | "skipped" | null;
  /** Why it was skipped. */
  readonly reason: string | null;
}

/** One thing that `doctor` looked at. */
export interface CheckLine {
  readonly event: "check";
  /** `profile`, `settings`, `identity`, `database`, `control`, `clock`, `port`, ...; `mandatory` for each peer. */
  readonly check: string;
  /** `skipped`: it could not, or need not, be looked at. */
  readonly status: "ok" | "warning" | "bad" | "skipped";
  readonly message: string;
  readonly hint: string | null;
}

/**
 * What acts on a terminal, or hides in it, among the characters that JSON leaves as they are: fillers
 * too, and more than four marks on one letter.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u034f\u115f\u1160\u3164\uffa0]|(?<=\p{M}{4})\p{M}/gu;

/** @returns one line, without its end */
export function ndjsonLine(event: NdjsonLine): string {
  return escapeUnprintable(JSON.stringify(event));
}

/** @param json what `JSON.stringify()` gave, without line ends; it means the same afterwards */
export function escapeUnprintable(json: string): string {
  return json.replace(UNPRINTABLE, escaped);
}

/** @returns null for what is not a time that a date can hold */
export function isoTime(time: number): string | null {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function escaped(character: string): string {
  // A character outside the basic plane is two units, and JSON escapes units.
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
