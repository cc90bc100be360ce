/**
 * Joins what comes in and what goes out: one list of peers, one database, one end.
 */
import { Deadline } from "../deadline.ts";
import { ChatError } from "../errors.ts";
import type { Audience } from "./inbound.ts";
import { Inbox } from "./inbox.ts";
import { COMPLETE_WITHIN_MS, FAREWELL_MS } from "./limits.ts";
import { Listener } from "./listener.ts";
import { Outgoing } from "./outgoing.ts";
import type { ClassicPeer, Dialect } from "./peer.ts";
import { PeerList } from "./peer_list.ts";
import type { ClassicStore } from "./store.ts";

/** What the driver is given. */
export interface ClassicDriverInit<Own, Received> {
  /** Where to listen, port 0: any; undefined: only outgoing. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** The own name in dialect A, at this moment; spaces become "_". */
  readonly team: () => string;
  /** For a peer of which nothing is known. */
  readonly defaultDialect: Dialect;
  /** What to do in dialect A with a text that is longer than what the old programs read at once. */
  readonly longTexts: "split" | "refuse";
  /** Classic ids of mandatory peers: greeted at the start, and again after a loss. */
  readonly mandatory: () => readonly string[];
  /** The dialect that a peer used last, in an earlier run too. */
  readonly dialectOf: (peerId: string) => Dialect | undefined;
  readonly isBlocked: (peerId: string) => boolean;
  /** Classic ids for whom messages wait, asked once at the start. */
  readonly waitingPeers: () => readonly string[];
  readonly store: ClassicStore<Own, Received>;
  /** Wall clock, ms since the epoch, for what is written down. */
  readonly now: () => number;
  /** Monotonic clock, ms, for time-outs. */
  readonly monotonic: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Messages that were committed, in order. */
  readonly onReceived: (messages: readonly Received[]) => void;
  /** Own messages whose state changed. */
  readonly onState: (messages: readonly Own[]) => void;
  /** New on the list, or with another name or dialect. */
  readonly onUp: (peer: ClassicPeer) => void;
  /** Off the list: it said so (`left`), or its conversation broke or nobody answers (`lost`). */
  readonly onDown: (peer: ClassicPeer, departure: "left" | "lost") => void;
  /**
   * An attempt to reach a peer is over.
   * @param failure one line for a person; undefined: it worked
   * @param nextAttempt ms since the epoch; undefined: none is planned
   */
  readonly onTried: (
    peerId: string,
    failure: string | undefined,
    nextAttempt: number | undefined,
  ) => void;
  /** Something for the log. `detail` may hold text of a peer. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
  /** How long something inbound may take to be complete, ms; 20 s if not given. */
  readonly completeWithinMs?: number;
}

/** Talks to classic peers, from `start()` until it is disposed. */
export class ClassicDriver<Own, Received> implements AsyncDisposable {
  readonly #init: ClassicDriverInit<Own, Received>;
  readonly #list = new PeerList();
  readonly #inbox: Inbox;
  readonly #outgoing: Outgoing<Own>;
  #listener: Listener | undefined;
  /** Whose connections end now has neither left nor is it lost. */
  #stopped = false;

