/** The sockets of the classic protocols. */
import type { ClassicPeer, Dialect } from "./peer.ts";
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
}

export declare class ClassicDriver<Own, Received> implements AsyncDisposable {
  constructor(init: ClassicDriverInit<Own, Received>);
  /** Listens, greets the mandatory peers and sends what waits. @throws the error of Deno.listen */
  start(): void;
  /** Where it listens; undefined if it does not. */
  get address(): Deno.NetAddr | undefined;
  /** Messages for the peer were committed. */
  queued(peerId: string): void;
  /**
   * Greets a peer; resolves when it is on the list.
   * @throws the error of the attempt; the signal's reason
   */
  connect(peerId: string, options: { signal: AbortSignal }): Promise<ClassicPeer>;
  /** Tries everybody for whom something waits at once. */
  retry(): void;
  /** Ends its conversations and takes it off the list. */
  blocked(peerId: string): void;
  /** It may be heard and written to again. */
  unblocked(peerId: string): void;
  /** The list, in the order of arrival. */
  peers(): readonly ClassicPeer[];
  /** When a peer is tried again, ms since the epoch; undefined: nothing is planned. */
  nextAttempt(peerId: string): number | undefined;
  /** Says `exit` to everybody on the list, for at most half a second, and stops. */
  [Symbol.asyncDispose](): Promise<void>;
}
