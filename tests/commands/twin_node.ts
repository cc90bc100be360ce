/**
 * A twin of the node's interface, in memory: what a command prints and returns can be tested without
 * a network. It delivers nothing by itself; a test says what happens.
 */
import type {
  MessageRecord,
  MessageState,
  OwnMessage,
  ReceivedMessage,
} from "../../src/history/message_record.ts";
import type { Contact, ContactChange, OutboxEntry } from "../../src/history/mod.ts";
import { SearchTerms } from "../../src/history/search_terms.ts";
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
  SendOptions,
  UnreadRange,
} from "../../src/node/chat_node.ts";
import { resolveRecipient, shortPeerId } from "../../src/node/recipient.ts";
import type { NodeInit } from "../../src/node/mod.ts";
import type { ActivePeer, KnownPeer } from "../../src/presence/active_peer.ts";

/** A time that all tests share: 22 November 2026, 14:02:07 in the local zone. */
export const NOW = new Date(2026, 10, 22, 14, 2, 7).getTime();

export const RED = "12D3KooWJmfxzuLenYXBpL979Wk2PQNY1Wqw9AW66gEnAJedK9Gj";
export const BLUE = "12D3KooWM4jXByh72RAiQ2txp3h4msvjyA54giRsPQRKptgTVtrk";
export const SELF = "12D3KooWBU1X4atxmUeS1iXWjNHMPpfVkBQEG1QxMWe9T1PT32aX";

/** An active peer; what a test does not say is as for a neighbour called red. */
export function activePeer(fields: Partial<ActivePeer> = {}): ActivePeer {
  return {
    peerId: RED,
    name: "red",
    address: "/ip4/192.168.1.20/tcp/7000",
    path: "direct",
    roundTripMs: 0.4,
    source: "asked",
    connectedSince: NOW - 180_000,
    lastSeen: NOW - 2_000,
    ...fields,
  };
}

/** An event as a test writes it: without a time it happens at `NOW`. */
export type TwinEvent = Timeless<NodeEvent>;

type Timeless<Event> = Event extends { readonly at: number }
  ? Omit<Event, "at"> & { readonly at?: number }
  : Event;

/** What the twin does where a test wants more than nothing. */
export interface TwinBehaviour {
  readonly peers?: readonly ActivePeer[];
  readonly known?: readonly KnownPeer[];
  /** Called after a message was saved. */
  readonly onSend?: (message: OwnMessage, node: TwinNode) => void | Promise<void>;
  readonly connect?: (recipient: Recipient, signal: AbortSignal) => Promise<ActivePeer>;
  readonly connectAll?: () => Promise<ConnectResult[]>;
  readonly settleConnections?: (signal: AbortSignal) => Promise<void>;
  /** What waits; a message that gets further leaves it. */
  readonly outbox?: readonly OutboxEntry[];
  /** Called when everybody is to be dialled at once. */
  readonly onRetry?: (node: TwinNode) => void;
  readonly history?: (node: TwinNode, query: HistoryQuery) => MessageRecord[];
  readonly conversations?: (node: TwinNode) => ConversationSummary[];
  readonly reachability?: (recipient: Recipient) => Reachability;
  /** What arrived in earlier runs and was not shown. */
  readonly unread?: readonly ReceivedMessage[];
  readonly contacts?: readonly Contact[];
  /** Called after messages were marked as shown. */
  readonly onShown?: (messages: readonly ReceivedMessage[], node: TwinNode) => void;
}

export class TwinNode implements OwnNode {
  readonly peerId = SELF;
  readonly ended = new AbortController().signal;
  name: string;
  /** The settings that it was given while it ran, in order. */
  readonly reconfigured: LiveSettings[] = [];
  /** How it was started. */
  readonly init: NodeInit;
  stopped = false;
  readonly sent: { recipient: Recipient; text: string }[] = [];
  /** The messages of `sent` as they were saved. */
  readonly saved: OwnMessage[] = [];
  /** What was marked as shown, in order. */
  readonly seen: ReceivedMessage[] = [];
  readonly cancelled: string[] = [];
  /** How often everybody was to be dialled at once. */
  retries = 0;
  /** By peer id; changes are kept here. */
  readonly contactsNow = new Map<string, Contact>();
  readonly #behaviour: TwinBehaviour;
  readonly #listeners = new Set<(event: NodeEvent) => void>();
  /** Own messages as they are now, by id. */
  readonly #own = new Map<string, OwnMessage>();

