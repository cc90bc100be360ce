/**
 * What a running node offers to the commands, the menu and the screens: the one seam between what
 * people see and how peers talk.
 */
import type { Config } from "../config/config.ts";
import type { MessageRecord, OwnMessage, ReceivedMessage } from "../history/message_record.ts";
import type {
  Contact,
  ContactChange,
  ConversationSummary,
  DialledAddress,
  OutboxEntry,
  Search,
} from "../history/mod.ts";
import type { ActivePeer, Departure, KnownPeer } from "../presence/active_peer.ts";

export type { ConversationSummary };

/** A PEER argument after it was understood. */
export type Recipient =
  /** `address` is where the person said that this peer is: a multiaddr without the peer id. */
  | { readonly kind: "peer"; readonly peerId: string; readonly address?: string }
  /** `address` is a multiaddr without a peer id, e.g. `/ip4/127.0.0.1/tcp/7000`. */
  | { readonly kind: "address"; readonly address: string };

/**
 * Something that happened, in the order in which it happened. `at`: when, by the clock of the node, ms
 * since the epoch; a message carries its own times.
 */
export type NodeEvent =
  | { readonly event: "message"; readonly message: MessageRecord & { direction: "in" } }
  | { readonly event: "state"; readonly message: OwnMessage }
  | { readonly event: "peer-up"; readonly at: number; readonly peer: ActivePeer }
  | {
    readonly event: "peer-down";
    readonly at: number;
    readonly peer: ActivePeer;
    readonly departure: Departure;
  }
  /** Worth telling a person, nothing failed; `text` is safe for a terminal. */
  | { readonly event: "notice"; readonly at: number; readonly text: string };

/** What became of one address or peer that `connect` tried. */
export interface ConnectResult {
  /** As the person wrote it, or the address that was tried. */
  readonly target: string;
  readonly peer: ActivePeer | undefined;
  /** Why it failed, one line safe for a terminal; undefined when it worked. */
  readonly error: string | undefined;
}

/** How it stands with reaching a peer, or an address where nobody has answered yet. */
export interface Reachability {
  /** The peer as it is connected now; undefined if it is not. */
  readonly active: ActivePeer | undefined;
  /** What is known of its addresses, the one that worked last first. */
  readonly addresses: readonly DialledAddress[];
  /** How many messages wait for it. */
  readonly waiting: number;
  /** How the search for it goes, while messages wait. */
  readonly search: Search | undefined;
  /** When it is dialled again, ms since the epoch; undefined while nothing is planned. */
  readonly nextAttempt: number | undefined;
}

/** Which places of the history are looked at for what was never shown. */
export interface UnreadRange {
  /** Only what is behind this one; default: 0, the beginning. */
  readonly after?: number;
  /**
   * The last one that counts; default: where events begin to come, which is the start of the node, and
   * for another process the first `subscribe`.
   */
  readonly upTo?: number;
}

/** What waits to be delivered, or to be read. */
export interface Counts {
  /** Own messages in the outbox. */
  readonly waiting: number;
  /** How many messages `unread()` would give. */
  readonly unread: number;
}

/** What a node has to know of a message that a person has seen. */
export type SeenMessage = Pick<ReceivedMessage, "id" | "position" | "conversation">;

/**
 * Which messages `history` returns, oldest first: the last `limit` that fit, or with `after` the first
 * `limit` behind that place.
 */
export interface HistoryQuery {
  readonly conversation?: Recipient;
  /** Only messages at a later position of the history; what arrives later has a later one. */
  readonly after?: number;
  /** Only messages at an earlier position; with `after`: the first `limit` between the two. */
  readonly before?: number;
  /** Only messages that arrived and were never shown. */
  readonly unread?: boolean;
  /** Only messages at or after this time (arrival for incoming ones), ms since the epoch. */
  readonly since?: number;
  /**
   * Only messages that have all these words, in upper or lower case, also as parts of words; what is
   * "in quotes" together. The rules, also for highlighting: `src/history/search_terms.ts`.
   */
  readonly search?: string;
  /** 1 to 100,000. */
  readonly limit: number;
}

/** What may be said of a message beside its text. */
export interface SendOptions {
  /** A UUID in lower case; without it, a new one. */
  readonly id?: string;
  /** Id of the message in the conversation that this one answers. */
  readonly replyTo?: string;
  /**
   * Id of an own message without which this one is not saved either (`storage-failed`): so several
   * may be asked for at once, and what is saved of them is a beginning.
   */
  readonly after?: string;
  /** Gives it up while it is not saved. */
  readonly signal?: AbortSignal;
}

/** Which events a listener gets first. */
export interface SubscribeOptions {
  /**
   * `now`: nothing that has happened already. `start`, the default: whoever is the first to ask for
   * that also gets what happened since the start, before `subscribe()` returns.
   */
  readonly from?: "start" | "now";
}

/**
 * A running node, in this process or in another one. `[Symbol.asyncDispose]` gives it up: the process
 * that runs it says goodbye to all peers and stops it, another one only ends its connection to it.
 *
 * What is read is as it was at some moment between the call and the answer. An event that came before
 * the answer is contained in it, and one that comes after it may be, too.
 */
