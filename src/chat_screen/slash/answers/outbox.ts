/** `/outbox`, `/cancel` and `/retry`: what waits, and what to do about it. */
import { ChatError } from "../../../errors.ts";
import { BLOCKED_BY_YOU } from "../../../node/blocked.ts";
import { sanitise } from "../../../terminal/sanitise.ts";
import { formatTable } from "../../../terminal/table.ts";
import { wrapLine } from "../../../terminal/wrap_line.ts";
import {
  ageText,
  byRecipient,
  findMessage,
  type OutboxGroup,
  shortMessageId,
  waitText,
} from "../../outbox_groups.ts";
import { recipientText } from "../../peer_text.ts";
import { nextText, triedText } from "../../search_text.ts";
import type { SlashContext } from "../outcome.ts";

/** Messages that are looked at; more would be felt. */
const MOST_ENTRIES = 1_000;
/** Messages to each recipient; more is no overview. */
const SHOWN = 10;
const EXCERPT_COLUMNS = 60;
const INDENT = "  ";
const HANGING_INDENT = 4;

/** @throws ChatError as the node */
export async function outbox({ node, now, columns }: SlashContext): Promise<string[]> {
  const groups = byRecipient(await node.outbox(MOST_ENTRIES));
  if (groups.length === 0) return ["nothing waits"];
  // One table, so that the columns of all recipients are aligned.
  const [, ...rows] = formatTable({
    columns: [{ header: "" }, { header: "" }, { header: "", align: "right" }, {
      header: "",
      shrinks: true,
    }],
    rows: groups.flatMap(({ messages }) =>
      messages.slice(0, SHOWN).map(({ id, state, sentAt, text }) => [
        shortMessageId(id),
        state,
        ageText(sentAt, now()),
        sanitise(text, { maxColumns: EXCERPT_COLUMNS }),
      ])
    ),
    width: columns - INDENT.length,
  });
  return groups.flatMap((group) => {
    const { length } = group.messages;
    const own = rows.splice(0, Math.min(length, SHOWN)).map((row) => INDENT + row);
    const others = length > SHOWN ? [`${INDENT}and ${length - SHOWN} more`] : [];
    const header = [
      `${recipientText(group.conversation, (id) => node.displayName(id))}: ${
        waitText(group, now())
      }`,
      ...progressOf(group, now()).map((line) => INDENT + line),
    ];
    return [
      ...header.flatMap((line) => wrapLine(line, columns, HANGING_INDENT)),
      ...own,
      ...others,
    ];
  });
}

function progressOf({ search, blocked }: OutboxGroup, now: number): string[] {
  if (blocked) return [`${BLOCKED_BY_YOU}; /unblock lets it go out`];
  return [
    ...(search === undefined ? [] : [triedText(search, now)]),
    nextText(search?.nextAttempt, true, now),
  ];
}

/**
 * @param id as somebody wrote it, in lower case
 * @throws ChatError `bad-usage`: it fits none or several
 */
export async function cancel(id: string, { node }: SlashContext): Promise<string[]> {
  const hint = "/outbox shows the last 8 characters of each";
  const waiting = (await node.outbox(MOST_ENTRIES)).map(({ message }) => message);
  const found = findMessage(id, waiting, hint);
  if (found === undefined) {
    throw new ChatError("bad-usage", "no such message waits", { hint: "/outbox shows what does" });
  }
  const before = await node.cancel(found.id);
  if (before === undefined) return ["too late: it does not wait any more"];
  const text = sanitise(before.text, { maxColumns: EXCERPT_COLUMNS });
  return before.state === "sent"
    ? [`cancelled; it was sent already and may have arrived all the same: ${text}`]
    : [`cancelled; it will not be sent: ${text}`];
}

/** @throws ChatError as the node */
export async function retry({ node }: SlashContext): Promise<string[]> {
  const { length } = await node.outbox(MOST_ENTRIES);
  if (length === 0) return ["nothing waits"];
  await node.retry();
  return ["trying now; what is delivered is told here"];
}
