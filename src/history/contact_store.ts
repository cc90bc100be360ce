/**
 * The contacts of a profile: what the person has decided about peers. Whatever comes in is checked here,
 * whichever way it came: a contact has a valid peer id, an alias that no other contact has, and a note
 * of bounded length. A classic peer (`src/config/classic_id.ts`) may be a contact, and is never verified.
 *
 * A contact is not a peer that is remembered (`peer_store.ts`): each may be there without the other.
 */
import type { DatabaseSync } from "node:sqlite";
import { checkAddress } from "../config/address.ts";
import { checkAlias, foldName } from "../config/alias.ts";
import { checkNote } from "../config/note.ts";
import { isCanonicalClassicId, isClassicId, requireKey } from "../config/classic_id.ts";
import { isPeerId } from "../config/peer_id_text.ts";
import { quote } from "../config/quote.ts";
import { ChatError } from "../errors.ts";
import { guard, transaction } from "./database.ts";
import type { PeerStore } from "./peer_store.ts";

/** Far more than people know; each is held in memory by a running node. */
const MAX_CONTACTS = 10_000;
/** Addresses that one change may bring. */
const MAX_ADDRESSES = 16;
/** How a peer is said to be known that is only in the contacts. */
const SOURCE = "asked";

/** What the person has decided about one peer. Times are ms since the epoch. */
export interface Contact {
  readonly peerId: string;
  readonly alias: string | undefined;
  /** Not safe for a terminal; empty where there is none. */
  readonly note: string;
  readonly addedAt: number;
  /** When the fingerprints were compared; undefined: never. */
  readonly verifiedAt: number | undefined;
  /** undefined: not blocked */
  readonly blockedAt: number | undefined;
}

/** What is to be different; what is left out stays as it is. The contact is made where there is none. */
export interface ContactChange {
  readonly peerId: string;
  /** Empty: none any more. */
  readonly alias?: string | undefined;
  /** At most 500 characters. */
  readonly note?: string | undefined;
  /** ms since the epoch; 0: not verified any more. */
  readonly verifiedAt?: number | undefined;
  /** ms since the epoch; 0: not blocked any more. */
  readonly blockedAt?: number | undefined;
  /** Where it may be reached besides: at most 16 multiaddrs without the peer id. */
  readonly addresses?: readonly string[] | undefined;
}

/** Reads and writes the table `contact`. */
export class ContactStore {
  readonly #db: DatabaseSync;
  readonly #peers: PeerStore;
  readonly #self: string;

  /** @param self the peer id of this profile */
  constructor(db: DatabaseSync, peers: PeerStore, self: string) {
    this.#db = db;
    this.#peers = peers;
    this.#self = self;
  }

  /** All of them, in the order in which they were added. */
  list(): Contact[] {
    return guard(
      this.#db,
      () => this.#db.prepare("SELECT * FROM contact ORDER BY added_at, peer_id").all().map(read),
    );
  }

