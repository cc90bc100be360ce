/**
 * "Send message": asks for a peer and a text, queues the message at once and says what became of it.
 * The menu waits a moment for the acknowledgement, a script a little longer; what comes later is
 * told by `news.ts`.
 */
import { Deadline } from "../commands/deadline.ts";
import type { DisplayName } from "../commands/node_lines.ts";
import { otherName, peerWithId } from "../commands/node_text.ts";
import type { OwnMessage } from "../history/message_record.ts";
import type { ChatNode, Recipient } from "../node/chat_node.ts";
import { formatDuration } from "../terminal/duration.ts";
import { startProgress } from "../terminal/progress.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { truncate } from "../terminal/width.ts";
import { askPeer } from "./ask_peer.ts";
import { breakable } from "./breakable.ts";
import type { OpenMenu } from "./open_menu.ts";

/** A person is not kept from the menu for longer. */
const WAIT_ON_SCREEN_MS = 2_000;
/** Leaves room for the message. */
const NAME_COLUMNS = 24;
/** A script reads the answer on the next line. */
const WAIT_BY_LINE_MS = 5_000;

/**
 * @param preferred the peer that is proposed
 * @returns the peer that was written to, to be proposed the next time
 * @throws PromptCancelled; ChatError `storage-failed`, `bad-usage`; the signal's reason
 */
export async function sendMessage(
  menu: OpenMenu,
  preferred: string | undefined,
): Promise<string | undefined> {
  const { prompter, displayName, signal } = menu;
  const recipient = await askPeer({ message: "To", preferred }, menu);
  if (recipient === undefined || recipient.kind === "everybody") return preferred;
  const name = truncate(otherName(recipient, displayName), NAME_COLUMNS);
  const text = await prompter.input({ message: `Message to ${name}` }, { signal });
  if (text.trim() === "") prompter.note(["nothing sent: the message is empty"]);
  else await deliver(recipient, name, text, menu);
  return recipient.kind === "peer" ? recipient.peerId : preferred;
}

async function deliver(
  recipient: Recipient,
  name: string,
  text: string,
  menu: OpenMenu,
): Promise<void> {
  const { node, news, terminal, prompter, displayName, signal, now } = menu;
  using hold = news.hold();
  const startedAt = now();
  const message = await breakable(terminal, signal, async (either) => {
    const waiting = `waiting for ${name}; Esc goes on`;
    using _progress = startProgress(terminal, waiting, { signal: either });
    const waitMs = terminal.interactive ? WAIT_ON_SCREEN_MS : WAIT_BY_LINE_MS;
    return await sendAndWait(node, recipient, text, waitMs, either);
  });
  signal.throwIfAborted();
  hold.told(message);
  prompter.note([deliveryText(message, now() - startedAt, isActive(node, message), displayName)]);
}

/** @returns the message as it is when it is settled, when the time is up, or on abort */
async function sendAndWait(
  node: ChatNode,
  recipient: Recipient,
  text: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<OwnMessage> {
  const latest = new Map<string, OwnMessage>();
  using _states = node.subscribe((event) => {
    if (event.event === "state") latest.set(event.message.id, event.message);
  });
  const queued = await node.send(recipient, text);
  using deadline = new Deadline(waitMs, signal);
  try {
    return await node.settled(queued.id, { signal: deadline.signal });
  } catch (error) {
    if (deadline.signal.aborted) return latest.get(queued.id) ?? queued;
    throw error;
  }
}

function isActive(node: ChatNode, { conversation }: OwnMessage): boolean {
  return conversation.kind === "peer" &&
    node.peers().some(({ peerId }) => peerId === conversation.peerId);
}

/** What became of a message so far, in one line. */
export function deliveryText(
  { conversation, state, reason }: OwnMessage,
  elapsedMs: number,
  active: boolean,
  displayName: DisplayName,
): string {
  const name = otherName(conversation, displayName);
  switch (state) {
    case "delivered":
    case "read": {
      const who = conversation.kind === "peer"
        ? peerWithId(conversation.peerId, displayName)
        : name;
      return `delivered to ${who} in ${formatDuration(elapsedMs)}`;
    }
    case "refused":
      return `${name} refused the message: ${sanitise(reason ?? "no reason given")}`;
    case "cancelled":
      return `the message to ${name} was cancelled`;
    case "queued":
    case "sent":
      if (active) return `sent to ${name}, not acknowledged yet: you will be told when it is`;
      return conversation.kind === "peer"
        ? `queued; it will be delivered when ${name} is back`
        : `queued; it will be delivered when somebody answers at ${name}`;
  }
}
