/**
 * The conversation screen on the node of a session. What was written goes on where the node of another
 * process is gone, on the next one.
 */
import { sanitise } from "../../terminal/sanitise.ts";
import { runChat, type UnsentMessage } from "../../chat_screen/driver.ts";
import type { ChatEnd, Goal } from "../../chat_screen/chat_model.ts";
import { conversationOf } from "../../chat_screen/node_view.ts";
import { ShownMessages } from "../../chat_screen/shown_messages.ts";
import { talkKey } from "../../chat_screen/talks.ts";
import type { Conversation, ReceivedMessage } from "../../history/message_record.ts";
import type { ChatNode, Recipient } from "../../node/chat_node.ts";
import type { Editor } from "../../terminal/editor/mod.ts";
import { colorDepth } from "../../terminal/screen/mod.ts";
import type { ScreenTerminal } from "../../terminal/screen_terminal.ts";
import type { CommandContext } from "../command.ts";
import { either } from "../../deadline.ts";
import type { Notifier } from "../notifier.ts";

/** What stays when the node is another one. */
export interface ChatState {
  readonly conversation: Conversation;
  readonly drafts: Drafts;
  /** The message to show first, and what was searched for. */
  readonly goal?: Goal;
  /** What the screen before this one was still saving when the node was gone; undefined: the first. */
  readonly before?: { readonly unsent: readonly UnsentMessage[] };
  /** Printed, and not known to be marked. */
  readonly unmarked: readonly ReceivedMessage[];
}

/** What is being written, by `talkKey()`; each screen leaves it as the person did. */
export type Drafts = Map<string, Editor>;

export function chatState(
  recipient: Recipient | Conversation,
  drafts: Drafts = new Map(),
): ChatState {
  return { conversation: conversationOf(recipient), drafts, unmarked: [] };
}

/** What nobody goes on with. */
export function tellUnsent(
  messages: readonly UnsentMessage[],
  terminal: Pick<ScreenTerminal, "remark">,
): void {
  for (const { text } of messages) {
    terminal.remark(`not known to be saved, see the history: ${sanitise(text)}`);
  }
}

/**
 * Shows the screen until the person leaves it, or the node of another process is gone.
 * @returns how it was left; or with what to go on when there is a node again
 * @throws what ended it otherwise: the reason of `context.signal` or of `terminal.closed`
 */
export async function chatOnScreen(
  node: ChatNode,
  state: ChatState,
  terminal: ScreenTerminal,
  { env, now, signal, notifier }: Pick<CommandContext, "env" | "now" | "signal"> & {
    readonly notifier: Notifier;
  },
): Promise<ChatEnd | ChatState> {
  await using shown = new ShownMessages(node, terminal);
  shown.printed(state.unmarked);
  const { chat, error, unsent, unsaved } = await runChat({
    node,
    terminal,
    conversation: state.conversation,
    goal: state.goal,
    drafts: state.drafts,
    before: state.before,
    depth: colorDepth(terminal.colors, env("COLORTERM")),
    printed: (messages) => shown.printed(messages),
    ring: ({ conversation, text }, name) => notifier.tell({ conversation, name, text }),
    now,
    signal: either(signal, node.ended),
  });
  const { conversation, editor } = chat.open;
  const { drafts } = state;
  drafts.clear();
  for (const [key, draft] of chat.drafts) drafts.set(key, draft);
  drafts.set(talkKey(conversation), editor);
  for (const text of unsaved) terminal.remark(`not saved: ${sanitise(text)}`);
  const goesOn = error !== undefined && node.ended.aborted && !signal.aborted &&
    !terminal.closed.aborted;
  if (goesOn) return { conversation, drafts, before: { unsent }, unmarked: [...shown.unmarked] };
  tellUnsent(unsent, terminal);
  if (error !== undefined) throw error;
  return chat.end ?? "quit";
}
