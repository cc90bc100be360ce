/**
 * Classic peers as the rest of the node sees peers: active ones, remembered ones, events, attempts.
 * `src/classic/` talks to them; here is joined what it says.
 */
import { v7 } from "uuid";
import { ClassicDriver, type ClassicMessage, type ClassicPeer } from "../classic/mod.ts";
import { classicMultiaddr, isClassicId } from "../config/classic_id.ts";
import { type Config, isOnePlace } from "../config/config.ts";
import { unlessAborted } from "../deadline.ts";
import { ChatError } from "../errors.ts";
import type { History } from "../history/mod.ts";
import type { OwnMessage, ReceivedMessage } from "../history/message_record.ts";
import type { ActivePeer, Departure } from "../presence/active_peer.ts";
import { classicListenFailure, samePortFailure } from "./dial_failure.ts";
import type { PeerBook } from "./peer_book.ts";
import type { Classic } from "./rooms.ts";

/** The settings that count for classic peers. */
type ClassicSettings = Pick<
  Config,
  "host" | "port" | "classicPort" | "classicHost" | "classicDialect" | "classicLong"
>;

/** What it is given. */
export interface ClassicPeersInit {
  readonly settings: ClassicSettings;
  /** Whether the port may be given up where it is taken: the node lives for one command. */
  readonly mayGoWithoutPort: boolean;
  /** What classic peers are told as the name of this one, at this moment. */
  readonly team: () => string;
  /** As in the configuration at this moment, peers with a key among them. */
  readonly mandatory: () => readonly string[];
  readonly history: History;
  readonly book: PeerBook;
  readonly isBlocked: (peerId: string) => boolean;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly onReceived: (messages: readonly ReceivedMessage[]) => void;
  readonly onState: (messages: readonly OwnMessage[]) => void;
  readonly onUp: (peer: ActivePeer) => void;
  readonly onDown: (peer: ActivePeer, departure: Departure) => void;
  /** As `RunningNode.tried()`. */
  readonly onTried: (
    peerId: string,
    failure: string | undefined,
    nextAttempt: number | undefined,
  ) => void;
  /** Worth telling a person; safe for a terminal. */
  readonly onNotice: (text: string) => void;
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

type Driver = ClassicDriver<OwnMessage, ReceivedMessage>;

/** From `start()` until it is disposed. */
export class ClassicPeers implements Classic, AsyncDisposable {
  readonly #init: ClassicPeersInit;
  #driver: Driver;
  #isListening = false;
  /** Who was told of as being here. */
  readonly #up = new Set<string>();
  /** Whom a person asked for. */
  readonly #asked = new Set<string>();
  /** Whom the start wanted, and who was not tried yet. */
  readonly #untried = new Set<string>();
  readonly #allTried = Promise.withResolvers<void>();

  constructor(init: ClassicPeersInit) {
    this.#init = init;
    const { classicHost: host, classicPort: port } = init.settings;
    this.#driver = this.#makeDriver(port === undefined ? undefined : { host, port });
  }

