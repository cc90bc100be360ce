/**
 * Connects to whom a person names, and to everybody at once. A peer counts as connected when it is up:
 * one with a key when it has said Hello, a classic one when it took a connection.
 */
import { formatAddress } from "../config/address.ts";
import { classicPlace, isClassicId } from "../config/classic_id.ts";
import { ChatError } from "../errors.ts";
import type { ActivePeer } from "../presence/active_peer.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { BLOCKED_BY_YOU, UNBLOCK_HINT } from "./blocked.ts";
import type { ConnectResult, NodeEvent, Recipient, SubscribeOptions } from "./chat_node.ts";
import type { ContactBook } from "./contact_book.ts";
import { dialFailure } from "./dial_failure.ts";
import type { PeerBook } from "./peer_book.ts";
import type { Classic, Reach, Roster } from "./rooms.ts";

/** Peers dialled at once by `connectAll()`. */
const MAX_CONNECT_ALL = 64;

/** What it is made of. */
export interface ConnectorInit {
  readonly reach: Reach;
  readonly roster: Roster;
  readonly classic: Classic;
  readonly book: PeerBook;
  readonly contacts: Pick<ContactBook, "isBlocked">;
  readonly subscribe: (
    listener: (event: NodeEvent) => void,
    options: SubscribeOptions,
  ) => Disposable;
}

/** One for a running node. */
export class Connector {
  readonly #init: ConnectorInit;
  /** Who waits for a peer to come up. */
  readonly #waiters = new Set<{ peerId: string; reject: (reason: unknown) => void }>();

  constructor(init: ConnectorInit) {
    this.#init = init;
  }

  /** @throws as `ChatNode.connect` */
  async connect(recipient: Recipient, { signal }: { signal: AbortSignal }): Promise<ActivePeer> {
    const { reach, roster } = this.#init;
    try {
      if (recipient.kind === "address") {
        return await this.#whenUp(await reach.dialAddress(recipient.address, { signal }), signal);
      }
      this.refuseBlocked(recipient.peerId);
      if (isClassicId(recipient.peerId)) return await this.#greet(recipient.peerId, signal);
      if (roster.name(recipient.peerId) === undefined) {
        await reach.dialPeer(recipient.peerId, recipient.address, { signal });
      }
      return await this.#whenUp(recipient.peerId, signal);
    } catch (error) {
      throw dialFailure(this.#label(recipient), error);
    }
  }

  /** Never throws: what failed is in the results. */
  async connectAll({ signal }: { signal: AbortSignal }): Promise<ConnectResult[]> {
    return await Promise.all([...this.#everybody()].map(async ([target, recipient]) => {
      try {
        return { target, peer: await this.connect(recipient, { signal }), error: undefined };
      } catch (error) {
        const words = error instanceof Error ? error.message : String(error);
        return { target, peer: undefined, error: words.replace(`${target}: `, "") };
      }
    }));
  }

  /** A connected peer turned out to be none of ours, or left before it said Hello. */
  notUp(peerId: string, reason: ChatError): void {
    for (const waiter of this.#waiters) if (waiter.peerId === peerId) waiter.reject(reason);
  }

  /** @throws ChatError `refused` */
  refuseBlocked(peerId: string): void {
    if (!this.#init.contacts.isBlocked(peerId)) return;
    const message = `${this.#init.book.displayName(peerId)}: ${BLOCKED_BY_YOU}`;
    throw new ChatError("refused", message, { hint: UNBLOCK_HINT });
  }

  /** All mandatory and all known peers, by what to call them. */
  #everybody(): Map<string, Recipient> {
    const { book, contacts, reach: { mandatory }, classic } = this.#init;
    const targets = new Map<string, Recipient>();
    for (const { address, peerId } of mandatory) {
      targets.set(
        formatAddress(address),
        peerId === undefined ? { kind: "address", address } : { kind: "peer", peerId, address },
      );
    }
    for (const { peerId, addresses } of book.dialable(MAX_CONNECT_ALL)) {
      if (contacts.isBlocked(peerId)) continue;
      const listed = mandatory.some((one) =>
        one.peerId === peerId || addresses.includes(one.address)
      );
      if (!listed) targets.set(book.displayName(peerId), { kind: "peer", peerId });
    }
    const known = book.remembered(MAX_CONNECT_ALL).map(({ peerId }) => peerId);
    // Whoever has not opened the classic port has not asked for plain text.
    const classics = classic.isListening ? [...classic.mandatory, ...known] : classic.mandatory;
    for (const peerId of new Set(classics)) {
      if (!isClassicId(peerId) || contacts.isBlocked(peerId)) continue;
      targets.set(book.displayName(peerId), { kind: "peer", peerId });
    }
    return targets;
  }

  async #greet(peerId: string, signal: AbortSignal): Promise<ActivePeer> {
    try {
      return await this.#init.classic.connect(peerId, { signal });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      const reason = sanitise(error.message.replace(`${peerId}: `, ""));
      throw new ChatError(error.code, `${this.#label({ kind: "peer", peerId })}: ${reason}`, {
        hint: `check that the old program runs, and that it listens on ${classicPlace(peerId)}`,
        cause: error,
      });
    }
  }

  #label(recipient: Recipient): string {
    return recipient.kind === "address"
      ? formatAddress(recipient.address)
      : this.#init.book.displayName(recipient.peerId);
  }

  /** Waits for the peer's Hello: a connection alone does not make it one of ours. */
  async #whenUp(peerId: string, signal: AbortSignal): Promise<ActivePeer> {
    const { roster, subscribe } = this.#init;
    const { promise, resolve, reject } = Promise.withResolvers<ActivePeer>();
    const abort = () => reject(signal.reason);
    using _up = subscribe((event) => {
      if (event.event === "peer-up" && event.peer.peerId === peerId) resolve(event.peer);
    }, { from: "now" });
    signal.addEventListener("abort", abort, { once: true });
    const waiter = { peerId, reject };
    this.#waiters.add(waiter);
    try {
      signal.throwIfAborted();
      const active = roster.peers().find((peer) => peer.peerId === peerId);
      return active ?? await promise;
    } finally {
      signal.removeEventListener("abort", abort);
      this.#waiters.delete(waiter);
    }
  }
}
