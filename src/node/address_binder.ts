/**
 * Whom messages for an address are for: the first peer to answer there, once somebody has. What waits
 * for the address goes to that peer, before what is written afterwards.
 */
import { formatAddress } from "../config/address.ts";
import { ChatError } from "../errors.ts";
import type { Draft, History } from "../history/mod.ts";
import type { ContactBook } from "./contact_book.ts";
import type { PeerBook } from "./peer_book.ts";
import { withShortId } from "./recipient.ts";
import type { Delivery, Reach } from "./rooms.ts";

export interface AddressBinderInit {
  readonly history: History;
  readonly book: PeerBook;
  readonly contacts: ContactBook;
  readonly delivery: Delivery;
  readonly reach: Reach;
  readonly now: () => number;
  readonly isActive: (peerId: string) => boolean;
  /** Tells the person one line safe for a terminal. */
  readonly notice: (text: string) => void;
}

export class AddressBinder {
  readonly #init: AddressBinderInit;

  constructor(init: AddressBinderInit) {
    this.#init = init;
  }

  /**
   * Somebody answered where this node dialled: messages for that address are for that peer.
   * @returns whether that could be recorded; if not, they keep waiting for the address
   */
  reached(address: string, peerId: string): boolean {
    const { history, book, notice } = this.#init;
    const before = history.peers.atAddress(address);
    book.reached(peerId, address);
    const where = formatAddress(address);
    if (before !== undefined && before !== peerId) {
      const text = `${where} is now ${this.#withId(peerId)}, before it was ${this.#withId(before)}`;
      notice(text);
    }
    return this.#bindAloud(address, peerId) !== "failed";
  }

  /** Nobody answered: messages for the address wait for the peer that was last reached there. */
  notReached(address: string): void {
    const before = this.#init.history.peers.atAddress(address);
    if (before !== undefined && this.#init.contacts.isBlocked(before)) return;
    if (before === undefined || this.#bind(address, before) !== "moved") return;
    this.#init.reach.seekPeer(before, address);
  }

  /** The same as `#bind()`, and says so. */
  #bindAloud(address: string, peerId: string): "moved" | "nothing" | "failed" {
    const bound = this.#bind(address, peerId);
    if (bound === "moved") {
      const text = `messages for ${formatAddress(address)} go to ${this.#withId(peerId)}, ` +
        `the first peer to answer there`;
      this.#init.notice(text);
    }
    return bound;
  }

  /** Gives what waits for an address to a peer. */
  #bind(address: string, peerId: string): "moved" | "nothing" | "failed" {
    const { history, now } = this.#init;
    try {
      if (!history.messages.bind(address, peerId, now())) return "nothing";
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#init.notice(`${error.message}; trying again`);
      return "failed";
    }
    this.#init.delivery.queued(peerId);
    return "moved";
  }

  /**
   * Where drafts belong that are saved now. Who is at an address is decided here, for all of them at
   * the same moment, and not when they were written: somebody may have answered in between. What waits
   * for the address was written before them, and goes to that peer before them.
   */
  placed(drafts: readonly Draft[]): Draft[] {
    return drafts.map((draft) => {
      if (draft.conversation.kind === "peer") return draft;
      const { address } = draft.conversation;
      const there = this.at(address);
      // What cannot be moved now is not overtaken.
      if (there === undefined || this.#bindAloud(address, there) === "failed") return draft;
      return { ...draft, conversation: { kind: "peer", peerId: there } };
    });
  }

  /** Who is connected at the address. */
  at(address: string): string | undefined {
    return this.#init.reach.peerAt(address) ?? this.#activeAt(address);
  }

  /** A peer that is connected, and was last reached at the address. */
  #activeAt(address: string): string | undefined {
    const peerId = this.#init.history.peers.atAddress(address);
    return peerId !== undefined && this.#init.isActive(peerId) ? peerId : undefined;
  }

  #withId(peerId: string): string {
    return withShortId(this.#init.book.displayName(peerId), peerId);
  }
}
