/**
 * The composition root: builds the rooms, joins them, starts them in order and stops them in the
 * reverse order. Nothing else makes a libp2p node.
 */
import type { IdentifyResult } from "@libp2p/interface";
import type { Config } from "../config/config.ts";
import { isClassicId } from "../config/classic_id.ts";
import { parseIp } from "../config/ip.ts";
import { DirectDriver, type DirectStore } from "../direct/mod.ts";
import { ExchangeDriver } from "../discovery/mod.ts";
import { ChatError } from "../errors.ts";
import type { OwnMessage, ReceivedMessage } from "../history/message_record.ts";
import { type Draft, type History, openHistory } from "../history/mod.ts";
import type { Identity } from "../identity/key_file.ts";
import { libp2pLogger } from "../logging/libp2p_logger.ts";
import { troubleLog } from "../logging/trouble_log.ts";
import { PresenceDriver } from "../presence/mod.ts";
import { sanitise } from "../terminal/sanitise.ts";
import type { LiveSettings, OwnNode } from "./chat_node.ts";
import { ClassicPeers } from "./classic_peers.ts";
import { ContactBook } from "./contact_book.ts";
import { dialReason, listenFailure } from "./dial_failure.ts";
import { Liveness } from "./liveness/driver.ts";
import { multicastFault } from "./multicast.ts";
import { createNetwork, stopNetwork } from "./network.ts";
import { PeerBook } from "./peer_book.ts";
import { Reacher } from "./reacher.ts";
import { RunningNode } from "./running_node.ts";
import { Surroundings } from "./surroundings/driver.ts";
import { TextIndexing } from "./text_indexing.ts";

export type * from "./chat_node.ts";
export { resolveRecipient, shortPeerId } from "./recipient.ts";

/** What a node is started with. */
export interface NodeInit {
  /** The database file of the profile, whose lock the caller holds. */
  readonly databasePath: string;
  readonly config: Config;
  readonly identity: Identity;
  /** `configured`: host and port of the configuration; `ephemeral`: the same host, any free port. */
  readonly listen: "configured" | "ephemeral";
}

/** How long the rooms may take to say goodbye, ms. */
const GOODBYE_TIMEOUT_MS = 500;
/** Addresses of a peer that are kept from its own words. */
const MAX_CLAIMED_ADDRESSES = 8;
/** Multicodec `p2p`: the part of a multiaddr that holds a peer id. */
const P2P_CODE = 421;

/**
 * Starts a node; dispose it to say goodbye and stop.
 * @throws ChatError `storage-failed`, `cannot-listen`
 */