  constructor(init: NodeInit, behaviour: TwinBehaviour = {}) {
    this.init = init;
    this.name = init.config.name;
    this.#behaviour = behaviour;
    for (const contact of behaviour.contacts ?? []) this.contactsNow.set(contact.peerId, contact);
  }

  /** Something happens. */
  emit(happening: TwinEvent): void {
    const carriesTime = happening.event === "message" || happening.event === "state";
    const event: NodeEvent = carriesTime ? happening : { at: NOW, ...happening };
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** An own message gets further. */
  advance(message: OwnMessage, state: MessageState, changes: Partial<OwnMessage> = {}): void {
    const advanced = { ...message, state, stateAt: NOW, ...changes };
    this.#own.set(message.id, advanced);
    this.emit({ event: "state", message: advanced });
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  addresses(): string[] {
    return [`/ip4/127.0.0.1/tcp/${this.init.config.port}/p2p/${SELF}`];
  }

  subscribe(listener: (event: NodeEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  resolve(peer: string): Promise<Recipient> {
    const { peers = [], known = [] } = this.#behaviour;
    const contacts = [...this.contactsNow.values()].map((each) => ({ name: "", ...each }));
    return Promise.try(() => resolveRecipient(peer, [...peers, ...known, ...contacts]));
  }

  send(
    recipient: Recipient,
    text: string,
    { id, replyTo }: SendOptions = {},
  ): Promise<OwnMessage> {
    const known = this.saved.find((message) => message.id === id);
    if (known !== undefined) return Promise.resolve(this.#own.get(known.id) ?? known);
    this.sent.push({ recipient, text });
    const message: OwnMessage = {
      direction: "out",
      position: this.sent.length,
      id: id ?? `00000000-0000-7000-8000-00000000000${this.sent.length}`,
      conversation: recipient.kind === "peer"
        ? { kind: "peer", peerId: recipient.peerId }
        : recipient,
      text,
      sentAt: NOW,
      replyTo,
      state: "queued",
      stateAt: NOW,
      reason: undefined,
      unanswerable: false,
    };
    this.saved.push(message);
    // As in a real node, where an answer needs a turn of the event loop at least.
    queueMicrotask(() => this.#behaviour.onSend?.(message, this));
    return Promise.resolve(message);
  }

  async settled(messageId: string, { signal }: { signal: AbortSignal }): Promise<OwnMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<OwnMessage>();
    const look = () => {
      const message = this.#own.get(messageId);
      if (message !== undefined && !["queued", "sent"].includes(message.state)) resolve(message);
    };
    using _states = this.subscribe(look);
    look();
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) abort();
    return await promise.finally(() => signal.removeEventListener("abort", abort));
  }

  connect(recipient: Recipient, { signal }: { signal: AbortSignal }): Promise<ActivePeer> {
    return this.#behaviour.connect?.(recipient, signal) ?? Promise.resolve(activePeer());
  }

  connectAll(): Promise<ConnectResult[]> {
    return this.#behaviour.connectAll?.() ?? Promise.resolve([]);
  }

  settleConnections({ signal }: { signal: AbortSignal }): Promise<void> {
    return this.#behaviour.settleConnections?.(signal) ?? Promise.resolve();
  }

  peers(): Promise<ActivePeer[]> {
    return Promise.resolve([...this.#behaviour.peers ?? []]);
  }

  knownPeers(): Promise<KnownPeer[]> {
    return Promise.resolve([...this.#behaviour.known ?? []]);
  }

  displayName(peerId: string): string {
    const { peers = [], known: remembered = [] } = this.#behaviour;
    const known = [...peers, ...remembered, activePeer()];
    const alias = this.contactsNow.get(peerId)?.alias;
    return alias ?? (known.find((peer) => peer.peerId === peerId)?.name || shortPeerId(peerId));
  }

  contacts(): Promise<Contact[]> {
    return Promise.resolve([...this.contactsNow.values()]);
  }

  changeContacts(changes: readonly ContactChange[]): Promise<Contact[]> {
    const time = (change: number | undefined, before: number | undefined) =>
      change === undefined ? before : change || undefined;
    return Promise.resolve(changes.map(({ peerId, alias, note, verifiedAt, blockedAt }) => {
      const before = this.contactsNow.get(peerId);
      const after: Contact = {
        peerId,
        alias: (alias ?? before?.alias) || undefined,
        note: note ?? before?.note ?? "",
        addedAt: before?.addedAt ?? NOW,
        verifiedAt: time(verifiedAt, before?.verifiedAt),
        blockedAt: time(blockedAt, before?.blockedAt),
      };
      this.contactsNow.set(peerId, after);
      return after;
    }));
  }

  removeContact(peerId: string): Promise<Contact | undefined> {
    const before = this.contactsNow.get(peerId);
    this.contactsNow.delete(peerId);
    return Promise.resolve(before);
  }

  history(query: HistoryQuery): Promise<MessageRecord[]> {
    return Promise.try(() => {
      const { after, before = Infinity, unread = false, search = "", limit } = query;
      const terms = new SearchTerms(search);
      const all = this.#behaviour.history?.(this, query) ?? [];
      const isSeen = ({ position }: MessageRecord) =>
        this.seen.some((message) => message.position === position);
      const fitting = all
        .filter(({ position, text }) =>
          position > (after ?? 0) && position < before && terms.fit(text)
        )
        .filter((message) => !unread || message.direction === "in" && !isSeen(message));
      return after === undefined ? fitting.slice(-limit) : fitting.slice(0, limit);
    });
  }

  conversations(): Promise<ConversationSummary[]> {
    return Promise.try(() => this.#behaviour.conversations?.(this) ?? []);
  }

  async counts(): Promise<Counts> {
    const [waiting, unread] = await Promise.all([this.outbox(Infinity), this.unread(Infinity)]);
    return { waiting: waiting.length, unread: unread.length };
  }

  outbox(limit: number): Promise<OutboxEntry[]> {
    return Promise.resolve(
      (this.#behaviour.outbox ?? []).filter(({ message }) => {
        const { state } = this.#own.get(message.id) ?? message;
        return state === "queued" || state === "sent";
      }).slice(0, limit),
    );
  }

  cancel(messageId: string): Promise<OwnMessage | undefined> {
    const entry = this.#behaviour.outbox?.find(({ message }) => message.id === messageId);
    if (entry === undefined || this.cancelled.includes(messageId)) {
      return Promise.resolve(undefined);
    }
    this.cancelled.push(messageId);
    return Promise.resolve(entry.message);
  }

  retry(): Promise<void> {
    this.retries++;
    return Promise.try(() => this.#behaviour.onRetry?.(this));
  }

  reachability(recipient: Recipient): Promise<Reachability> {
    return Promise.try(() =>
      this.#behaviour.reachability?.(recipient) ?? {
        active: undefined,
        addresses: [],
        waiting: 0,
        search: undefined,
        nextAttempt: undefined,
      }
    );
  }

  unread(limit: number, { after = 0 }: UnreadRange = {}): Promise<ReceivedMessage[]> {
    return Promise.resolve(
      (this.#behaviour.unread ?? [])
        .filter((message) => !this.seen.includes(message) && message.position > after)
        .slice(0, limit),
    );
  }

  shown(messages: readonly ReceivedMessage[]): Promise<void> {
    this.seen.push(...messages);
    return Promise.try(() => this.#behaviour.onShown?.(messages, this));
  }

  reconfigure(settings: LiveSettings): void {
    this.reconfigured.push(settings);
    this.name = settings.name;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }
}