export interface ChatNode extends AsyncDisposable {
  readonly peerId: string;
  readonly name: string;
  /**
   * Aborts, with a ChatError `node-stopped`, when the process that runs the node is gone; never where
   * that is this one. Whoever waits for events waits for this as well.
   */
  readonly ended: AbortSignal;
  /** Multiaddrs on which this node listens, with its peer id at the end. */
  addresses(): string[];
  /** Calls `listener` for every event from now on, until the result is disposed. */
  subscribe(listener: (event: NodeEvent) => void, options?: SubscribeOptions): Disposable;
  /**
   * Understands a PEER argument: a contact's alias, a known peer's name, a peer id or an unambiguous
   * beginning of one, `host:port`, or a multiaddr.
   * @throws ChatError `no-such-peer`, `ambiguous-peer`, `bad-address`
   */
  resolve(peer: string): Promise<Recipient>;
  /**
   * Saves a message for `recipient` and starts its delivery. Resolves once it is committed to disk:
   * from then on it is delivered or still listed as waiting, whatever happens.
   *
   * With an id of one's own it may be asked for again, where no answer came: a message that is in the
   * history already is not written again, but returned as it is now.
   * @param text 1 B to 32 KiB of UTF-8
   * @throws ChatError `bad-usage` (empty or too long; the id belongs to another message; there is no
   *   `replyTo` in the conversation), `refused` (the person blocked the recipient), `storage-failed`;
   *   nothing was saved then
   */
  send(recipient: Recipient, text: string, options?: SendOptions): Promise<OwnMessage>;
  /**
   * Resolves when the message is delivered, read, refused or cancelled, or sent and no more can be known.
   * @throws the signal's reason
   */
  settled(messageId: string, options: { signal: AbortSignal }): Promise<OwnMessage>;
  /**
   * Connects, or finds that it is connected already.
   * @throws ChatError `unreachable`, `not-a-peer`, `refused` (also: blocked here); the signal's reason
   */
  connect(recipient: Recipient, options: { signal: AbortSignal }): Promise<ActivePeer>;
  /** Tries all mandatory and all known peers at once and reports on each. */
  connectAll(options: { signal: AbortSignal }): Promise<ConnectResult[]>;
  /**
   * Resolves when every mandatory peer, and everybody for whom messages wait, was tried once.
   * @throws the signal's reason
   */
  settleConnections(options: { signal: AbortSignal }): Promise<void>;
  /** Active peers, longest connected first. */
  peers(): Promise<ActivePeer[]>;
  /** All remembered peers, most recently seen first. */
  knownPeers(): Promise<KnownPeer[]>;
  /**
   * The name to show for a peer that an event or an answer spoke of: the contact's alias; else what it
   * calls itself, with the beginning of its id where that could be somebody else; else that beginning.
   * Terminal-safe.
   */
  displayName(peerId: string): string;
  /** All contacts, in the order in which they were added. */
  contacts(): Promise<Contact[]>;
  /**
   * Makes all of the changes or none, and acts on them at once: the connection to a peer that is blocked
   * now is closed, and one that is not blocked any more is looked for.
   * @returns each contact as it is afterwards, in the order of the changes
   * @throws ChatError `bad-usage` (e.g. the alias is taken), `bad-address`, `refused` (too many contacts),
   *   `storage-busy`, `storage-failed`
   */
  changeContacts(changes: readonly ContactChange[]): Promise<Contact[]>;
  /**
   * Forgets alias, note, verification, block and addresses; the messages stay.
   * @returns what the contact was; undefined: it was none
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  removeContact(peerId: string): Promise<Contact | undefined>;
  history(query: HistoryQuery): Promise<MessageRecord[]>;
  /** Everybody with whom there is a message, the newest one first: at most 1,000. */
  conversations(): Promise<ConversationSummary[]>;
  /** @param upTo as for `UnreadRange` */
  counts(upTo?: number): Promise<Counts>;
  /** What is not delivered, in the order of writing: the first `limit`. */
  outbox(limit: number): Promise<OutboxEntry[]>;
  /**
   * Takes a message back that is not known to be delivered; one that has gone out may arrive all the
   * same, and then becomes `delivered`.
   * @returns the message as it was before; undefined if none with this id waits
   * @throws ChatError `storage-busy`, `storage-failed`
   */
  cancel(messageId: string): Promise<OwnMessage | undefined>;
  /** Dials everybody for whom messages wait, and all mandatory peers, at once instead of later. */
  retry(): Promise<void>;
  /** How it stands with reaching somebody. */
  reachability(recipient: Recipient): Promise<Reachability>;
  /**
   * Messages that were never shown, oldest first: the first `limit` of those that arrived before
   * events come. What arrives from then on comes as an event.
   */
  unread(limit: number, range?: UnreadRange): Promise<ReceivedMessage[]>;
  /**
   * The person has seen these: they are not unread any more, and their senders are told where both
   * sides allow it. What cannot be saved now is shown once more in a later run.
   */
  shown(messages: readonly SeenMessage[]): Promise<void>;
}

/** The settings that a node takes on while it runs. */
export type LiveSettings = Pick<Config, "name" | "mandatory" | "readReceipts"> & {
  readonly classicTeam?: Config["classicTeam"];
};

/** A node that runs in this process. */
export interface OwnNode extends ChatNode {
  /**
   * Takes on other settings: connected peers are told the name, new mandatory peers are dialled at once,
   * former ones are not dialled again, and stay connected if they are.
   */
  reconfigure(settings: LiveSettings): void;
}
