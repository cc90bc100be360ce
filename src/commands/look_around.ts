/** Gives a node that was just started the time to find its peers, and no more than that. */
import type { ChatNode } from "../node/chat_node.ts";
import { aborted, Deadline } from "../deadline.ts";

/**
 * Without a new peer for so long, nobody else is expected: an answer by mDNS takes up to 120 ms (RFC
 * 6762, section 6) and a connection within a network as long again; then a new peer tells of others.
 */
const QUIET_MS = 1_000;

/**
 * Resolves when all mandatory and recently known peers were tried and no new peer has come up for a
 * second, or after `limitMs`, whatever comes first.
 * @throws the signal's reason
 */
export async function lookAround(
  node: Pick<ChatNode, "settleConnections" | "subscribe">,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  using limit = new Deadline(limitMs, signal);
  using quiet = new Quiet();
  using _peers = node.subscribe(({ event }) => {
    if (event === "peer-up") quiet.restart();
  });
  try {
    await node.settleConnections({ signal: limit.signal });
    await Promise.race([quiet.reached, aborted(limit.signal)]);
  } catch (error) {
    if (!limit.expired) throw error;
  }
  signal.throwIfAborted();
}

/** A stretch of time without interruption. */
class Quiet implements Disposable {
  readonly reached: Promise<void>;
  readonly #resolve: () => void;
  #timer: ReturnType<typeof setTimeout>;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.reached = promise;
    this.#resolve = resolve;
    this.#timer = setTimeout(resolve, QUIET_MS);
  }

  restart(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#resolve, QUIET_MS);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