export async function startNode(init: NodeInit): Promise<OwnNode> {
  const { config, identity } = init;
  let live: LiveSettings = config;
  const now = Date.now;
  const monotonic = () => performance.now();
  const random = Math.random;
  const troubles = (room: string) => troubleLog(room, "info");

  await using stack = new AsyncDisposableStack();
  const history = stack.use(openHistory(init.databasePath, identity.peerId, now()));
  const book = new PeerBook(history.peers, identity.peerId, now, troubles("peers"));
  const contacts = new ContactBook({
    store: history.contacts,
    names: book.names,
    now,
    onBlocked(peerId) {
      if (isClassicId(peerId)) return classic.blocked(peerId);
      reacher.blocked(peerId);
      cutOff(peerId);
    },
    onUnblocked: (peerId) => (isClassicId(peerId) ? classic : reacher).unblocked(peerId),
    onAddresses: (peerId, addresses) => addresses.forEach((each) => book.hint(peerId, each)),
    onRemoved: (peerId) => book.forgetAddresses(peerId),
  });
  const port = init.listen === "configured" ? config.port : 0;
  const libp2p = await createNetwork({
    privateKey: identity.privateKey,
    listen: [`/${parseIp(config.host)?.family === 6 ? "ip6" : "ip4"}/${config.host}/tcp/${port}`],
    onAnnounced: config.mdns ? (peer) => reacher.announced(peer) : undefined,
    onDialled: (address, error) =>
      book.dialled(
        address.getComponents().find(({ name }) => name === "p2p")?.value,
        address.decapsulateCode(P2P_CODE).toString(),
        error && dialReason(error),
      ),
    isBlocked: (peerId) => contacts.isBlocked(peerId),
    logger: libp2pLogger(config.logLevel),
  });
  const cutOff = (peerId: string) => {
    for (const connection of libp2p.getConnections()) {
      if (connection.remotePeer.toString() === peerId) connection.abort(new Error("blocked"));
    }
  };

  const direct = new DirectDriver<Draft, OwnMessage, ReceivedMessage>({
    libp2p,
    store: deliveryStore(history, (drafts) => node.placed(drafts)),
    readReceipts: () => live.readReceipts,
    now,
    monotonic,
    random,
    onReceived: (messages) => node.received(messages),
    onState: (messages) => node.stateChanged(messages),
    onInterrupted: (peerId, reason) => node.tried(peerId, sanitise(reason), undefined),
    onTrouble: troubles("direct"),
  });
  const presence = new PresenceDriver({
    libp2p,
    name: config.name,
    instance: crypto.getRandomValues(new Uint8Array(8)),
    now,
    monotonic,
    sourceOf: (peerId) => book.sourceOf(peerId),
    onHello: (peerId, name) => {
      book.named(peerId, name);
      direct.connected(peerId);
    },
    onUp: (peer) => {
      reacher.peerUp(peer);
      node.tried(peer.peerId, undefined, undefined);
      exchange.peerConnected(peer.peerId);
      node.peerUp(peer);
    },
    onDown: (peer, departure) => {
      exchange.peerLost(peer.peerId);
      reacher.peerDown(peer, departure);
      node.peerDown(peer, departure);
    },
    onTwins: ({ peerId }) => node.twinsMet(peerId),
    onToldOfTwin: ({ peerId }) => node.toldOfTwin(peerId),
    onForeign: (peerId, address, reason) => {
      troubles("presence")("closing the connection to a peer that is none of ours", {
        peer: peerId,
        address,
        reason,
      });
      const error = new ChatError("not-a-peer", "something answers there, but not p2p-chat", {
        hint: "check the address with the other side: `p2p-chat id` shows it",
      });
      node.notUp(peerId, error);
      for (const connection of libp2p.getConnections()) {
        if (connection.remotePeer.toString() === peerId) connection.abort(error);
      }
    },
    onTrouble: troubles("presence"),
  });
  const exchange = new ExchangeDriver({
    libp2p,
    connectedPeers: () => presence.peers(),
    addressesOf: (peerId) => Promise.resolve(book.addressesOf(peerId)),
    onLearned: (peer, from) => reacher.learned(peer, from),
    now,
    monotonic,
    random,
    onTrouble: troubles("exchange"),
  });
  const reacher = new Reacher({
    libp2p,
    book,
    mandatory: live.mandatory.filter(hasKey),
    waiting: () =>
      history.outbox.conversations().filter((one) => one.kind === "address" || hasKey(one.peerId)),
    isActive: (peerId) => presence.name(peerId) !== undefined,
    isBlocked: (peerId) => contacts.isBlocked(peerId),
    onReached: (address, peerId) => node.reached(address, peerId),
    onNotReached: (address) => node.notReached(address),
    onTried: ({ target, phase, lastError, nextAttempt }) => {
      if (lastError !== undefined) node.tried(target, dialReason(lastError), nextAttempt);
      else if (phase === "connected") node.tried(target, undefined, undefined);
    },
    now,
    monotonic,
    random,
    onTrouble: troubles("discovery"),
  });

  const classic = new ClassicPeers({
    settings: config,
    mayGoWithoutPort: init.listen === "ephemeral",
    team: () => live.classicTeam ?? live.name,
    mandatory: () => live.mandatory,
    history,
    book,
    isBlocked: (peerId) => contacts.isBlocked(peerId),
    now,
    monotonic,
    random,
    onReceived: (messages) => node.received(messages),
    onState: (messages) => node.stateChanged(messages),
    onUp: (peer) => node.peerUp(peer),
    onDown: (peer, departure) => node.peerDown(peer, departure),
    onTried: (peerId, failure, nextAttempt) => node.tried(peerId, failure, nextAttempt),
    onNotice: (text) => node.notice(text),
    onTrouble: troubles("classic"),
  });

  const liveness = new Liveness({
    libp2p,
    monotonic,
    onHeard: (peerId) => presence.seen(peerId),
    onTrouble: troubles("liveness"),
  });
  const surroundings = new Surroundings({
    libp2p,
    interfaces: () => Deno.networkInterfaces(),
    now,
    monotonic,
    onResumed: () => liveness.resumed(),
    onChanged: () => {
      reacher.retry();
      classic.retry();
    },
    onTrouble: troubles("surroundings"),
  });

  const owned = new AsyncDisposableStack();
  const node = new RunningNode({
    peerId: identity.peerId,
    addresses: () => libp2p.getMultiaddrs().map(String),
    history,
    book,
    contacts,
    now,
    settings: () => live,
    reconfigure(settings) {
      const before = live;
      live = settings;
      reacher.setMandatory(settings.mandatory.filter(hasKey));
      classic.mandatoryChanged(before.mandatory);
      if (settings.name !== before.name) presence.rename(settings.name);
    },
    onTrouble: troubles("node"),
    stop: () => owned.disposeAsync(),
  });
  node.join({ delivery: direct, roster: presence, reach: reacher, classic });

  // The gater may have been asked just before the peer was blocked.
  libp2p.addEventListener("connection:open", ({ detail }) => {
    const peerId = detail.remotePeer.toString();
    if (contacts.isBlocked(peerId)) cutOff(peerId);
  });
  libp2p.addEventListener("peer:identify", ({ detail }: CustomEvent<IdentifyResult>) => {
    const peerId = detail.peerId.toString();
    const addresses = detail.listenAddrs.slice(0, MAX_CLAIMED_ADDRESSES)
      .map((address) => address.decapsulateCode(P2P_CODE).toString());
    book.claimed(peerId, addresses);
  });
  libp2p.addEventListener("peer:disconnect", ({ detail }) => {
    const error = new ChatError("refused", "the other side closed the connection", {
      hint: "it may be full, or leaving; try again",
    });
    reacher.disconnected(detail.toString());
    node.notUp(detail.toString(), error);
  });

  stack.use(direct);
  stack.use(presence);
  stack.use(exchange);
  await direct.start();
  await presence.start();
  await exchange.start();
  stack.use(liveness);
  liveness.start();
  stack.defer(() => stopNetwork(libp2p));
  try {
    await libp2p.start();
  } catch (error) {
    throw listenFailure(config.host, port, error);
  }
  stack.use(reacher);
  stack.defer(() => presence.goodbye({ signal: AbortSignal.timeout(GOODBYE_TIMEOUT_MS) }));
  reacher.start();
  stack.use(classic);
  await classic.start();
  stack.use(surroundings);
  surroundings.start();
  stack.use(
    new TextIndexing({ index: history.textIndex, onTrouble: troubles("history") }),
  );
  for await (const text of startNotices(history, config)) node.notice(text);
  owned.use(stack.move());
  return node;
}

