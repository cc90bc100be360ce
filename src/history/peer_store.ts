/**
 * The peers that a profile remembers: their names, where they were reached, when they were last
 * here. Names and addresses are hints; the peer id is the identity.
 */
import { CLASSIC_PREFIX } from "../config/classic_id.ts";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { guard, lazyTransaction, transaction } from "./database.ts";

/** Addresses kept for one peer; the ones that worked longest ago go first. */
const MAX_ADDRESSES_PER_PEER = 16;

/** Of plain text, see `src/classic/`. */
const DIALECTS = ["a", "b"] as const;

/** A row of the address book. */
export interface RememberedPeer {
  readonly peerId: string;
  /** Not safe for a terminal; empty where the peer never said its name. */
  readonly name: string;
  /** How it was found, in the words of the room that found it. */
  readonly source: string;
  /** ms since the epoch */
  readonly lastSeen: number;
  /** Multiaddrs without the peer id, most recently working first. */
  readonly addresses: readonly string[];
}

/** What came of dialling one address of a peer. */
export interface DialledAddress {
  /** A multiaddr without the peer id. */
  readonly address: string;
  /** When it last worked, ms since the epoch; 0: never, it is only what the peer or somebody says. */
  readonly lastWorked: number;
  /** When it was last dialled, ms since the epoch; undefined: never. */
  readonly triedAt: number | undefined;
  /** Why that failed, one line safe for a terminal; undefined if it worked. */
  readonly failure: string | undefined;
}

/** What is learned of a peer; what is left out stays as it was. */
export interface PeerUpdate {
  readonly peerId: string;
  readonly name?: string;
  /** Kept from the first time only. */
  readonly source: string;
  readonly seenAt: number;
  /** Where it says that it listens: multiaddrs without the peer id. A hint, trusted for nothing. */
  readonly addresses?: readonly string[];
  /** Where this node dialled it and it answered with its key. */
  readonly reachedAt?: string;
}

/*
 * Statements take plain `?` only: numbered parameters (`?1`) fail on Deno 2.4.2.
 */