  /**
   * Makes all of the changes, one after the other, or none of them.
   * @param now ms since the epoch
   * @returns each contact as it is afterwards, in the order of the changes
   * @throws ChatError `bad-usage` (what a change says makes no sense, or its alias is taken), `refused`
   *   (too many contacts), `storage-busy`, `storage-failed`
   */
  change(changes: readonly ContactChange[], now: number): Contact[] {
    const checked = changes.map((change) => this.#check(change));
    return transaction(this.#db, () => checked.map((change) => this.#apply(change, now)));
  }

  /**
   * Forgets a contact, and where it could be reached. Messages stay.
   * @returns what it was; undefined: it was none
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  remove(peerId: string): Contact | undefined {
    return transaction(this.#db, () => {
      const before = this.#get(peerId);
      if (before === undefined) return undefined;
      this.#db.prepare("DELETE FROM contact WHERE peer_id = ?").run(peerId);
      this.#peers.forgetAddresses(peerId);
      return before;
    });
  }

  #get(peerId: string): Contact | undefined {
    const row = this.#db.prepare("SELECT * FROM contact WHERE peer_id = ?").get(peerId);
    return row === undefined ? undefined : read(row);
  }

  #apply(change: ContactChange, now: number): Contact {
    const { peerId, alias, note, verifiedAt, blockedAt, addresses = [] } = change;
    const before = this.#get(peerId) ??
      { peerId, alias: undefined, note: "", addedAt: this.#nextPlace(now) };
    const after: Contact = {
      ...before,
      alias: alias === undefined ? before.alias : alias === "" ? undefined : alias,
      note: note ?? before.note,
      verifiedAt: timeAfter(verifiedAt, "verifiedAt" in before ? before.verifiedAt : undefined),
      blockedAt: timeAfter(blockedAt, "blockedAt" in before ? before.blockedAt : undefined),
    };
    const folded = after.alias === undefined ? null : foldName(after.alias);
    if (folded !== null) this.#refuseTaken(folded, after);
    this.#db.prepare(`
      INSERT INTO contact (peer_id, alias, folded_alias, note, added_at, verified_at, blocked_at)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (peer_id) DO UPDATE SET alias = excluded.alias,
        folded_alias = excluded.folded_alias, note = excluded.note,
        verified_at = excluded.verified_at, blocked_at = excluded.blocked_at`).run(
      peerId,
      after.alias ?? null,
      folded,
      after.note,
      after.addedAt,
      after.verifiedAt ?? null,
      after.blockedAt ?? null,
    );
    if (addresses.length > 0) this.#peers.claim(peerId, addresses, SOURCE);
    return after;
  }

  /** @throws ChatError `refused` */
  #nextPlace(now: number): number {
    const row = this.#db.prepare("SELECT count(*) AS n FROM contact").get();
    if (Number(row?.n) < MAX_CONTACTS) return now;
    throw new ChatError("refused", `${MAX_CONTACTS} contacts are the most`, {
      hint: "remove some: p2p-chat contact remove PEER",
    });
  }

  #refuseTaken(folded: string, { peerId, alias = "" }: Contact): void {
    const row = this.#db
      .prepare("SELECT peer_id FROM contact WHERE folded_alias = ? AND peer_id <> ?")
      .get(folded, peerId);
    if (row === undefined) return;
    throw new ChatError("bad-usage", `the alias ${quote(alias)} is taken by ${row.peer_id}`, {
      hint: "choose another, or rename that contact: p2p-chat contact alias PEER ALIAS",
    });
  }

  /** @throws ChatError `bad-usage`, `bad-address` */
  #check(change: ContactChange): ContactChange {
    const { peerId, alias, note, verifiedAt, addresses = [] } = change;
    if (!isPeerId(peerId) && !isCanonicalClassicId(peerId)) {
      throw new ChatError("bad-usage", `${quote(peerId)} is not a peer id`);
    }
    if (verifiedAt !== undefined && verifiedAt > 0) requireKey(peerId);
    if (addresses.length > 0 && isClassicId(peerId)) {
      throw new ChatError("bad-usage", `${quote(peerId)} says itself where it is`);
    }
    if (peerId === this.#self) {
      throw new ChatError("bad-usage", "this profile cannot be its own contact", {
        hint: "`p2p-chat id` shows what is known of it",
      });
    }
    if (note !== undefined) checkNote(note);
    if (addresses.length > MAX_ADDRESSES) {
      throw new ChatError("bad-usage", `${MAX_ADDRESSES} addresses of a contact are the most`);
    }
    for (const address of addresses) checkAddress(address);
    return alias === undefined || alias === "" ? change : { ...change, alias: checkAlias(alias) };
  }
}

/** @param change 0: none any more; undefined: as before */
function timeAfter(change: number | undefined, before: number | undefined): number | undefined {
  if (change === undefined) return before;
  return change === 0 ? undefined : change;
}

function read(row: Record<string, unknown>): Contact {
  const optional = (value: unknown) => value === null ? undefined : Number(value);
  return {
    peerId: String(row.peer_id),
    alias: row.alias === null ? undefined : String(row.alias),
    note: String(row.note),
    addedAt: Number(row.added_at),
    verifiedAt: optional(row.verified_at),
    blockedAt: optional(row.blocked_at),
  };
}
