/**
 * Everybody this node knows, in memory and in the history: what to call a peer, how it was found,
 * where it may be dialled.
 */
import { ChatError } from "../errors.ts";
import type { PeerStore, PeerUpdate, RememberedPeer } from "../history/mod.ts";
import { PEER_SOURCES, type PeerSource } from "../presence/active_peer.ts";
import { Names } from "./names.ts";
import type { Candidate } from "./recipient.ts";

/** Peers held in memory; those not seen for the longest time are only in the database. */
const MAX_PEERS = 10_000;

/** Addresses held for one peer. */
const MAX_ADDRESSES_PER_PEER = 16;

/** What the book knows of one peer. */
interface Entry {
  name: string;
  source: PeerSource;
  lastSeen: number;
  readonly addresses: string[];
}

/** The address book of a running node. */
export class PeerBook {
  readonly names = new Names();
  readonly #store: PeerStore;
  readonly #self: string;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();

  readonly #onTrouble: (what: string, detail: Record<string, unknown>) => void;

  /** @param onTrouble told what could not be saved; the book goes on with what it has in memory */
  constructor(
    store: PeerStore,
    self: string,
    now: () => number,
    onTrouble: (what: string, detail: Record<string, unknown>) => void,
  ) {
    this.#store = store;
    this.#self = self;
    this.#now = now;
    this.#onTrouble = onTrouble;
    for (const peer of store.list(self, MAX_PEERS)) this.#load(peer);
  }

  /** Notes how a peer was found. The first way counts, except that it merely connected. */
  found(peerId: string, source: PeerSource): void {
    const entry = this.#entries.get(peerId);
    if (entry?.source === "inbound") entry.source = source;
    if (peerId === this.#self || entry !== undefined) return;
    if (this.#entries.size >= MAX_PEERS) return;
    this.#entries.set(peerId, { name: "", source, lastSeen: 0, addresses: [] });
    this.names.named(peerId, "");
  }

  /** It said its name. */
  named(peerId: string, name: string): void {
    this.#entry(peerId).name = name;
    if (this.#entries.has(peerId)) this.names.named(peerId, name);
    this.#save(peerId, { name });
  }

  /**
   * A classic peer was heard or reached.
   * @param name what it calls itself; empty: it said nothing, and what it said before counts
   */
  met(peerId: string, name: string): void {
    const entry = this.#entry(peerId);
    const isNew = name !== "" && name !== entry.name;
    if (isNew) entry.name = name;
    if (isNew && this.#entries.has(peerId)) this.names.named(peerId, name);
    this.#save(peerId, isNew ? { name } : {});
  }

  /** It answered where it was dialled. */
  reached(peerId: string, address: string): void {
    const { addresses } = this.#entry(peerId);
    const index = addresses.indexOf(address);
    if (index >= 0) addresses.splice(index, 1);
    addresses.unshift(address);
    this.#save(peerId, { reachedAt: address });
  }

  /**
   * One of its addresses was dialled.
   * @param peerId who was expected there; undefined: whoever was last reached there
   * @param failure one line safe for a terminal; undefined if it worked
   */
  dialled(peerId: string | undefined, address: string, failure: string | undefined): void {
    this.#saving(peerId, () => {
      const expected = peerId ?? this.#store.atAddress(address);
      if (expected !== undefined) this.#store.noteDial(expected, address, this.#now(), failure);
    });
  }

  /** A person says that it is there: tried first, not kept. */
  hint(peerId: string, address: string): void {
    const { addresses } = this.#entry(peerId);
    if (addresses.includes(address)) return;
    addresses.unshift(address);
    addresses.length = Math.min(addresses.length, MAX_ADDRESSES_PER_PEER);
  }

  /** It says that it listens there. */
  claimed(peerId: string, claims: readonly string[]): void {
    const { addresses } = this.#entry(peerId);
    const fresh = claims.filter((claim) => !addresses.includes(claim));
    if (fresh.length === 0) return;
    addresses.push(...fresh.slice(0, MAX_ADDRESSES_PER_PEER - addresses.length));
    this.#save(peerId, { addresses: fresh });
  }

  sourceOf(peerId: string): PeerSource {
    return this.#entries.get(peerId)?.source ?? "inbound";
  }

  /** Multiaddrs without the peer id, those that worked last first. */
  addressesOf(peerId: string): readonly string[] {
    return this.#entries.get(peerId)?.addresses ?? [];
  }

  /** As the peer gave it; empty if it never did. */
  nameOf(peerId: string): string {
    return this.#entries.get(peerId)?.name ?? "";
  }

  /** All peers with their names, for PEER arguments. */
  candidates(): Candidate[] {
    return this.names.candidates();
  }

  /** From the database, most recently seen first. */
  remembered(limit = MAX_PEERS): RememberedPeer[] {
    return this.#store.list(this.#self, limit);
  }

  /** The same without classic peers: those that libp2p could dial. */
  dialable(limit: number): RememberedPeer[] {
    return this.#store.list(this.#self, limit, "keyed");
  }

  /** What to call a peer on a terminal, see `Names`. */
  displayName(peerId: string): string {
    return this.names.displayName(peerId);
  }

  /** Nobody is to be looked for any more where it was reached before. */
  forgetAddresses(peerId: string): void {
    this.#entries.get(peerId)?.addresses.splice(0);
  }

  #save(peerId: string, update: Pick<PeerUpdate, "name" | "addresses" | "reachedAt">): void {
    const source = this.sourceOf(peerId);
    this.#saving(
      peerId,
      () => this.#store.remember({ peerId, source, seenAt: this.#now(), ...update }),
    );
  }

  /** The book is a help, not a promise: a full disk must not end a conversation. */
  #saving(peerId: string | undefined, save: () => void): void {
    try {
      save();
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#onTrouble("what was learned of a peer could not be saved", { peer: peerId, error });
    }
  }

  #entry(peerId: string): Entry {
    this.found(peerId, "inbound");
    return this.#entries.get(peerId) ??
      { name: "", source: "inbound", lastSeen: 0, addresses: [] };
  }

  #load({ peerId, name, source, lastSeen, addresses }: RememberedPeer): void {
    const known = PEER_SOURCES.find((candidate) => candidate === source) ?? "remembered";
    this.#entries.set(peerId, { name, source: known, lastSeen, addresses: [...addresses] });
    this.names.named(peerId, name);
  }
}
