/**
 * The JSON in which contacts are carried from one profile to another, and its check. The file may come
 * from anywhere: it is bounded, and whatever is not exactly as it should be refuses all of it, with the
 * place of the fault.
 */
import { checkAddress } from "../../config/address.ts";
import { checkAlias, foldName } from "../../config/alias.ts";
import { checkNote } from "../../config/note.ts";
import { isCanonicalClassicId } from "../../config/classic_id.ts";
import { isPeerId } from "../../config/peer_id_text.ts";
import { quote } from "../../config/quote.ts";
import { isObject } from "../../control/check.ts";
import { ChatError } from "../../errors.ts";

export const CONTACTS_FORMAT = "p2p-chat contacts";
export const CONTACTS_VERSION = 1;

/** Many thousand contacts, and little enough to be held in memory a few times over. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

const MAX_CONTACTS = 10_000;
const MAX_ADDRESSES = 16;
/** ISO 8601 with a time zone, as `isoTime()` writes it. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/;

/** The whole file. */
export interface ContactsFile {
  readonly format: typeof CONTACTS_FORMAT;
  readonly version: typeof CONTACTS_VERSION;
  readonly contacts: readonly {
    readonly peerId: string;
    readonly alias: string | null;
    readonly note: string | null;
    /** ISO 8601 in UTC. */
    readonly verifiedAt: string | null;
    readonly blockedAt: string | null;
    /** Multiaddrs without the peer id. */
    readonly addresses: readonly string[];
  }[];
}

/** One contact of a file; what it does not say is undefined. Times are ms since the epoch. */
export interface ContactEntry {
  readonly peerId: string;
  readonly alias: string | undefined;
  readonly note: string | undefined;
  readonly verifiedAt: number | undefined;
  readonly blockedAt: number | undefined;
  readonly addresses: readonly string[];
}

const FILE_KEYS = ["format", "version", "contacts"];
const ENTRY_KEYS = ["peerId", "alias", "note", "verifiedAt", "blockedAt", "addresses"];

/**
 * @param source where the text comes from, for messages
 * @throws ChatError `bad-usage`
 */
export function parseContactsFile(text: string, source: string): ContactEntry[] {
  const fail: Fail = (path, why) => {
    throw new ChatError("bad-usage", `${source}: ${path === "" ? "" : `${path} `}${why}`, {
      hint: "nothing was imported; `p2p-chat contact export` writes what can be imported",
    });
  };
  let file: unknown;
  try {
    file = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    // What the parser says quotes the text, and nobody asked for that.
    fail("", "is not JSON");
  }
  if (!isObject(file)) return fail("", "is not a JSON object");
  if (field(file, "format") !== CONTACTS_FORMAT) {
    fail("format", `is ${quote(field(file, "format"))}, not ${quote(CONTACTS_FORMAT)}`);
  }
  if (field(file, "version") !== CONTACTS_VERSION) {
    fail("version", `is ${quote(field(file, "version"))}; this program reads ${CONTACTS_VERSION}`);
  }
  refuseUnknown(file, FILE_KEYS, "", fail);
  const contacts = field(file, "contacts");
  if (!Array.isArray(contacts)) return fail("contacts", "is not a list");
  if (contacts.length > MAX_CONTACTS) return fail("contacts", `has more than ${MAX_CONTACTS}`);
  const entries = contacts.map((value: unknown, index) => entry(value, `contacts[${index}]`, fail));
  refuseTwice(entries.map(({ peerId }) => peerId), "peerId", fail);
  refuseTwice(entries.map(({ alias }) => alias && foldName(alias)), "alias", fail);
  return entries;
}

type Fail = (path: string, why: string) => never;

function entry(value: unknown, path: string, fail: Fail): ContactEntry {
  if (!isObject(value)) return fail(path, "is not an object");
  refuseUnknown(value, ENTRY_KEYS, `${path}.`, fail);
  const peerId = field(value, "peerId");
  if (typeof peerId !== "string" || !(isPeerId(peerId) || isCanonicalClassicId(peerId))) {
    return fail(`${path}.peerId`, `is ${quote(peerId)}, not a peer id`);
  }
  const optionalText = (key: string) => {
    const given = field(value, key) ?? undefined;
    if (given === undefined || typeof given === "string") return given;
    return fail(`${path}.${key}`, `is ${quote(given)}, not text`);
  };
  const time = (key: string) => {
    const given = optionalText(key);
    if (given === undefined) return undefined;
    const ms = TIME.test(given) ? Date.parse(given) : NaN;
    if (ms > 0) return ms;
    return fail(`${path}.${key}`, `is ${quote(given)}, not a time such as 2026-11-22T14:02:07Z`);
  };
  const inPlace = <Result>(key: string, check: () => Result): Result => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      return fail(`${path}.${key}:`, error.message);
    }
  };
  const alias = optionalText("alias");
  const note = optionalText("note");
  if (note !== undefined) inPlace("note", () => checkNote(note));
  return {
    peerId,
    alias: alias === undefined ? undefined : inPlace("alias", () => checkAlias(alias)),
    note: note === "" ? undefined : note,
    verifiedAt: time("verifiedAt"),
    blockedAt: time("blockedAt"),
    addresses: inPlace("addresses", () => addressList(field(value, "addresses") ?? [])),
  };
}

/** @throws ChatError */
function addressList(value: unknown): string[] {
  if (!Array.isArray(value) || value.length > MAX_ADDRESSES) {
    throw new ChatError("bad-address", `not a list of at most ${MAX_ADDRESSES}`);
  }
  return value.map((address: unknown) => {
    if (typeof address !== "string") throw new ChatError("bad-address", `${quote(address)}`);
    checkAddress(address);
    return address;
  });
}

function refuseUnknown(value: object, known: readonly string[], path: string, fail: Fail): void {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) fail(path + quote(unknown), "is not a field that is known");
}

function refuseTwice(values: readonly (string | undefined)[], key: string, fail: Fail): void {
  const first = new Map<string, number>();
  for (const [index, value] of values.entries()) {
    if (value === undefined) continue;
    const other = first.get(value);
    if (other !== undefined) fail(`contacts[${index}].${key}`, `is that of contacts[${other}]`);
    first.set(value, index);
  }
}

function field(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
