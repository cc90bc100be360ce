/**
 * The protocol of the control socket: JSON-RPC 2.0, one object a line (UTF-8, no batches).
 *
 * A client says `hello` first; then it may ask whatever `METHODS` has, several things at once. It
 * takes a request back by the notification `cancel` with the id. After `subscribe` it gets the
 * notification `event` for each event of the node, until `unsubscribe`; before an event or an answer speaks of a peer
 * for the first time, or under a new name, `names` says what to call it.
 *
 * An error of the node has the code `NODE_ERROR` and the ChatError's code and hint as its data.
 */
import { parseAddress } from "../config/address.ts";
import { isCanonicalClassicId } from "../config/classic_id.ts";
import { isPeerId } from "../config/peer_id_text.ts";
import { ChatError, ERROR_CODES, type ErrorCode } from "../errors.ts";
import type {
  Conversation,
  MessageRecord,
  MessageState,
  OwnMessage,
  ReceivedMessage,
} from "../history/message_record.ts";
import type {
  Contact,
  ContactChange,
  DialledAddress,
  OutboxEntry,
  Search,
} from "../history/mod.ts";
import type {
  ConnectResult,
  ConversationSummary,
  Counts,
  HistoryQuery,
  NodeEvent,
  Reachability,
  Recipient,
  SeenMessage,
} from "../node/chat_node.ts";
import { type ActivePeer, type KnownPeer, PEER_SOURCES } from "../presence/active_peer.ts";
import {
  boolean,
  type Check,
  fieldOf,
  integer,
  list,
  nothing,
  number,
  oneOf,
  orUndefined,
  record,
  ShapeError,
  tagged,
  text,
} from "./check.ts";

/** Raised with every change that an older or newer program would not understand. */
export const PROTOCOL_VERSION = 4;

/** The largest line from a client: a message of 32 KiB is at most 192 KiB as JSON. */
export const MAX_REQUEST_BYTES = 1024 * 1024;
/** The largest line from the node: a whole outbox. */
export const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** JSON-RPC 2.0, section 5.1: -32000 to -32099 are for the server to define. */
export const NODE_ERROR = -32000;
/** A request that its client took back. */
export const CANCELLED_ERROR = -32001;
/** The connection cannot be used: too many clients, wrong token, wrong version. */
export const REFUSED_ERROR = -32002;

const MAX_MESSAGES = 100_000;
const MAX_PEERS = 10_000;
const MAX_CONVERSATIONS = 1_000;
const LONGEST_TEXT = 1024 * 1024;
const LONGEST_WORD = 4_096;

export interface Hello {
  readonly program: string;
  readonly protocol: number;
  /** On a loopback port, where anybody on the machine can connect. */
  readonly token: string | undefined;
}

export interface Welcome {
  readonly program: string;
  readonly protocol: number;
  readonly peerId: string;
  readonly name: string;
  readonly addresses: readonly string[];
  /** Whether the node is there to stay: not only for as long as one command takes. */
  readonly lasting: boolean;
}

/** What can be asked, and what is answered. */
export interface Shapes {
  hello: { params: Hello; result: Welcome };
  /** `position`: the last one of the history before the first event. */
  subscribe: { params: undefined; result: { position: number } };
  unsubscribe: { params: undefined; result: undefined };
  resolve: { params: { peer: string }; result: Recipient };
  send: {
    params: {
      recipient: Recipient;
      text: string;
      id: string | undefined;
      replyTo: string | undefined;
      after: string | undefined;
    };
    result: OwnMessage;
  };
  settled: { params: { messageId: string }; result: OwnMessage };
  connect: { params: { recipient: Recipient }; result: ActivePeer };
  connectAll: { params: undefined; result: ConnectResult[] };
  settleConnections: { params: undefined; result: undefined };
  peers: { params: undefined; result: ActivePeer[] };
  knownPeers: { params: undefined; result: KnownPeer[] };
  contacts: { params: undefined; result: Contact[] };
  changeContacts: { params: { changes: readonly ContactChange[] }; result: Contact[] };
  removeContact: { params: { peerId: string }; result: Contact | undefined };
  history: { params: { query: HistoryQuery }; result: MessageRecord[] };
  conversations: { params: undefined; result: ConversationSummary[] };
  counts: { params: { upTo: number }; result: Counts };
  outbox: { params: { limit: number }; result: OutboxEntry[] };
  cancelMessage: { params: { messageId: string }; result: OwnMessage | undefined };
  retry: { params: undefined; result: undefined };
  reachability: { params: { recipient: Recipient }; result: Reachability };
  unread: {
    params: { limit: number; after: number | undefined; upTo: number };
    result: ReceivedMessage[];
  };
  shown: { params: { messages: readonly SeenMessage[] }; result: undefined };
}

export type MethodName = keyof Shapes;

const word = text(LONGEST_WORD);

/** Of a peer with a key, or of a classic one. */
const peerId: Check<string> = (value, path) => {
  const id = word(value, path);
  if (!isPeerId(id) && !isCanonicalClassicId(id)) throw new ShapeError(`${path} is not a peer id`);
  return id;
};

