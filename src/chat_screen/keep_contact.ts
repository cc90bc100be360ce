/**
 * Keeps the connection to one peer, so that it can write here although nothing is written to it. A
 * peer that cannot be reached is tried again, ever more seldom; the node goes on by its own schedule
 * where messages wait.
 */
import { aborted, Deadline } from "../deadline.ts";
import { ChatError } from "../errors.ts";
import type { Recipient } from "../node/chat_node.ts";
import type { LastingNode } from "./lasting_node.ts";

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Runs until `signal` aborts.
 * @param onPeer called with the id of the peer that answers
 */
export async function keepContact(
  session: LastingNode,
  recipient: Recipient,
  signal: AbortSignal,
  onPeer: (peerId: string) => void,
): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted;) {
    let wait = pauseMs;
    try {
      const { peerId } = await session.ask((node) => node.connect(recipient, { signal }));
      onPeer(peerId);
      pauseMs = FIRST_PAUSE_MS;
      await gone(session, peerId, signal);
      wait = 0;
    } catch (error) {
      if (signal.aborted || session.ended.aborted) return;
      if (!(error instanceof ChatError)) throw error;
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
    using pause = new Deadline(wait, signal);
    await aborted(pause.signal);
  }
}

/** Resolves when the peer is not connected any more, or nobody knows whether it is. */
async function gone(session: LastingNode, peerId: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = () => resolve();
  using _following = session.follow({
    onEvent: (event) => event.event === "peer-down" && event.peer.peerId === peerId && over(),
    onRenewed: over,
  });
  signal.addEventListener("abort", over, { once: true });
  if (signal.aborted) over();
  await promise;
  signal.removeEventListener("abort", over);
}
