/**
 * What to call peers, and whom a name means. An alias, which the person gave, wins over the names that
 * peers give themselves; whoever else looks like it is shown with the beginning of its id behind it. A
 * classic peer is always shown with its mark, whatever it or the person calls it.
 */
import { foldName, looksOf } from "../config/alias.ts";
import { classicPlace, isClassicId, markClassic } from "../config/classic_id.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { type Candidate, namelessPeer, shortPeerId } from "./recipient.ts";

/** Base58 words that may be the beginning of a peer id. */
const ID_LIKE = /[1-9A-HJ-NP-Za-km-z]{6,}/g;

/** More of what a classic peer calls itself would push its mark out of sight. */
const CLASSIC_NAME_COLUMNS = 24;

interface Entry {
  /** As the peer gave it; not safe for a terminal. */
  name: string;
  alias: string | undefined;
  blocked: boolean;
}

/** Every peer that has a name or is a contact. */
export class Names {
  readonly #entries = new Map<string, Entry>();
  /** Who has a name, or an alias, that looks like this. */
  readonly #byLooks = new Map<string, Set<string>>();
  /** Who is shown by this beginning of its id. */
  readonly #byShortId = new Map<string, string>();

  /** The peer says that this is its name. */
  named(peerId: string, name: string): void {
    this.#change(peerId, { name });
  }

  /** What the person has decided about a peer. */
  decided(peerId: string, decision: { alias: string | undefined; blocked: boolean }): void {
    this.#change(peerId, decision);
  }

  /** All peers, for PEER arguments. */
  candidates(): Candidate[] {
    return [...this.#entries].map(([peerId, entry]) => ({ peerId, ...entry }));
  }

  /**
   * What to call a peer on a terminal: its alias; else its own name, with the beginning of its id behind
   * it where the name could be taken for that of another peer; else that beginning alone. Behind what a
   * classic peer is called stands its mark.
   */
  displayName(peerId: string): string {
    const { name = "", alias } = this.#entries.get(peerId) ?? {};
    const isClassic = isClassicId(peerId);
    const shown = alias === undefined
      ? sanitise(name, isClassic ? { maxColumns: CLASSIC_NAME_COLUMNS } : {}).trim()
      : sanitise(alias);
    if (shown === "") return namelessPeer(peerId);
    const clear = alias === undefined && this.#isMistakable(peerId, shown)
      ? `${shown} (${classicPlace(shortPeerId(peerId))})`
      : shown;
    return isClassic ? markClassic(clear) : clear;
  }

  #isMistakable(peerId: string, shown: string): boolean {
    const alike = this.#byLooks.get(looksOf(shown));
    if (alike !== undefined && (alike.size > 1 || !alike.has(peerId))) return true;
    return (shown.match(ID_LIKE) ?? []).some((word) => {
      const other = this.#byShortId.get(shortPeerId(word));
      return other !== undefined && other !== peerId;
    });
  }

  #change(peerId: string, change: Partial<Entry>): void {
    const before = this.#entries.get(peerId);
    if (before !== undefined) {
      for (const looks of looksOfEntry(before)) this.#byLooks.get(looks)?.delete(peerId);
    }
    const entry = { name: "", alias: undefined, blocked: false, ...before, ...change };
    this.#entries.set(peerId, entry);
    this.#byShortId.set(shortPeerId(peerId), peerId);
    for (const looks of looksOfEntry(entry)) {
      const alike = this.#byLooks.get(looks);
      if (alike === undefined) this.#byLooks.set(looks, new Set([peerId]));
      else alike.add(peerId);
    }
  }
}

function looksOfEntry({ name, alias = "" }: Entry): string[] {
  return [sanitise(name), alias].filter((each) => foldName(each) !== "").map(looksOf);
}