/** A multiaddr as this program writes it, without a peer id. */
const address: Check<string> = (value, path) => {
  const given = word(value, path);
  try {
    const parsed = parseAddress(given);
    if (parsed.peerId === undefined && parsed.address === given) return given;
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
  }
  throw new ShapeError(`${path} is not a multiaddr without a peer id`);
};

const recipient: Check<Recipient> = tagged<Recipient>("kind", {
  peer(value, path) {
    const id = peerId(fieldOf(value, "peerId", path), `${path}.peerId`);
    const hint = fieldOf(value, "address", path) ?? undefined;
    if (hint === undefined) return { kind: "peer", peerId: id };
    return { kind: "peer", peerId: id, address: address(hint, `${path}.address`) };
  },
  address: record<Extract<Recipient, { kind: "address" }>>({
    kind: oneOf(["address"]),
    address,
  }),
});

/** Without addresses that a person named; from the node, which has checked them. */
const conversation: Check<Conversation> = tagged<Conversation>("kind", {
  peer: record<Extract<Conversation, { kind: "peer" }>>({ kind: oneOf(["peer"]), peerId: word }),
  address: record<Extract<Conversation, { kind: "address" }>>({
    kind: oneOf(["address"]),
    address: word,
  }),
});

/** A place in the history. */
const position = integer(0, Number.MAX_SAFE_INTEGER);

const messageBase = {
  position,
  id: word,
  conversation,
  text: text(LONGEST_TEXT),
  sentAt: number,
  replyTo: orUndefined(word),
};

const MESSAGE_STATES = ["queued", "sent", "delivered", "read", "refused", "cancelled"] as const;

const ownMessage = record<OwnMessage>({
  ...messageBase,
  direction: oneOf(["out"]),
  state: oneOf(MESSAGE_STATES) satisfies Check<MessageState>,
  stateAt: number,
  reason: orUndefined(text(LONGEST_TEXT)),
  unanswerable: boolean,
});

const receivedMessage = record<ReceivedMessage>({
  ...messageBase,
  direction: oneOf(["in"]),
  receivedAt: number,
});

const message = tagged<MessageRecord>("direction", { out: ownMessage, in: receivedMessage });

const conversationSummary = record<ConversationSummary>({
  conversation,
  last: message,
  unread: number,
  waiting: number,
});

const activePeer = record<ActivePeer>({
  peerId: word,
  name: word,
  address: word,
  path: oneOf(["direct", "relayed"]),
  roundTripMs: orUndefined(number),
  source: oneOf(PEER_SOURCES),
  connectedSince: number,
  lastSeen: number,
});

const knownPeer = record<KnownPeer>({
  peerId: word,
  name: word,
  addresses: list(word, MAX_PEERS),
  source: oneOf(PEER_SOURCES),
  lastSeen: number,
  connected: boolean,
});

const search = record<Search>({
  attempts: number,
  lastTried: number,
  failure: orUndefined(word),
  nextAttempt: orUndefined(number),
});

const connectResult = record<ConnectResult>({
  target: word,
  peer: orUndefined(activePeer),
  error: orUndefined(word),
});

const dialledAddress = record<DialledAddress>({
  address: word,
  lastWorked: number,
  triedAt: orUndefined(number),
  failure: orUndefined(word),
});

const contact = record<Contact>({
  peerId: word,
  alias: orUndefined(word),
  note: word,
  addedAt: number,
  verifiedAt: orUndefined(number),
  blockedAt: orUndefined(number),
});

/** The node looks closer, wherever a change comes from. */
const contactChange = record<ContactChange>({
  peerId,
  alias: orUndefined(word),
  note: orUndefined(word),
  verifiedAt: orUndefined(integer(0, Number.MAX_SAFE_INTEGER)),
  blockedAt: orUndefined(integer(0, Number.MAX_SAFE_INTEGER)),
  addresses: orUndefined(list(address, MAX_PEERS)),
});

const messageId = record<{ messageId: string }>({ messageId: word });
const limited = record<{ limit: number }>({ limit: integer(0, MAX_MESSAGES) });

const historyQuery: Check<HistoryQuery> = (value, path) => {
  const field = <Shape>(key: keyof HistoryQuery, check: Check<Shape>) =>
    orUndefined(check)(fieldOf(value, key, path), `${path}.${key}`);
  const [who, after, before, unread, since, words] = [
    field("conversation", recipient),
    field("after", position),
    field("before", position),
    field("unread", boolean),
    field("since", number),
    field("search", word),
  ];
  return {
    ...(who === undefined ? {} : { conversation: who }),
    ...(after === undefined ? {} : { after }),
    ...(before === undefined ? {} : { before }),
    ...(unread === undefined ? {} : { unread }),
    ...(since === undefined ? {} : { since }),
    ...(words === undefined ? {} : { search: words }),
    limit: integer(1, MAX_MESSAGES)(fieldOf(value, "limit", path), `${path}.limit`),
  };
};

