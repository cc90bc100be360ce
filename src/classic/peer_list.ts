/**
 * Who is there: classic peers that were heard or reached and have not left. Bounded, because anybody
 * can claim any port.
 */
import { parseClassicId } from "../config/classic_id.ts";
import { MAX_LISTED } from "./limits.ts";
import type { ClassicPeer, Dialect } from "./peer.ts";

interface Entry {
  peer: ClassicPeer;
  /** Conversations that it holds open. */
  conversations: number;
}

/** What came of hearing a peer; `news`: it is new on the list, or its name or dialect is. */
export interface Heard {
  readonly peer: ClassicPeer;
  readonly news: boolean;
}

/** The list, in the order of arrival. */
export class PeerList {
  readonly #entries = new Map<string, Entry>();

  get(peerId: string): ClassicPeer | undefined {
    return this.#entries.get(peerId)?.peer;
  }

  all(): ClassicPeer[] {
    return [...this.#entries.values()].map(({ peer }) => peer);
  }

  /**
   * A peer was heard or reached.
   * @param name undefined: it told none this time
   * @param now ms since the epoch
   * @returns undefined: the list is full, it is not on it
   */
  heard(
    peerId: string,
    dialect: Dialect,
    name: string | undefined,
    now: number,
  ): Heard | undefined {
    const entry = this.#entries.get(peerId);
    if (entry === undefined) {
      if (this.#entries.size >= MAX_LISTED) return undefined;
      const { host, port } = parseClassicId(peerId);
      const peer = { peerId, host, port, name: name ?? "", dialect, since: now, lastSeen: now };
      this.#entries.set(peerId, { peer, conversations: 0 });
      return { peer, news: true };
    }
    const { peer } = entry;
    entry.peer = { ...peer, dialect, name: name ?? peer.name, lastSeen: now };
    const news = peer.dialect !== dialect || peer.name !== entry.peer.name;
    return { peer: entry.peer, news };
  }

  /** A listed peer began a conversation. */
  conversationBegan(peerId: string): void {
    const entry = this.#entries.get(peerId);
    if (entry !== undefined) entry.conversations++;
  }

  /** @returns whether it was the last one of a peer that is on the list */
  conversationEnded(peerId: string): boolean {
    const entry = this.#entries.get(peerId);
    if (entry === undefined || entry.conversations === 0) return false;
    entry.conversations--;
    return entry.conversations === 0;
  }

  /** Whether it holds a conversation open, which proves that it is there. */
  isConversing(peerId: string): boolean {
    return (this.#entries.get(peerId)?.conversations ?? 0) > 0;
  }

  /** @returns the peer as it was; undefined if it was not on the list */
  remove(peerId: string): ClassicPeer | undefined {
    const peer = this.get(peerId);
    this.#entries.delete(peerId);
    return peer;
  }
}
