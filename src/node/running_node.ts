/** A running node as the commands see it: joins delivery, presence, the peer book and the history. */
import { v7 } from "uuid";
import { classicMultiaddr, isClassicId } from "../config/classic_id.ts";
import { ChatError } from "../errors.ts";
import type {
  Contact,
  ContactChange,
  DialledAddress,
  Draft,
  History,
  OutboxEntry,
} from "../history/mod.ts";
import {
  type Conversation,
  isWaiting,
  type MessageRecord,
  type OwnMessage,
  type ReceivedMessage,
} from "../history/message_record.ts";
import type { ActivePeer, Departure, KnownPeer } from "../presence/active_peer.ts";
import type {
  ConnectResult,
  ConversationSummary,
  Counts,
  HistoryQuery,
  LiveSettings,
  NodeEvent,
  OwnNode,
  Reachability,
  Recipient,
  SeenMessage,
  SendOptions,
  SubscribeOptions,
  UnreadRange,
} from "./chat_node.ts";
import { AddressBinder } from "./address_binder.ts";
import type { ContactBook } from "./contact_book.ts";
import { Connector } from "./connector.ts";
import { requireAnswered, requireSame, requireSendable } from "./draft_check.ts";
import type { PeerBook } from "./peer_book.ts";
import { Reading } from "./reading.ts";
import type { Classic, Delivery, Reach, Roster } from "./rooms.ts";
import { resolveRecipient, withShortId } from "./recipient.ts";

/** Events kept while nobody listens: enough for the start, bounded where nobody ever does. */
const MAX_EARLY_EVENTS = 1_000;

/** What a running node is made of, beside the rooms that join it. */
export interface RunningNodeInit {
  readonly peerId: string;
  readonly addresses: () => string[];
  readonly history: History;
  readonly book: PeerBook;
  readonly contacts: ContactBook;
  readonly now: () => number;
  /** The settings of this moment, and how the rooms are told of others. */
  readonly settings: () => LiveSettings;
  readonly reconfigure: (settings: LiveSettings) => void;
  /** Something for the log. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
  /** Says goodbye and stops everything, in the reverse order of the start. */
  readonly stop: () => Promise<void>;
}

/** The rooms that report to the node. */
interface Rooms {
  readonly delivery: Delivery;
  readonly roster: Roster;
  readonly reach: Reach;
  readonly classic: Classic;
}

interface Joined extends Rooms {
  readonly connector: Connector;
  readonly binder: AddressBinder;
}

/** The node itself; commands test against a twin of the interface. */
export class RunningNode implements OwnNode {
  readonly ended = new AbortController().signal;
  readonly #init: RunningNodeInit;
  readonly #listeners = new Set<(event: NodeEvent) => void>();
  /** Those of them that count on getting everything since the start. */
  readonly #attentive = new Set<(event: NodeEvent) => void>();
  /** What happened while nobody was attentive; the first to be so gets it. */
  readonly #early: NodeEvent[] = [];
  #toldOfTwin = false;
  #rooms: Joined | undefined;
  readonly #reading: Reading;
  /** Position of the own message that was saved last. */
  #lastQueued: number;