  constructor(init: ClassicDriverInit<Own, Received>) {
    this.#init = init;
    this.#inbox = new Inbox({
      save: (messages) => init.onReceived(init.store.accept(messages, init.now())),
      flush: () => init.store.flush(),
      onFailing: (error) => init.onTrouble("the database failed; trying again", { error }),
      onUnflushed: (error) => init.onTrouble("the last messages may not be on the disk", { error }),
    });
    this.#outgoing = new Outgoing({
      ...init,
      ownPort: () => this.address?.port,
      dialectFor: (peerId) =>
        this.#list.get(peerId)?.dialect ?? init.dialectOf(peerId) ?? init.defaultDialect,
      isMandatory: (peerId) => init.mandatory().includes(peerId),
      onReached: (peerId, dialect) => this.#heard(peerId, dialect, undefined),
      onUnreached: (peerId) => {
        if (!this.#list.isConversing(peerId)) this.#down(peerId, "lost");
      },
    });
  }

  /**
   * Listens, greets the mandatory peers and sends what waits.
   * @throws the error of Deno.listen
   */
  start(): void {
    const { listen, monotonic, mandatory, waitingPeers, isBlocked } = this.#init;
    const { completeWithinMs = COMPLETE_WITHIN_MS } = this.#init;
    if (listen !== undefined) {
      this.#listener = new Listener({
        ...listen,
        audience: this.#audience(),
        canSave: () => this.#inbox.working,
        monotonic,
        completeWithinMs,
      });
    }
    for (const peerId of mandatory()) if (!isBlocked(peerId)) this.#outgoing.greet(peerId);
    for (const peerId of waitingPeers()) this.queued(peerId);
  }

  /** Where it listens; undefined if it does not. */
  get address(): Deno.NetAddr | undefined {
    return this.#listener?.address;
  }

  /** Messages for the peer were committed. */
  queued(peerId: string): void {
    if (!this.#init.isBlocked(peerId)) this.#outgoing.queued(peerId);
  }

  /**
   * Greets a peer; resolves when it is on the list. In dialect A that somebody took the connection is
   * all that is known of it.
   * @throws ChatError `unreachable`, `refused`; the signal's reason
   */
  async connect(peerId: string, options: { signal: AbortSignal }): Promise<ClassicPeer> {
    if (this.#init.isBlocked(peerId)) throw new ChatError("refused", `${peerId} is blocked`);
    await this.#outgoing.greeted(peerId, options);
    const peer = this.#list.get(peerId);
    if (peer === undefined) throw new ChatError("refused", "the list of classic peers is full");
    return peer;
  }

  /** Tries everybody for whom something waits at once. */
  retry(): void {
    this.#outgoing.retry();
  }

  /** Ends its conversations and takes it off the list. */
  blocked(peerId: string): void {
    this.#outgoing.drop(peerId);
    this.#down(peerId, "lost");
    this.#listener?.closePeer(peerId);
  }

  /** It may be heard and written to again. */
  unblocked(peerId: string): void {
    if (this.#init.mandatory().includes(peerId)) this.#outgoing.greet(peerId);
    this.#outgoing.queued(peerId);
  }

  /** The list, in the order of arrival. */
  peers(): readonly ClassicPeer[] {
    return this.#list.all();
  }

  /** When a peer is tried again, ms since the epoch; undefined: nothing is planned. */
  nextAttempt(peerId: string): number | undefined {
    return this.#outgoing.nextAttempt(peerId);
  }

  /** Says `exit` to everybody on the list, for at most half a second, and stops. */
  async [Symbol.asyncDispose](): Promise<void> {
    using farewell = new Deadline(FAREWELL_MS, new AbortController().signal);
    await this.#outgoing.farewell(this.#list.all().map(({ peerId }) => peerId), farewell.signal);
    this.#stopped = true;
    // What was read is saved; then nothing holds the connections up any more.
    await this.#inbox[Symbol.asyncDispose]();
    await this.#listener?.[Symbol.asyncDispose]();
    await this.#outgoing[Symbol.asyncDispose]();
  }

  #audience(): Audience {
    return {
      objection: (peerId) => this.#init.isBlocked(peerId) ? "is blocked" : undefined,
      heard: (peerId, dialect, name) => this.#heard(peerId, dialect, name),
      conversationBegan: (peerId) => this.#list.conversationBegan(peerId),
      conversationBroke: (peerId) => {
        if (this.#list.conversationEnded(peerId)) this.#gone(peerId, "lost");
      },
      left: (peerId) => this.#gone(peerId, "left"),
      save: (messages) => this.#inbox.add(messages),
      onTrouble: this.#init.onTrouble,
    };
  }

  #heard(peerId: string, dialect: Dialect, name: string | undefined): void {
    const heard = this.#list.heard(peerId, dialect, name, this.#init.now());
    if (heard?.news === true) this.#init.onUp(heard.peer);
    this.#outgoing.heard(peerId);
  }

  #gone(peerId: string, departure: "left" | "lost"): void {
    if (this.#stopped) return;
    this.#down(peerId, departure);
    this.#outgoing.gone(peerId);
  }

  #down(peerId: string, departure: "left" | "lost"): void {
    const peer = this.#list.remove(peerId);
    if (peer !== undefined) this.#init.onDown(peer, departure);
  }
}
