/**
 * Keeps this node connected: joins libp2p's dials with the redial schedule and the limits for
 * discovered peers. Whom it seeks:
 *
 * - mandatory peers, for ever
 * - peers and addresses for which messages wait, until they are reached
 * - peers that vanished without a goodbye, for an hour
 * - peers known from earlier runs, announced by mDNS or told of by others: within limits
 */
import { isLoopback } from "@libp2p/utils";
import type { Connection, Libp2p, PeerInfo } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { parseAddress } from "../config/address.ts";
import { CandidateDialer, type PeerRecord, Redialer, type TargetStatus } from "../discovery/mod.ts";
import { ChatError } from "../errors.ts";
import type { Conversation } from "../history/message_record.ts";
import type { ActivePeer, Departure, PeerSource } from "../presence/active_peer.ts";
import { BLOCKED_BY_YOU, UNBLOCK_HINT } from "./blocked.ts";
import { MAX_ADDRESSES_PER_DIAL } from "./limits.ts";
import type { PeerBook } from "./peer_book.ts";
import type { Reach } from "./rooms.ts";

/** Known peers that are dialled at the start; the others come by exchange, or when needed. */
const MAX_REMEMBERED_DIALS = 32;
/** A peer that vanished and did not come back for this long is left to discovery. */
const VANISHED_FOR_MS = 60 * 60_000;
/** Peers whose failed dials are counted; more are only dialled by who forges announcements. */
const MAX_COUNTED_PEERS = 1_000;
/** A new address of a sought peer is tried at once, but not more often than this. */
const POKE_INTERVAL_MS = 5_000;
/** However many messages are written to somebody who is away, one dial a second is enough. */
const SEEK_INTERVAL_MS = 1_000;
/** Multicodec `p2p`: the part of a multiaddr that holds a peer id. */
const P2P_CODE = 421;

/** What the reacher is given. */
export interface ReacherInit {
  readonly libp2p: Libp2p;
  readonly book: PeerBook;
  /** As in the configuration. */
  readonly mandatory: readonly string[];
  /** Everybody for whom messages wait, at this moment. */
  readonly waiting: () => readonly Conversation[];
  readonly isActive: (peerId: string) => boolean;
  /** The person wants nothing to do with it: it is neither sought nor dialled. */
  readonly isBlocked: (peerId: string) => boolean;
  /** Somebody was dialled at an address and answered. */
  readonly onReached: (address: string, peerId: string) => void;
  readonly onNotReached: (address: string) => void;
  /** An attempt to reach somebody who is sought is over, and how it stands with them then. */
  readonly onTried: (status: TargetStatus) => void;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

/** Dials, and keeps dialling. */
export class Reacher implements Reach, AsyncDisposable {
  readonly #init: ReacherInit;
  #mandatory: Reach["mandatory"];
  readonly #redialer: Redialer;
  readonly #candidates: CandidateDialer;
  /** Peers sought only because they vanished, and since when (monotonic). */
  readonly #vanished = new Map<string, number>();
  /** Dials of a peer that failed in a row. */
  readonly #failedDials = new Map<string, number>();
  /** A new address at which a sought peer announced itself: worth one dial, then forgotten. */
  readonly #announcements = new Map<string, string>();
  /** When a peer was last dialled out of turn because of a new address (monotonic). */
  readonly #poked = new Map<string, number>();
  /** When a target was last dialled out of turn because a person wants it (monotonic). */
  readonly #sought = new Map<string, number>();