  constructor(init: RunningNodeInit) {
    this.#init = init;
    const { history, now, onTrouble } = init;
    this.#reading = new Reading({
      history,
      now,
      readReceipts: () => init.settings().readReceipts,
      onShown: (peerId) => this.#joined.delivery.shown(peerId),
      onTrouble,
    });
    this.#lastQueued = this.#reading.lastPosition;
  }

  /** Joins the rooms that report to this node; once, before it is used. */
  join(rooms: Rooms): void {
    const { book, contacts } = this.#init;
    const subscribe = this.subscribe.bind(this);
    const connector = new Connector({ ...rooms, book, contacts, subscribe });
    const binder = new AddressBinder({
      ...this.#init,
      ...rooms,
      isActive: (peerId) => this.#isActive(peerId),
      notice: (text) => this.notice(text),
    });
    this.#rooms = { ...rooms, connector, binder };
  }

  get peerId(): string {
    return this.#init.peerId;
  }

  get name(): string {
    return this.#init.settings().name;
  }

  addresses(): string[] {
    return this.#init.addresses();
  }

  subscribe(
    listener: (event: NodeEvent) => void,
    { from = "start" }: SubscribeOptions = {},
  ): Disposable {
    this.#listeners.add(listener);
    if (from === "start") {
      this.#attentive.add(listener);
      for (const event of this.#early.splice(0)) listener(event);
    }
    return {
      [Symbol.dispose]: () => {
        this.#listeners.delete(listener);
        this.#attentive.delete(listener);
      },
    };
  }

  /** Tells all listeners; one that throws is a defect and ends the program. */
  emit(event: NodeEvent): void {
    if (this.#attentive.size === 0) this.#early.push(event);
    if (this.#early.length > MAX_EARLY_EVENTS) this.#early.shift();
    for (const listener of [...this.#listeners]) listener(event);
  }

  resolve(peer: string): Promise<Recipient> {
    return Promise.try(() => resolveRecipient(peer, this.#init.book.candidates()));
  }

  async send(
    recipient: Recipient,
    text: string,
    { id = v7(), replyTo, after, signal }: SendOptions = {},
  ): Promise<OwnMessage> {
    requireSendable({ text, id });
    const conversation = this.#conversation(recipient);
    if (conversation.kind === "peer") this.#joined.connector.refuseBlocked(conversation.peerId);
    const { now, history } = this.#init;
    const draft = { conversation, id, text, sentAt: now(), replyTo, after };
    requireAnswered(history, draft);
    const own = await this.#joined.delivery
      .save(
        { ...draft, conversation: asWritten(recipient) },
        signal === undefined ? {} : { signal },
      );
    // What is saved now has a later position than all before.
    if (own.position > this.#lastQueued) {
      this.#lastQueued = own.position;
      this.emit({ event: "state", message: own });
    } else requireSame(history, own, draft, recipient);
    if (isWaiting(own)) {
      this.#dispatch(own.conversation, recipient.kind === "peer" ? recipient.address : undefined);
    }
    return own;
  }

  async settled(messageId: string, { signal }: { signal: AbortSignal }): Promise<OwnMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<OwnMessage>();
    const abort = () => reject(signal.reason);
    using _subscription = this.subscribe((event) => {
      if (event.event !== "state" || event.message.id !== messageId) return;
      if (!isWaiting(event.message)) resolve(event.message);
    }, { from: "now" });
    signal.addEventListener("abort", abort, { once: true });
    try {
      signal.throwIfAborted();
      const own = this.#init.history.messages.own(messageId);
      if (own !== undefined && !isWaiting(own)) return own;
      return await promise;
    } finally {
      signal.removeEventListener("abort", abort);
    }
  }

  connect(recipient: Recipient, options: { signal: AbortSignal }): Promise<ActivePeer> {
    return this.#joined.connector.connect(recipient, options);
  }

  connectAll(options: { signal: AbortSignal }): Promise<ConnectResult[]> {
    return this.#joined.connector.connectAll(options);
  }

  async settleConnections(options: { signal: AbortSignal }): Promise<void> {
    const { reach, classic } = this.#joined;
    await Promise.all([reach.settled(options), classic.settled(options)]);
  }

  peers(): Promise<ActivePeer[]> {
    return Promise.try(() => this.#active());
  }

  knownPeers(): Promise<KnownPeer[]> {
    return Promise.try(() => {
      const active = new Map(this.#active().map((peer) => [peer.peerId, peer]));
      return this.#init.book.remembered().map(({ peerId, name, addresses, lastSeen }) => ({
        peerId,
        name,
        addresses: isClassicId(peerId) ? [classicMultiaddr(peerId)] : addresses,
        source: this.#init.book.sourceOf(peerId),
        lastSeen: active.get(peerId)?.lastSeen ?? lastSeen,
        connected: active.has(peerId),
      }));
    });
  }

  displayName(peerId: string): string {
    if (peerId === this.peerId) return this.name;
    return this.#init.book.displayName(peerId);
  }

  contacts(): Promise<Contact[]> {
    return Promise.try(() => this.#init.contacts.list());
  }

  changeContacts(changes: readonly ContactChange[]): Promise<Contact[]> {
    return Promise.try(() => this.#init.contacts.change(changes));
  }

  removeContact(peerId: string): Promise<Contact | undefined> {
    return Promise.try(() => this.#init.contacts.remove(peerId));
  }

  history(query: HistoryQuery): Promise<MessageRecord[]> {
    return Promise.try(() => {
      const { conversation, ...rest } = query;
      if (conversation === undefined) return this.#init.history.list(rest);
      return this.#init.history.list({ ...rest, conversation: this.#conversation(conversation) });
    });
  }

  conversations(): Promise<ConversationSummary[]> {
    return Promise.try(() => this.#init.history.conversations());
  }

  counts(upTo?: number): Promise<Counts> {
    return Promise.try(() => this.#reading.counts(upTo));
  }

  outbox(limit: number): Promise<OutboxEntry[]> {
    return Promise.try(() => this.#init.history.outbox.list(limit));
  }

  cancel(messageId: string): Promise<OwnMessage | undefined> {
    const { history, now } = this.#init;
    return Promise.try(() => {
      const before = history.outbox.cancel(messageId, now());
      const after = history.messages.own(messageId);
      if (before !== undefined && after !== undefined) {
        this.emit({ event: "state", message: after });
      }
      return before;
    });
  }

  retry(): Promise<void> {
    return Promise.try(() => {
      this.#joined.reach.retry();
      this.#joined.classic.retry();
    });
  }

  reachability(recipient: Recipient): Promise<Reachability> {
    return Promise.try(() => {
      const { history } = this.#init;
      const conversation = this.#conversation(recipient);
      const { outbox, peers } = history;
      const [target, addresses, active] = conversation.kind === "peer"
        ? [
          conversation.peerId,
          isClassicId(conversation.peerId)
            ? [this.#classicAddress(conversation.peerId)]
            : peers.dialled(conversation.peerId),
          this.#active().find(({ peerId }) => peerId === conversation.peerId),
        ]
        : [conversation.address, [], undefined];
      return {
        active,
        addresses,
        waiting: outbox.count(conversation),
        search: outbox.searchFor(conversation),
        nextAttempt: isClassicId(target)
          ? this.#joined.classic.nextAttempt(target)
          : this.#joined.reach.nextAttempt(target),
      };
    });
  }

  unread(limit: number, range?: UnreadRange): Promise<ReceivedMessage[]> {
    return Promise.try(() => this.#reading.unread(limit, range));
  }

  shown(messages: readonly SeenMessage[]): Promise<void> {
    return Promise.try(() => this.#reading.shown(messages));
  }

  reconfigure(settings: LiveSettings): void {
    this.#init.reconfigure(settings);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#init.stop();
  }

  // What the rooms report.

  received(messages: readonly ReceivedMessage[]): void {
    for (const message of messages) this.emit({ event: "message", message });
  }

  stateChanged(messages: readonly OwnMessage[]): void {
    for (const message of messages) this.emit({ event: "state", message });
  }

  peerUp(peer: ActivePeer): void {
    this.emit({ event: "peer-up", at: this.#init.now(), peer });
  }

  peerDown(peer: ActivePeer, departure: Departure): void {
    this.emit({ event: "peer-down", at: this.#init.now(), peer, departure });
  }

  /** @param text one line safe for a terminal */
  notice(text: string): void {
    this.emit({ event: "notice", at: this.#init.now(), text });
  }

  /**
   * An attempt to reach somebody is over: for `outbox`, noted while messages wait.
   * @param target a peer id, or a multiaddr without one
   * @param failure one line safe for a terminal; undefined if it worked
   */
  tried(target: string, failure: string | undefined, nextAttempt: number | undefined): void {
    const { history, now, onTrouble } = this.#init;
    const conversation: Conversation = target.startsWith("/")
      ? { kind: "address", address: target }
      : { kind: "peer", peerId: target };
    try {
      if (failure === undefined) history.outbox.found(conversation);
      else if (history.outbox.count(conversation) > 0) {
        history.outbox.tried(conversation, { lastTried: now(), failure, nextAttempt });
      }
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      onTrouble("how the search for a peer goes could not be noted", { target, error });
    }
  }

  #withId(peerId: string): string {
    return withShortId(this.displayName(peerId), peerId);
  }

  /** Two nodes with the identity of this peer are connected. */
  twinsMet(peerId: string): void {
    const text = `${this.#withId(peerId)} is here from two places at once, with one identity: ` +
      "messages reach only one of the two";
    this.notice(text);
  }

  /** A peer says that it is connected to another node with this node's identity. */
  toldOfTwin(peerId: string): void {
    // All friends say so, one after the other: once is enough.
    if (this.#toldOfTwin) return;
    this.#toldOfTwin = true;
    const text = `your identity is also in use elsewhere, says ${this.#withId(peerId)}: ` +
      "messages reach only one of the two places; stop one of them";
    this.notice(text);
  }

  /** As `AddressBinder.reached()`. */
  reached(address: string, peerId: string): boolean {
    return this.#joined.binder.reached(address, peerId);
  }

  /** As `AddressBinder.notReached()`. */
  notReached(address: string): void {
    this.#joined.binder.notReached(address);
  }

  /** As `AddressBinder.placed()`. */
  placed(drafts: readonly Draft[]): Draft[] {
    return this.#joined.binder.placed(drafts);
  }

  /** A connected peer turned out to be none of ours, or left before it said Hello. */
  notUp(peerId: string, reason: ChatError): void {
    this.#joined.connector.notUp(peerId, reason);
  }

  /** Sends what was saved, or seeks whom it is for. */
  #dispatch(conversation: Conversation, hint: string | undefined): void {
    const { reach, classic } = this.#joined;
    if (conversation.kind === "peer") {
      if (isClassicId(conversation.peerId)) return classic.queued(conversation.peerId);
      this.#joined.delivery.queued(conversation.peerId);
      if (!this.#isActive(conversation.peerId)) reach.seekPeer(conversation.peerId, hint);
      return;
    }
    // Somebody may have answered while the message was being saved.
    const there = reach.peerAt(conversation.address);
    if (there === undefined || !this.reached(conversation.address, there)) {
      reach.seekAddress(conversation.address);
    }
  }

  #conversation(recipient: Recipient): Conversation {
    if (recipient.kind === "peer") {
      if (recipient.peerId === this.peerId) {
        throw new ChatError("bad-usage", "that is this very node", {
          hint: "write to another peer; `p2p-chat peers --known` lists the known ones",
        });
      }
      return { kind: "peer", peerId: recipient.peerId };
    }
    const { address } = recipient;
    const there = this.#joined.binder.at(address);
    return there === undefined ? { kind: "address", address } : { kind: "peer", peerId: there };
  }

  /** What is known of dialling a classic peer: it has one address for ever. */
  #classicAddress(peerId: string): DialledAddress {
    const search = this.#init.history.outbox.searchFor({ kind: "peer", peerId });
    const active = this.#joined.classic.peers().find((peer) => peer.peerId === peerId);
    return {
      address: classicMultiaddr(peerId),
      lastWorked: active?.lastSeen ?? 0,
      triedAt: search?.lastTried,
      failure: search?.failure,
    };
  }

  #active(): ActivePeer[] {
    const { roster, classic } = this.#joined;
    return [...roster.peers(), ...classic.peers()];
  }

  #isActive(peerId: string): boolean {
    const { roster, classic } = this.#joined;
    return isClassicId(peerId) ? classic.isActive(peerId) : roster.name(peerId) !== undefined;
  }

  get #joined(): Joined {
    if (this.#rooms === undefined) {
      throw new Error("the node is used before its rooms are joined");
    }
    return this.#rooms;
  }
}

/** Without the hint of where a peer is. */
function asWritten(recipient: Recipient): Conversation {
  return recipient.kind === "peer"
    ? { kind: "peer", peerId: recipient.peerId }
    : { kind: "address", address: recipient.address };
}