/** @param peer a peer id, or what stands for one in the settings */
function hasKey(peer: string): boolean {
  return !isClassicId(peer);
}

/** What a person should know of this start. */
async function* startNotices({ putAside }: History, { mdns }: Config): AsyncGenerator<string> {
  if (putAside !== undefined) {
    const aside = sanitise(putAside);
    yield `the database was damaged: it is kept as ${aside}, and a new one was begun; ` +
      "your identity is the same";
  }
  const fault = mdns ? await multicastFault() : undefined;
  if (fault !== undefined) {
    yield `no multicast here (${sanitise(fault)}): ` +
      "peers on the local network are not found by themselves";
  }
}

/**
 * The history as delivery sees it.
 * @param placed where drafts belong at the moment when they are saved
 */
function deliveryStore(
  { messages, readMarks }: History,
  placed: (drafts: readonly Draft[]) => readonly Draft[],
): DirectStore<Draft, OwnMessage, ReceivedMessage> {
  return {
    enqueue: (drafts, now) => messages.enqueue(placed(drafts), now),
    waiting: (peerId, after, limit) => messages.waiting(peerId, after, limit),
    record: (peerId, ids, state, now, reason) => messages.record(peerId, ids, state, now, reason),
    accept: (peerId, incoming, now) => messages.accept(peerId, incoming, now),
    receiptsFor: (peerId, limit) => readMarks.receiptsFor(peerId, limit),
    receiptsSent: (peerId, ids) => readMarks.receiptsSent(peerId, ids),
  };
}
