/** "Search messages": a text, the messages that contain it, and what was written around one of them. */
import { HistoryLines } from "../commands/history/lines.ts";
import { excerptOf } from "../chat_screen/found.ts";
import { formatDay } from "../terminal/local_time.ts";
import { otherName } from "../commands/node_text.ts";
import type { MessageRecord } from "../history/message_record.ts";
import type { ChatNode } from "../node/chat_node.ts";
import { orBack } from "../terminal/prompts/or_back.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { truncate } from "../terminal/width.ts";
import { chatState } from "../commands/chat/on_screen.ts";
import { asScreen } from "../terminal/screen_terminal.ts";
import { openOnScreen } from "./open_conversation.ts";
import { inSight } from "./in_sight.ts";
import type { OpenMenu } from "./open_menu.ts";
import { untilKey } from "./until_key.ts";

/** The newest ones; whoever looks for older ones writes more of the text. */
const MOST_RESULTS = 50;
/** Before and behind the one that was chosen. */
const AROUND = 7;
/** Beside a result, so that it fits on a row of 40 columns. */
const NAME_COLUMNS = 12;
const LEAST_TEXT_COLUMNS = 12;
const MOST_TEXT_COLUMNS = 60;

/** @throws PromptCancelled except by Escape; ChatError; the signal's reason */
export async function searchMessages(menu: OpenMenu): Promise<void> {
  const { node, prompter, signal, terminal } = menu;
  // Line by line an empty answer would be the one before, and never lead back.
  const repeats = asScreen(terminal) !== undefined;
  for (let before = "";;) {
    const asked = await prompter.input({
      message: "Search for",
      ...(before === "" || !repeats ? {} : { default: sanitise(before) }),
    }, { signal });
    const search = asked.trim();
    if (search === "") return;
    before = search;
    await orBack(async () => {
      const found = await inSight(
        menu,
        "searching",
        () => node.history({ search, limit: MOST_RESULTS }),
      );
      if (found.length === 0) prompter.note([`no message contains "${sanitise(search)}"`]);
      else await choose(found.toReversed(), search, menu);
    });
  }
}

/** Until the person goes back, which is a `PromptCancelled`. */
async function choose(
  found: readonly MessageRecord[],
  search: string,
  menu: OpenMenu,
): Promise<void> {
  const { prompter, displayName, terminal, signal } = menu;
  const room = terminal.columns - "> ".length - "  , 22 Nov 2026 ".length - NAME_COLUMNS;
  const columns = Math.min(Math.max(LEAST_TEXT_COLUMNS, room), MOST_TEXT_COLUMNS);
  let last: MessageRecord | undefined;
  for (;;) {
    const message: MessageRecord = await prompter.select({
      message: found.length < MOST_RESULTS
        ? `Found ${found.length}`
        : `The newest ${found.length} that contain it`,
      choices: found.map((value) => ({
        name: excerptOf(value.text, search, columns).text,
        value,
        hint: `${truncate(otherName(value.conversation, displayName), NAME_COLUMNS)}, ` +
          formatDay(timeOf(value)).replace(/^\w+ /, ""),
      })),
      ...(last === undefined ? {} : { default: last }),
    }, { signal });
    last = message;
    await orBack(() => show(message, search, menu));
  }
}

/** On a screen in its conversation, from which Escape leads back. */
async function show(message: MessageRecord, search: string, menu: OpenMenu): Promise<void> {
  const screen = asScreen(menu.terminal);
  if (screen === undefined) return await showAround(message, menu);
  const goal = { position: message.position, search };
  const state = { ...chatState(message.conversation, menu.drafts), goal };
  await openOnScreen(state, screen, menu);
}

async function showAround(message: MessageRecord, menu: OpenMenu): Promise<void> {
  const { node, prompter, displayName, style, shown } = menu;
  const around = await inSight(menu, "reading the history", () => messagesAround(message, node));
  const writer = new HistoryLines(
    displayName,
    style,
    around.some((each) => each.direction === "out"),
  );
  const lines = around.flatMap((each) => {
    const isFound = each.position === message.position;
    // The line of the message comes last, behind that of its day.
    return writer.next([each]).map((line, index, all) =>
      `${isFound && index === all.length - 1 ? style.accent(">") : " "} ${line}`
    );
  });
  prompter.note(lines);
  shown.printed(around.filter((each) => each.direction === "in"));
  await untilKey(menu);
}

/** The messages before and behind one in its conversation, and itself; oldest first. */
export async function messagesAround(
  { position, conversation }: MessageRecord,
  node: Pick<ChatNode, "history">,
): Promise<MessageRecord[]> {
  const [before, behind] = await Promise.all([
    node.history({ conversation, before: position, limit: AROUND }),
    node.history({ conversation, after: position - 1, limit: AROUND + 1 }),
  ]);
  return [...before, ...behind];
}

function timeOf(message: MessageRecord): number {
  return message.direction === "in" ? message.receivedAt : message.sentAt;
}