/** How to check both sides of every method. */
export const METHODS: {
  readonly [Name in MethodName]: {
    readonly params: Check<Shapes[Name]["params"]>;
    readonly result: Check<Shapes[Name]["result"]>;
  };
} = {
  hello: {
    params: record<Hello>({ program: word, protocol: number, token: orUndefined(word) }),
    result: record<Welcome>({
      program: word,
      protocol: number,
      peerId,
      name: word,
      addresses: list(word, MAX_PEERS),
      lasting: boolean,
    }),
  },
  subscribe: { params: nothing, result: record<{ position: number }>({ position }) },
  unsubscribe: { params: nothing, result: nothing },
  resolve: { params: record<{ peer: string }>({ peer: word }), result: recipient },
  send: {
    params: record<Shapes["send"]["params"]>({
      recipient,
      text: text(LONGEST_TEXT),
      id: orUndefined(word),
      replyTo: orUndefined(word),
      after: orUndefined(word),
    }),
    result: ownMessage,
  },
  settled: { params: messageId, result: ownMessage },
  connect: { params: record<{ recipient: Recipient }>({ recipient }), result: activePeer },
  connectAll: { params: nothing, result: list(connectResult, MAX_PEERS) },
  settleConnections: { params: nothing, result: nothing },
  peers: { params: nothing, result: list(activePeer, MAX_PEERS) },
  knownPeers: { params: nothing, result: list(knownPeer, MAX_PEERS) },
  contacts: { params: nothing, result: list(contact, MAX_PEERS) },
  changeContacts: {
    params: record<{ changes: readonly ContactChange[] }>({
      changes: list(contactChange, MAX_PEERS),
    }),
    result: list(contact, MAX_PEERS),
  },
  removeContact: { params: record<{ peerId: string }>({ peerId }), result: orUndefined(contact) },
  history: {
    params: record<{ query: HistoryQuery }>({ query: historyQuery }),
    result: list(message, MAX_MESSAGES),
  },
  conversations: { params: nothing, result: list(conversationSummary, MAX_CONVERSATIONS) },
  counts: {
    params: record<{ upTo: number }>({ upTo: position }),
    result: record<Counts>({ waiting: number, unread: number }),
  },
  outbox: {
    params: limited,
    result: list(
      record<OutboxEntry>({ message: ownMessage, search: orUndefined(search), blocked: boolean }),
      MAX_MESSAGES,
    ),
  },
  cancelMessage: { params: messageId, result: orUndefined(ownMessage) },
  retry: { params: nothing, result: nothing },
  reachability: {
    params: record<{ recipient: Recipient }>({ recipient }),
    result: record<Reachability>({
      active: orUndefined(activePeer),
      addresses: list(dialledAddress, MAX_PEERS),
      waiting: number,
      search: orUndefined(search),
      nextAttempt: orUndefined(number),
    }),
  },
  unread: {
    params: record<Shapes["unread"]["params"]>({
      limit: integer(0, MAX_MESSAGES),
      after: orUndefined(position),
      upTo: position,
    }),
    result: list(receivedMessage, MAX_MESSAGES),
  },
  shown: {
    params: record<{ messages: readonly SeenMessage[] }>({
      messages: list(
        record<SeenMessage>({
          id: word,
          position: integer(0, Number.MAX_SAFE_INTEGER),
          conversation,
        }),
        MAX_MESSAGES,
      ),
    }),
    result: nothing,
  },
};

/** The notification `event`. */
export const nodeEvent: Check<NodeEvent> = tagged<NodeEvent>("event", {
  message: record<Extract<NodeEvent, { event: "message" }>>({
    event: oneOf(["message"]),
    message: receivedMessage,
  }),
  state: record<Extract<NodeEvent, { event: "state" }>>({
    event: oneOf(["state"]),
    message: ownMessage,
  }),
  "peer-up": record<Extract<NodeEvent, { event: "peer-up" }>>({
    event: oneOf(["peer-up"]),
    at: number,
    peer: activePeer,
  }),
  "peer-down": record<Extract<NodeEvent, { event: "peer-down" }>>({
    event: oneOf(["peer-down"]),
    at: number,
    peer: activePeer,
    departure: oneOf(["goodbye", "closed", "lost"]),
  }),
  notice: record<Extract<NodeEvent, { event: "notice" }>>({
    event: oneOf(["notice"]),
    at: number,
    text: text(LONGEST_TEXT),
  }),
});

/** The notification `names`: what to call which peer. */
export const peerNames: Check<readonly PeerName[]> = list(
  record<PeerName>({ peerId: word, name: word }),
  MAX_MESSAGES,
);

export interface PeerName {
  readonly peerId: string;
  readonly name: string;
}

/** The data of a `NODE_ERROR`. */
export const errorData = record<{ code: ErrorCode; hint: string | undefined }>({
  code: oneOf(ERROR_CODES),
  hint: orUndefined(word),
});

/** The peers that an event or an answer speaks of, each once. */
export function peersIn(value: unknown): Set<string> {
  const found = new Set<string>();
  const look = (each: unknown): void => {
    if (typeof each !== "object" || each === null) return;
    for (const [key, inner] of Object.entries(each)) {
      if (key === "peerId" && typeof inner === "string") found.add(inner);
      else look(inner);
    }
  };
  look(value);
  return found;
}