/** Reads and writes the tables `peer` and `peer_address`. */
export class PeerStore {
  readonly #db: DatabaseSync;
  readonly #upsert: StatementSync;
  readonly #selectKey: StatementSync;
  readonly #upsertClaim: StatementSync;
  readonly #upsertDialled: StatementSync;
  readonly #pruneAddresses: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#upsert = db.prepare(`
      INSERT INTO peer (peer_id, name, source, last_seen) VALUES (?, ?, ?, ?)
      ON CONFLICT (peer_id) DO UPDATE SET
        name = coalesce(?, name), last_seen = max(last_seen, excluded.last_seen)`);
    this.#selectKey = db.prepare("SELECT key FROM peer WHERE peer_id = ?");
    this.#upsertClaim = db.prepare(`
      INSERT INTO peer_address (peer, address, last_worked) VALUES (?, ?, 0)
      ON CONFLICT (peer, address) DO NOTHING`);
    this.#upsertDialled = db.prepare(`
      INSERT INTO peer_address (peer, address, last_worked, tried_at, failure)
      VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (peer, address) DO UPDATE SET
        last_worked = max(last_worked, excluded.last_worked),
        tried_at = excluded.tried_at, failure = excluded.failure`);
    this.#pruneAddresses = db.prepare(`
      DELETE FROM peer_address WHERE peer = ? AND address NOT IN (
        SELECT address FROM peer_address WHERE peer = ?
        ORDER BY last_worked DESC, address LIMIT ${MAX_ADDRESSES_PER_PEER})`);
  }

  /** The row of a peer, made if it is not there yet. Call it inside a transaction. */
  keyOf(peerId: string, source: string, seenAt: number): number {
    const found = this.#selectKey.get(peerId);
    if (found !== undefined) return Number(found.key);
    return Number(this.#upsert.run(peerId, "", source, seenAt, null).lastInsertRowid);
  }

  /**
   * Saves what was learned of a peer.
   * @throws ChatError `storage-failed`
   */
  remember(update: PeerUpdate): void {
    transaction(this.#db, () => {
      const { peerId, name, source, seenAt } = update;
      this.#upsert.run(peerId, name ?? "", source, seenAt, name ?? null);
      const { addresses = [], reachedAt } = update;
      if (addresses.length === 0 && reachedAt === undefined) return;
      const key = Number(this.#selectKey.get(peerId)?.key);
      for (const address of addresses) this.#upsertClaim.run(key, address);
      if (reachedAt !== undefined) this.#upsertDialled.run(key, reachedAt, seenAt, seenAt, null);
      this.#pruneAddresses.run(key, key);
    });
  }

  /** Adds addresses that somebody says a peer has. Call it inside a transaction. */
  claim(peerId: string, addresses: readonly string[], source: string): void {
    const key = this.keyOf(peerId, source, 0);
    for (const address of addresses) this.#upsertClaim.run(key, address);
    this.#pruneAddresses.run(key, key);
  }

  /** Forgets where a peer can be reached. Call it inside a transaction. */
  forgetAddresses(peerId: string): void {
    const key = this.#selectKey.get(peerId)?.key;
    if (key === undefined) return;
    this.#db.prepare("DELETE FROM peer_address WHERE peer = ?").run(Number(key));
  }

  /**
   * Notes what came of dialling an address of a peer.
   * @param failure one line safe for a terminal; undefined if it worked
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  noteDial(peerId: string, address: string, triedAt: number, failure: string | undefined): void {
    lazyTransaction(this.#db, () => {
      const key = this.#selectKey.get(peerId)?.key;
      if (key === undefined) return;
      const workedAt = failure === undefined ? triedAt : 0;
      this.#upsertDialled.run(key, address, workedAt, triedAt, failure ?? null);
      this.#pruneAddresses.run(key, key);
    });
  }

  /**
   * In which dialect of plain text a classic peer spoke last, in an earlier run too; undefined: in none.
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  dialectOf(peerId: string): "a" | "b" | undefined {
    const row = guard(
      this.#db,
      () => this.#db.prepare("SELECT dialect FROM peer WHERE peer_id = ?").get(peerId),
    );
    return DIALECTS.find((dialect) => dialect === row?.dialect);
  }

  /**
   * Notes in which dialect a remembered peer speaks.
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  noteDialect(peerId: string, dialect: "a" | "b"): void {
    lazyTransaction(this.#db, () => {
      this.#db.prepare("UPDATE peer SET dialect = ? WHERE peer_id = ?").run(dialect, peerId);
    });
  }

  /** The known addresses of a peer and what came of dialling them, most recently working first. */
  dialled(peerId: string): DialledAddress[] {
    const rows = guard(this.#db, () =>
      this.#db.prepare(`
        SELECT address, last_worked, tried_at, failure
        FROM peer_address JOIN peer ON peer.key = peer_address.peer
        WHERE peer_id = ? ORDER BY last_worked DESC, address`).all(peerId));
    return rows.map((row) => ({
      address: String(row.address),
      lastWorked: Number(row.last_worked),
      triedAt: row.tried_at === null ? undefined : Number(row.tried_at),
      failure: row.failure === null ? undefined : String(row.failure),
    }));
  }

  /** The peer last reached at `address` by dialling it; what peers claim does not count. */
  atAddress(address: string): string | undefined {
    const row = guard(this.#db, () =>
      this.#db.prepare(`
        SELECT peer_id FROM peer_address JOIN peer ON peer.key = peer_address.peer
        WHERE address = ? AND last_worked > 0 ORDER BY last_worked DESC LIMIT 1`).get(address));
    return row === undefined ? undefined : String(row.peer_id);
  }

  /**
   * Everybody but `self`, most recently seen first, at most `limit`.
   * @param which `keyed`: without classic peers
   */
  list(self: string, limit: number, which: "all" | "keyed" = "all"): RememberedPeer[] {
    const without = which === "keyed" ? `AND peer_id NOT GLOB '${CLASSIC_PREFIX}*'` : "";
    const addresses = this.#db.prepare(
      "SELECT address FROM peer_address WHERE peer = ? ORDER BY last_worked DESC, address",
    );
    return this.#db.prepare(`
      SELECT key, peer_id, name, source, last_seen FROM peer
      WHERE peer_id <> ? ${without} ORDER BY last_seen DESC, key DESC LIMIT ?`).all(self, limit)
      .map((row) => ({
        peerId: String(row.peer_id),
        name: String(row.name),
        source: String(row.source),
        lastSeen: Number(row.last_seen),
        addresses: addresses.all(Number(row.key)).map((line) => String(line.address)),
      }));
  }
}
