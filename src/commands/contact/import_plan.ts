/**
 * What importing contacts changes, as a pure function. What the file says wins over what is here, what it
 * does not say stays; a contact that is verified or blocked here stays so. The same import once more
 * changes nothing.
 *
 * An alias that another contact has, which keeps it, is not taken away: then that entry is skipped whole.
 */
import { foldName } from "../../config/alias.ts";
import type { Contact, ContactChange } from "../../history/mod.ts";
import type { ContactEntry } from "./contacts_file.ts";

/** Addresses kept for one peer; those that are known already come first. */
const MAX_ADDRESSES_PER_PEER = 16;

/** What becomes of one entry. */
export interface EntryOutcome {
  readonly entry: ContactEntry;
  readonly change: "added" | "changed" | "unchanged" | "skipped";
  /** Why it was skipped. */
  readonly reason: string | undefined;
}

export interface ImportPlan {
  /** In an order in which no alias is ever taken twice. */
  readonly changes: readonly ContactChange[];
  /** One for each entry, in their order. */
  readonly outcomes: readonly EntryOutcome[];
}

/** What there is already. */
export interface Present {
  /** The own peer id. */
  readonly self: string;
  readonly contacts: readonly Contact[];
  /** Known addresses by peer id. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
}

/** @param entries no peer and no alias twice among them */
export function planImport(entries: readonly ContactEntry[], present: Present): ImportPlan {
  const { self, contacts } = present;
  const known = new Map(contacts.map((contact) => [contact.peerId, contact]));
  const holders = holdersAfter(entries.filter(({ peerId }) => peerId !== self), contacts);
  const releases: ContactChange[] = [];
  const changes: ContactChange[] = [];
  const outcomes = entries.map((entry): EntryOutcome => {
    const { peerId, alias } = entry;
    if (peerId === self) return { entry, change: "skipped", reason: "that is this profile" };
    const holder = alias === undefined ? peerId : holders.get(foldName(alias));
    if (holder !== undefined && holder !== peerId) {
      return { entry, change: "skipped", reason: `its alias is taken by ${holder}` };
    }
    const before = known.get(peerId);
    const change = changeFor(entry, before, present.addresses.get(peerId) ?? []);
    if (change === undefined) return { entry, change: "unchanged", reason: undefined };
    // Whoever gets another alias gives its own up first, for it may be meant for somebody else.
    if (change.alias !== undefined && before?.alias !== undefined) {
      releases.push({ peerId, alias: "" });
    }
    changes.push(change);
    return { entry, change: before === undefined ? "added" : "changed", reason: undefined };
  });
  return { changes: [...releases, ...changes], outcomes };
}

/** Who has which alias once everything is imported that can be, by the folded alias. */
function holdersAfter(
  entries: readonly ContactEntry[],
  contacts: readonly Contact[],
): Map<string, string> {
  const wanted = new Map(
    entries.flatMap(({ peerId, alias }) => alias === undefined ? [] : [[peerId, alias] as const]),
  );
  // Who cannot have its new alias keeps the old one, which may be in the way of the next.
  for (;;) {
    const holders = new Map<string, string>();
    for (const { peerId, alias } of contacts) {
      if (alias !== undefined && !wanted.has(peerId)) holders.set(foldName(alias), peerId);
    }
    const blocked = [...wanted].filter(([, alias]) => holders.has(foldName(alias)));
    for (const [peerId] of blocked) wanted.delete(peerId);
    if (blocked.length > 0) continue;
    for (const [peerId, alias] of wanted) holders.set(foldName(alias), peerId);
    return holders;
  }
}

/** @returns undefined where everything is so already */
function changeFor(
  { peerId, alias, note, verifiedAt, blockedAt, addresses }: ContactEntry,
  before: Contact | undefined,
  known: readonly string[],
): ContactChange | undefined {
  const room = Math.max(0, MAX_ADDRESSES_PER_PEER - known.length);
  const fresh = addresses.filter((each) => !known.includes(each)).slice(0, room);
  const change = {
    ...(alias === undefined || alias === before?.alias ? {} : { alias }),
    ...(note === undefined || note === before?.note ? {} : { note }),
    ...(verifiedAt === undefined || before?.verifiedAt !== undefined ? {} : { verifiedAt }),
    ...(blockedAt === undefined || before?.blockedAt !== undefined ? {} : { blockedAt }),
    ...(fresh.length === 0 ? {} : { addresses: fresh }),
  };
  const isNothing = before !== undefined && Object.keys(change).length === 0;
  return isNothing ? undefined : { peerId, ...change };
}