  constructor(init: ReacherInit) {
    this.#init = init;
    this.#mandatory = parseMandatory(init.mandatory);
    const { now, monotonic, random, onTrouble } = init;
    this.#redialer = new Redialer({
      dial: (target, options) => this.#dialTarget(target, options),
      isConnected: (peerId) => this.#connection(peerId) !== undefined,
      onOutcome: (status) => this.#tried(status),
      now,
      monotonic,
      random,
    });
    this.#candidates = new CandidateDialer({
      self: init.libp2p.peerId.toString(),
      dial: (peerId, addresses, options) => this.#dial(peerId, addresses, options),
      monotonic,
      onTrouble,
    });
  }

  /** Begins to dial; the node has to be started. */
  start(): void {
    for (const { address, peerId } of this.mandatory) this.#redialer.add(address, peerId);
    for (const conversation of this.#init.waiting()) {
      if (conversation.kind === "peer") this.seekPeer(conversation.peerId);
      else this.seekAddress(conversation.address);
    }
    for (const { peerId, addresses } of this.#init.book.dialable(MAX_REMEMBERED_DIALS)) {
      if (this.#init.isBlocked(peerId)) continue;
      this.#candidates.discovered(peerId, addresses, { loopback: true });
    }
  }

  get mandatory(): Reach["mandatory"] {
    return this.#mandatory;
  }

  /** @param mandatory as in the configuration */
  setMandatory(mandatory: readonly string[]): void {
    const wanted = parseMandatory(mandatory);
    const unwanted = this.#mandatory.filter(({ address }) =>
      !wanted.some((one) => one.address === address) && !this.#isWaitedFor(address)
    );
    this.#mandatory = wanted;
    for (const { address } of unwanted) this.#redialer.remove(address);
    // Those that are there already are left alone.
    for (const { address, peerId } of this.#mandatory) this.#redialer.add(address, peerId);
  }

  /** Gives up looking for a peer, and a dial of it that is on its way. */
  blocked(peerId: string): void {
    this.#vanished.delete(peerId);
    this.#redialer.remove(peerId);
  }

  /** Looks for a peer at once: it was blocked until now. */
  unblocked(peerId: string): void {
    if (this.#isWaitedFor(peerId)) this.seekPeer(peerId);
    // It may be behind an address that is sought.
    this.#redialer.poke();
    const addresses = this.#init.book.addressesOf(peerId);
    this.#candidates.discovered(peerId, addresses, { loopback: true });
  }

  peerAt(address: string): string | undefined {
    return this.#init.libp2p.getConnections().find(({ direction, status, remoteAddr }) =>
      status === "open" && direction === "outbound" && plain(remoteAddr) === address
    )?.remotePeer.toString();
  }

  seekPeer(peerId: string, address?: string): void {
    if (this.#init.isBlocked(peerId)) return;
    this.#vanished.delete(peerId);
    if (address !== undefined) this.#init.book.hint(peerId, address);
    this.#seek(peerId, peerId);
  }

  seekAddress(address: string): void {
    this.#seek(address);
  }

  async dialAddress(address: string, { signal }: { signal: AbortSignal }): Promise<string> {
    const expected = this.mandatory.find((one) => one.address === address)?.peerId;
    if (expected !== undefined && this.#init.isBlocked(expected)) {
      throw new ChatError("refused", BLOCKED_BY_YOU, { hint: UNBLOCK_HINT });
    }
    try {
      const connection = await this.#init.libp2p.dial(multiaddr(address), { signal });
      return this.#answered(connection, this.#isMandatory(address) ? "mandatory" : "asked");
    } catch (error) {
      this.#init.onNotReached(address);
      throw error;
    }
  }

  async dialPeer(
    peerId: string,
    address: string | undefined,
    options: { signal: AbortSignal },
  ): Promise<void> {
    const known = this.#init.book.addressesOf(peerId);
    const addresses = address === undefined ? known : [address, ...known];
    const source = address === undefined ? "remembered" : "asked";
    await this.#dial(peerId, addresses, options, source);
  }

  async settled({ signal }: { signal: AbortSignal }): Promise<void> {
    await this.#redialer.allTried({ signal });
  }

  nextAttempt(target: string): number | undefined {
    return this.#redialer.report().find((status) => status.target === target)?.nextAttempt;
  }

  /** Dials all that are sought now: a person asks, the network changed, the machine woke up. */
  retry(): void {
    this.#redialer.poke();
  }

  /** A peer announced itself on the local network. */
  announced({ id, multiaddrs }: PeerInfo): void {
    const peerId = id.toString();
    this.#discovered(peerId, multiaddrs.map(String), "mdns", true);
  }

  /** A connected peer told of another one. */
  learned({ peerId, addresses }: PeerRecord, from: string): void {
    const teller = this.#connection(from)?.remoteAddr;
    const loopback = teller !== undefined && isLoopback(teller);
    this.#discovered(peerId, addresses, "exchange", loopback);
  }

  peerUp({ peerId }: ActivePeer): void {
    this.#vanished.delete(peerId);
    this.#redialer.add(peerId, peerId);
    this.#redialer.peerConnected(peerId);
    this.#candidates.peerConnected(peerId);
  }

  peerDown({ peerId }: ActivePeer, departure: Departure): void {
    this.#candidates.peerLost(peerId);
    this.#redialer.peerLost(peerId);
    if (this.#init.isBlocked(peerId)) return this.#redialer.remove(peerId);
    if (this.#isWaitedFor(peerId)) return;
    if (departure === "goodbye") this.#redialer.remove(peerId);
    else this.#vanished.set(peerId, this.#init.monotonic());
    this.#forgetVanished();
  }

  /** The last connection to the peer is gone, whether it was ever up or not. */
  disconnected(peerId: string): void {
    this.#candidates.peerLost(peerId);
    this.#redialer.peerLost(peerId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#candidates[Symbol.asyncDispose]();
    await this.#redialer[Symbol.asyncDispose]();
  }

  #discovered(
    peerId: string,
    addresses: readonly string[],
    source: PeerSource,
    loopback: boolean,
  ): void {
    if (this.#init.isActive(peerId) || this.#init.isBlocked(peerId)) return;
    this.#init.book.found(peerId, source);
    this.#tryNewAddresses(peerId, addresses);
    this.#candidates.discovered(peerId, addresses, { loopback });
  }

  /**
   * A peer that is sought may have come back at another address. Anybody can announce anything, so
   * only an address that is new, and one peer at a time in POKE_INTERVAL_MS, cuts a back-off short.
   */
  #tryNewAddresses(peerId: string, addresses: readonly string[]): void {
    if (!this.#redialer.has(peerId)) return;
    const known = this.#init.book.addressesOf(peerId);
    const [fresh] = addresses.map((address) => plain(multiaddr(address)))
      .filter((address) => !known.includes(address));
    const now = this.#init.monotonic();
    if (fresh === undefined || now - (this.#poked.get(peerId) ?? -Infinity) < POKE_INTERVAL_MS) {
      return;
    }
    this.#poked.set(peerId, now);
    this.#announcements.set(peerId, fresh);
    this.#redialer.poke(peerId);
  }

  #seek(target: string, peerId?: string): void {
    const now = this.#init.monotonic();
    const isRecent = now - (this.#sought.get(target) ?? -Infinity) < SEEK_INTERVAL_MS;
    if (!isRecent) this.#sought.set(target, now);
    // A target that is added is dialled at once.
    if (!this.#redialer.has(target)) this.#redialer.add(target, peerId);
    else if (!isRecent) this.#redialer.poke(target);
  }

  /** What waited may have been taken back meanwhile, also by another process. */
  #tried(status: TargetStatus): void {
    this.#init.onTried(status);
    const { target, phase } = status;
    if (phase !== "waiting" || this.#isMandatory(target) || this.#vanished.has(target)) return;
    if (!this.#isWaitedFor(target)) this.#redialer.remove(target);
  }

  /** @param target a peer id, or a multiaddr without one */
  #isWaitedFor(target: string): boolean {
    return this.#init.waiting().some((conversation) =>
      target === (conversation.kind === "peer" ? conversation.peerId : conversation.address)
    );
  }

  #forgetVanished(): void {
    for (const [peerId, since] of this.#vanished) {
      if (this.#init.monotonic() - since < VANISHED_FOR_MS) continue;
      this.#vanished.delete(peerId);
      this.#redialer.remove(peerId);
    }
  }

  /** A target is a peer id, or a multiaddr without one. */
  async #dialTarget(target: string, options: { signal: AbortSignal }): Promise<string> {
    if (target.startsWith("/")) {
      const peerId = await this.dialAddress(target, options);
      if (this.#isWaitedFor(target)) {
        throw new Error("what waits for it could not be given to the peer");
      }
      // Who answered is sought by its id from now on, wherever it goes.
      if (!this.#isMandatory(target)) queueMicrotask(() => this.#redialer.remove(target));
      return peerId;
    }
    const announced = this.#announcements.get(target);
    this.#announcements.delete(target);
    await this.#dial(target, [
      ...(announced === undefined ? [] : [announced]),
      ...this.#init.book.addressesOf(target),
    ], options);
    return target;
  }

  async #dial(
    peerId: string,
    addresses: readonly string[],
    { signal }: { signal: AbortSignal },
    source?: PeerSource,
  ): Promise<void> {
    const targets = this.#inTurn(peerId, [...new Set(addresses)]);
    if (targets.length === 0 && this.#connection(peerId) === undefined) {
      throw new ChatError("unreachable", "no address is known for it", {
        hint: "write its host:port once, or wait until it connects",
      });
    }
    // Counted as failed until it worked, so that an abort counts too.
    if (this.#failedDials.size >= MAX_COUNTED_PEERS) this.#failedDials.clear();
    this.#failedDials.set(peerId, (this.#failedDials.get(peerId) ?? 0) + 1);
    const connection = await this.#init.libp2p.dial(
      targets.length === 0
        ? peerIdFromString(peerId)
        : targets.map((address) => multiaddr(`${address}/p2p/${peerId}`)),
      { signal },
    );
    this.#failedDials.delete(peerId);
    this.#answered(connection, source ?? this.#init.book.sourceOf(peerId));
  }

  /**
   * The addresses for the next dial. libp2p tries them one after the other, and time is up after one
   * or two that swallow everything (a container's network, a VPN that is off, another program): so
   * each dial after a failed one begins one further on.
   */
  #inTurn(peerId: string, addresses: readonly string[]): string[] {
    const failed = this.#failedDials.get(peerId) ?? 0;
    const start = addresses.length === 0 ? 0 : failed % addresses.length;
    return [...addresses.slice(start), ...addresses.slice(0, start)]
      .slice(0, MAX_ADDRESSES_PER_DIAL);
  }

  /** The key was proven in the handshake: this peer is where it was dialled. */
  #answered(connection: Connection, source: PeerSource): string {
    const peerId = connection.remotePeer.toString();
    this.#init.book.found(peerId, source);
    if (connection.direction === "outbound") {
      this.#init.onReached(plain(connection.remoteAddr), peerId);
      // What waited for the address waits for the peer now, which may hang up before it is active.
      if (this.#isWaitedFor(peerId)) this.#redialer.add(peerId, peerId);
    }
    return peerId;
  }

  #isMandatory(address: string): boolean {
    return this.mandatory.some((one) => one.address === address);
  }

  #connection(peerId: string): Connection | undefined {
    return this.#init.libp2p.getConnections().find(({ remotePeer, status }) =>
      status === "open" && remotePeer.toString() === peerId
    );
  }
}

function parseMandatory(texts: readonly string[]): Reach["mandatory"] {
  return texts.map((text) => {
    const { address, peerId } = parseAddress(text);
    return { address, peerId };
  });
}

/** The text of an address without the peer id. */
function plain(address: Multiaddr): string {
  return address.decapsulateCode(P2P_CODE).toString();
}
