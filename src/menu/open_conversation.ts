/**
 * Into a conversation from the menu: on a screen the conversation screen, from which Escape leads back;
 * in a pipe its last messages, then writing, until the input goes back.
 */
import { chatOnScreen, type ChatState, chatState, tellUnsent } from "../commands/chat/on_screen.ts";
import { historyLines } from "../commands/history/lines.ts";
import type { Recipient } from "../node/chat_node.ts";
import { orBack } from "../terminal/prompts/or_back.ts";
import { PromptCancelled } from "../terminal/prompts/prompter.ts";
import { asScreen, type ScreenTerminal } from "../terminal/screen_terminal.ts";
import { inSight } from "./in_sight.ts";
import type { OpenMenu } from "./open_menu.ts";
import { writeTo } from "./send_message.ts";

/** With the question below they fit on a usual screen. */
const LAST_MESSAGES = 15;

/** @throws PromptCancelled except by Escape; ChatError; the signal's reason */
export async function openConversation(recipient: Recipient, menu: OpenMenu): Promise<void> {
  const { terminal } = menu;
  const screen = asScreen(terminal);
  if (screen === undefined) return await openLines(recipient, menu);
  await openOnScreen(chatState(recipient, menu.drafts), screen, menu);
}

/**
 * The conversation screen; what arrives is told by itself there.
 * @throws as `openConversation()`
 */
export async function openOnScreen(
  state: ChatState,
  screen: ScreenTerminal,
  menu: OpenMenu,
): Promise<void> {
  using _silence = menu.news.silence();
  const left = await chatOnScreen(menu.node, state, screen, menu);
  if (left === "interrupted") throw new PromptCancelled("interrupt");
  if (typeof left !== "string") tellUnsent(left.before?.unsent ?? [], screen);
}

async function openLines(recipient: Recipient, menu: OpenMenu): Promise<void> {
  const { node, prompter, displayName, style, shown } = menu;
  const messages = await inSight(
    menu,
    "reading the history",
    () => node.history({ conversation: recipient, limit: LAST_MESSAGES }),
  );
  prompter.note(historyLines(messages, displayName, style));
  shown.printed(messages.filter((message) => message.direction === "in"));
  // What arrives meanwhile is told above the question.
  while (await orBack(() => writeTo(recipient, menu)) === "sent");
}
