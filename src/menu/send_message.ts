/**
 * "Send message": asks for a peer and a text, queues the message at once and says what became of it.
 * The menu waits a moment for the acknowledgement, a script a little longer; what comes later is
 * told by `news.ts`.
 */
import { Deadline } from "../deadline.ts";
import type { DisplayName } from "../commands/node_lines.ts";
import { stateStyle, withMark } from "../commands/message_state.ts";
import { isClassicTalk, otherName, recipientText, refusalText } from "../commands/node_text.ts";
import { textFault } from "../direct/text.ts";
import { NOTHING_MORE } from "../chat_screen/state_words.ts";
import type { MessageState, OwnMessage } from "../history/message_record.ts";
import type { ChatNode, Recipient } from "../node/chat_node.ts";
import { formatDuration } from "../terminal/duration.ts";
import { startProgress } from "../terminal/progress.ts";
import { orBack } from "../terminal/prompts/or_back.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { truncate } from "../terminal/width.ts";
import { askPeer } from "./ask_peer.ts";
import { isAccepted } from "./another_peer.ts";
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
  for (;;) {
    const recipient = await askPeer({ message: "To", preferred }, menu);
    if (recipient === undefined || recipient.kind === "everybody") return preferred;
    if (recipient.kind === "peer") preferred = recipient.peerId;
    // Escape goes back to whom.
    if (await orBack(() => writeTo(recipient, menu)) !== undefined) return preferred;
  }
}

/**
 * Asks for a text and sends it. Where the recipient is not whom the person knows by this name or
 * address, that is asked first.
 * @throws PromptCancelled; ChatError `storage-failed`, `bad-usage`; the signal's reason
 */
export async function writeTo(recipient: Recipient, menu: OpenMenu): Promise<"sent" | "nothing"> {
  const { prompter, displayName, signal } = menu;
  if (!await isAccepted(recipient, menu)) {
    prompter.note(["nothing sent"]);
    return "nothing";
  }
  const name = truncate(otherName(recipient, displayName), NAME_COLUMNS);
  const text = await prompter.input({
    message: `Message to ${name}`,
    // An empty one is a way back.
    validate: (text) => text === "" ? undefined : textFault(text),
  }, { signal });
  if (text.trim() === "") {
    prompter.note(["nothing sent: the message is empty"]);
    return "nothing";
  }
  await deliver(recipient, name, text, menu);
  return "sent";
}

async function deliver(
  recipient: Recipient,
  name: string,
  text: string,
  menu: OpenMenu,
): Promise<void> {
  const { node, news, terminal, prompter, displayName, style, signal, now } = menu;
  using hold = news.hold();
  const startedAt = now();
  const message = await breakable(terminal, signal, async (either) => {
    const saving = "saving the message; Esc gives it up";
    using progress = startProgress(terminal, saving, { signal: either });
    const waitMs = terminal.interactive ? WAIT_ON_SCREEN_MS : WAIT_BY_LINE_MS;
    return await sendAndWait({ node, recipient, text, waitMs, signal: either }, (state) => {
      progress.update(`${withMark(state, waitingText(state, name))}; Esc goes on`);
    });
  });
  signal.throwIfAborted();
  if (message === undefined) return prompter.note(["nothing sent: the message was not saved yet"]);
  hold.told(message);
  const { state } = message;
  const elapsedMs = now() - startedAt;
  const words = deliveryText(message, elapsedMs, await isActive(node, message), displayName);
  prompter.note([stateStyle(state, style)(withMark(state, words))]);
}

interface Sending {
  readonly node: ChatNode;
  readonly recipient: Recipient;
  readonly text: string;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/**
 * @param onState called with each state that the message gets into while it is waited for
 * @returns the message as it is when it is settled, when the time is up, or on abort; undefined
 *   where that came before it was saved
 */
async function sendAndWait(
  { node, recipient, text, waitMs, signal }: Sending,
  onState: (state: MessageState) => void,
): Promise<OwnMessage | undefined> {
  const latest = new Map<string, OwnMessage>();
  // From before it is saved: what happens to it at once must not be missed.
  using _latest = node.subscribe((event) => {
    if (event.event === "state") latest.set(event.message.id, event.message);
  });
  let queued: OwnMessage;
  try {
    queued = await node.send(recipient, text, { signal });
  } catch (error) {
    if (signal.aborted && error === signal.reason) return undefined;
    throw error;
  }
  const { id } = queued;
  onState(latest.get(id)?.state ?? queued.state);
  using _states = node.subscribe((event) => {
    if (event.event === "state" && event.message.id === id) onState(event.message.state);
  });
  using deadline = new Deadline(waitMs, signal);
  try {
    return await node.settled(id, { signal: deadline.signal });
  } catch (error) {
    if (deadline.signal.aborted) return latest.get(id) ?? queued;
    throw error;
  }
}

function waitingText(state: MessageState, name: string): string {
  return state === "sent" ? `sent to ${name}, not acknowledged yet` : `${state} for ${name}`;
}

async function isActive(node: ChatNode, { conversation }: OwnMessage): Promise<boolean> {
  return conversation.kind === "peer" &&
    (await node.peers()).some(({ peerId }) => peerId === conversation.peerId);
}

/** What became of a message so far, in one line that begins with the word of its state. */
export function deliveryText(
  { conversation, state, unanswerable, reason }: OwnMessage,
  elapsedMs: number,
  active: boolean,
  displayName: DisplayName,
): string {
  const name = otherName(conversation, displayName);
  const who = recipientText(conversation, displayName);
  switch (state) {
    case "delivered":
      return `delivered to ${who} in ${formatDuration(elapsedMs)}`;
    case "read":
      return `read by ${who} after ${formatDuration(elapsedMs)}`;
    case "refused":
      if (isClassicTalk(conversation)) {
        return refusalText(conversation, name, sanitise(reason ?? "no reason given"));
      }
      return `refused by ${name}: ${sanitise(reason ?? "no reason given")}`;
    case "cancelled":
      return `cancelled: the message to ${name} was taken back`;
    case "sent":
      if (unanswerable) return `sent to ${who} (${NOTHING_MORE})`;
      return active
        ? `sent to ${name}, not acknowledged yet: you will be told when it is`
        : `sent to ${name}, not acknowledged: it is sent again when ${name} is back`;
    case "queued":
      if (active) return `queued; it is on its way to ${name}: you will be told`;
      return conversation.kind === "peer"
        ? `queued; it will be delivered when ${name} is back`
        : `queued; it will be delivered when somebody answers at ${name}`;
  }
}