  /**
   * Listens where the settings say so, greets the mandatory classic peers and sends what waits.
   * @throws ChatError `cannot-listen`
   */
  async start(): Promise<void> {
    const { settings, isBlocked } = this.#init;
    const { classicHost, classicPort } = settings;
    for (const peerId of [...this.mandatory, ...this.#waiting()]) {
      if (!isBlocked(peerId)) this.#untried.add(peerId);
    }
    if (this.#untried.size === 0) this.#allTried.resolve();
    try {
      this.#driver.start();
      this.#isListening = classicPort !== undefined;
    } catch (error) {
      if (classicPort === undefined) throw error;
      const failure = classicListenFailure(classicHost, classicPort, error);
      if (!this.#init.mayGoWithoutPort) {
        throw isOnePlace(settings) ? samePortFailure(classicPort) : failure;
      }
      await this.#driver[Symbol.asyncDispose]();
      this.#driver = this.#makeDriver(undefined);
      this.#driver.start();
      this.#init.onNotice(`${failure.message}: old programs cannot reach this peer meanwhile`);
    }
    const { address } = this.#driver;
    if (address === undefined) return;
    const where = address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname;
    const words = "for the old programs: plain text, not verified";
    this.#init.onNotice(`listening on ${where}:${address.port} ${words}`);
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  get mandatory(): readonly string[] {
    return this.#init.mandatory().filter(isClassicId);
  }

  peers(): ActivePeer[] {
    return this.#driver.peers().map((peer) => this.#active(peer));
  }

  isActive(peerId: string): boolean {
    return this.#driver.peers().some((peer) => peer.peerId === peerId);
  }

  async connect(peerId: string, options: { signal: AbortSignal }): Promise<ActivePeer> {
    this.#asked.add(peerId);
    return this.#active(await this.#driver.connect(peerId, options));
  }

  queued(peerId: string): void {
    this.#asked.add(peerId);
    this.#driver.queued(peerId);
  }

  retry(): void {
    this.#driver.retry();
  }

  nextAttempt(peerId: string): number | undefined {
    return this.#driver.nextAttempt(peerId);
  }

  blocked(peerId: string): void {
    this.#driver.blocked(peerId);
  }

  unblocked(peerId: string): void {
    this.#driver.unblocked(peerId);
  }

  /** The mandatory peers are others now: greets those that are new. */
  mandatoryChanged(before: readonly string[]): void {
    for (const peerId of this.mandatory) {
      if (before.includes(peerId) || this.#init.isBlocked(peerId)) continue;
      // What comes of it is told as of any attempt.
      this.#driver.connect(peerId, { signal: new AbortController().signal }).catch(() => {});
    }
  }

  async settled({ signal }: { signal: AbortSignal }): Promise<void> {
    await unlessAborted(this.#allTried.promise, signal);
    signal.throwIfAborted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#driver[Symbol.asyncDispose]();
  }

  #makeDriver(listen: { host: string; port: number } | undefined): Driver {
    const { settings, history, now, onReceived, onState, onTried } = this.#init;
    const { team, isBlocked, monotonic, random, onTrouble } = this.#init;
    const { messages } = history;
    return new ClassicDriver<OwnMessage, ReceivedMessage>({
      listen,
      team,
      defaultDialect: settings.classicDialect,
      longTexts: settings.classicLong,
      mandatory: () => this.mandatory,
      dialectOf: (peerId) => this.#dialectOf(peerId),
      isBlocked,
      waitingPeers: () => this.#waiting(),
      store: {
        accept: (incoming, at) =>
          messages.acceptAll(incoming.map((one) => asIncoming(one, at)), at, "lazy").fresh,
        flush: () => history.flush(),
        waiting: (peerId, after, limit) => messages.waiting(peerId, after, limit),
        record: (peerId, ids, state, at, reason) =>
          state === "sent"
            ? messages.recordUnanswerable(peerId, ids, at)
            : messages.record(peerId, ids, state, at, reason),
      },
      now,
      monotonic,
      random,
      onReceived,
      onState,
      onUp: (peer) => this.#heard(peer),
      onDown: (peer, departure) => {
        this.#up.delete(peer.peerId);
        this.#init.onDown(this.#active(peer), departure === "left" ? "goodbye" : "lost");
      },
      onTried: (peerId, failure, nextAttempt) => {
        onTried(peerId, failure, nextAttempt);
        this.#untried.delete(peerId);
        if (this.#untried.size === 0) this.#allTried.resolve();
      },
      onTrouble,
    });
  }

  /** It is new on the list, or says another name, or speaks another dialect. */
  #heard(peer: ClassicPeer): void {
    const { book, onUp } = this.#init;
    const { peerId, name, dialect } = peer;
    const isMandatory = this.mandatory.includes(peerId);
    const isAsked = this.#asked.delete(peerId);
    book.found(peerId, isMandatory ? "mandatory" : isAsked ? "asked" : "inbound");
    book.met(peerId, name);
    this.#noteDialect(peerId, dialect);
    if (this.#up.has(peerId)) return;
    this.#up.add(peerId);
    onUp(this.#active(peer));
  }

  #dialectOf(peerId: string): ClassicPeer["dialect"] | undefined {
    try {
      return this.#init.history.peers.dialectOf(peerId);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#init.onTrouble("which dialect a peer speaks could not be read", { peerId, error });
      return undefined;
    }
  }

  #noteDialect(peerId: string, dialect: ClassicPeer["dialect"]): void {
    try {
      const { peers } = this.#init.history;
      if (peers.dialectOf(peerId) !== dialect) peers.noteDialect(peerId, dialect);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#init.onTrouble("which dialect a peer speaks could not be noted", { peerId, error });
    }
  }

  #waiting(): string[] {
    return this.#init.history.outbox.conversations().flatMap((conversation) =>
      conversation.kind === "peer" && isClassicId(conversation.peerId) ? [conversation.peerId] : []
    );
  }

  #active({ peerId, name, since, lastSeen }: ClassicPeer): ActivePeer {
    return {
      peerId,
      name,
      address: classicMultiaddr(peerId),
      path: "direct",
      roundTripMs: undefined,
      source: this.#init.book.sourceOf(peerId),
      connectedSince: since,
      lastSeen,
    };
  }
}

/** It has no id and no time of its own. */
function asIncoming({ peerId, text }: ClassicMessage, now: number) {
  return { peerId, id: v7(), sentAt: now, text, replyTo: undefined };
}
