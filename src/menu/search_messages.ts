/** "Search messages": a text, the messages that contain it, and what was written around one of them. */
import { HistoryLines } from "../commands/history/lines.ts";
import { formatDay } from "../commands/local_time.ts";
import { otherName } from "../commands/node_text.ts";
import type { MessageRecord } from "../history/message_record.ts";
import type { ChatNode } from "../node/chat_node.ts";
import { orBack } from "../terminal/prompts/or_back.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { graphemes, truncate } from "../terminal/width.ts";
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
/** What `history` gives at most. */
const MOST_AT_ONCE = 100_000;
/** Of the text before what was found, where the beginning does not fit. */
const LEAD_GRAPHEMES = 8;

/** @throws PromptCancelled except by Escape; ChatError; the signal's reason */
export async function searchMessages(menu: OpenMenu): Promise<void> {
  const { node, prompter, signal } = menu;
  for (let before = "";;) {
    const asked = await prompter.input({
      message: "Search for",
      ...(before === "" ? {} : { default: sanitise(before) }),
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
        name: excerpt(value.text, search, columns),
        value,
        hint: `${truncate(otherName(value.conversation, displayName), NAME_COLUMNS)}, ` +
          formatDay(timeOf(value)).replace(/^\w+ /, ""),
      })),
      ...(last === undefined ? {} : { default: last }),
    }, { signal });
    last = message;
    await orBack(() => showAround(message, menu));
  }
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
  const behind = await node.history({
    conversation,
    after: position - 1,
    limit: AROUND + 1,
  });
  // Positions are those of all conversations: further back until enough of this one are there.
  for (let span = 8 * AROUND;; span *= 8) {
    const after = Math.max(0, position - 1 - span);
    const limit = Math.min(span, MOST_AT_ONCE);
    const before = await node.history({ conversation, after, limit });
    const nearest = before.filter((each) => each.position < position).slice(-AROUND);
    if (nearest.length === AROUND || after === 0) return [...nearest, ...behind];
  }
}

/** What was found with something around it, on one harmless line. */
export function excerpt(text: string, search: string, columns: number): string {
  const all = [...graphemes(text)];
  const at = text.toLowerCase().indexOf(search.toLowerCase());
  let [units, index] = [0, 0];
  while (units < at && index < all.length) units += all[index++]?.length ?? 0;
  const from = index + [...graphemes(search)].length < columns ? 0 : index - LEAD_GRAPHEMES;
  const part = all.slice(Math.max(0, from)).join("");
  return sanitise(from > 0 ? `…${part}` : part, { maxColumns: columns });
}

function timeOf(message: MessageRecord): number {
  return message.direction === "in" ? message.receivedAt : message.sentAt;
}
