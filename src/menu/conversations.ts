/** "Conversations": with whom there are messages, the newest first, how many are unread, and into one. */
import { otherName } from "../commands/node_text.ts";
import type { Conversation } from "../history/message_record.ts";
import type { ConversationSummary } from "../node/chat_node.ts";
import { orBack } from "../terminal/prompts/or_back.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { displayWidth, truncate } from "../terminal/width.ts";
import { inSight } from "./in_sight.ts";
import { openConversation } from "./open_conversation.ts";
import type { OpenMenu } from "./open_menu.ts";

/** Conversations in the list; the others are found by name. */
const MOST_CHOICES = 50;
/** So that a name and a word fit on a row of 40 columns. */
const NAME_COLUMNS = 18;
/** Between the columns of a list, and before the first. */
const BESIDE_COLUMNS = "> ".length + "  ".length + 1;
const LEAST_TEXT_COLUMNS = 4;

/**
 * Asks for one, until the person goes back.
 * @throws PromptCancelled except by Escape; ChatError; the signal's reason
 */
export async function showConversations(menu: OpenMenu): Promise<void> {
  const { node, prompter, displayName, terminal, signal } = menu;
  let last: string | undefined;
  for (;;) {
    const listed = await inSight(menu, "reading the history", () => node.conversations());
    if (listed.length === 0) {
      return prompter.note(["no conversations yet: a message begins the first one"]);
    }
    const shown = listed.slice(0, MOST_CHOICES);
    const names = shown.map(({ conversation }) =>
      truncate(otherName(conversation, displayName), NAME_COLUMNS)
    );
    const room = terminal.columns - BESIDE_COLUMNS - Math.max(...names.map(displayWidth));
    const chosen = await orBack(() =>
      prompter.select<string>({
        message: "Conversation",
        choices: shown.map((each, index) => ({
          name: names[index] ?? "",
          value: keyOf(each.conversation),
          hint: hintOf(each, room),
        })),
        ...(last === undefined ? {} : { default: last }),
      }, { signal })
    );
    const found = shown.find(({ conversation }) => keyOf(conversation) === chosen);
    if (found === undefined) return;
    last = chosen;
    await openConversation(found.conversation, menu);
  }
}

function keyOf(conversation: Conversation): string {
  return conversation.kind === "peer" ? conversation.peerId : conversation.address;
}

function hintOf(
  { unread, last }: Pick<ConversationSummary, "unread" | "last">,
  columns: number,
): string {
  const before = (unread === 0 ? "" : `${unread} unread, `) +
    (last.direction === "out" ? "you: " : "");
  const maxColumns = Math.max(LEAST_TEXT_COLUMNS, columns - before.length);
  return before + sanitise(last.text, { maxColumns });
}
