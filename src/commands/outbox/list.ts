/** The outbox as a list: by recipient, since trying and failing belong to the recipient. */
import {
  ageText,
  byRecipient,
  type OutboxGroup,
  shortMessageId,
  waitText,
} from "../../chat_screen/outbox_groups.ts";
import type { Conversation, OwnMessage } from "../../history/message_record.ts";
import type { OutboxEntry } from "../../history/mod.ts";
import { BLOCKED_BY_YOU } from "../../node/blocked.ts";
import { shortPeerId } from "../../node/recipient.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { createStyle, type Style } from "../../terminal/style.ts";
import { type Cell, formatTable } from "../../terminal/table.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { ownerOf, readMemory } from "../beside_owner.ts";
import type { CommandContext } from "../command.ts";
import { EXIT_CODES } from "../failure.ts";
import { stateColumn, stateStyle } from "../message_state.ts";
import { isoTime, ndjsonLine, type OutboxLine } from "../ndjson.ts";
import { type DisplayName, otherSide, searchFields } from "../node_lines.ts";
import { recipientText } from "../node_text.ts";
import type { ListOptions } from "../outbox.ts";
import { nextText, triedText } from "../../chat_screen/search_text.ts";
import { wrapLine } from "../../terminal/wrap_line.ts";

/** More would not fit into the memory of a small machine; a person looks at a few. */
export const MAX_ENTRIES = 100_000;
/** Shown to each recipient without `--all`. */
const SHOWN_PER_RECIPIENT = 20;
/** Of a message in a pipe; a terminal cuts it at its edge. */
const EXCERPT_COLUMNS = 80;
const INDENT = "  ";
const HANGING_INDENT = 4;
/** @returns the exit code */
export async function listOutbox(
  options: ListOptions,
  context: CommandContext,
): Promise<number> {
  const { terminal, now } = context;
  using memory = await readMemory(options, context);
  const entries = memory.history?.outbox.list(MAX_ENTRIES) ?? [];
  const isRunning = entries.length > 0 && await ownerOf(memory.profile, now) !== undefined;
  if (options.json) {
    for (const entry of entries) {
      terminal.print(ndjsonLine(outboxLine(entry, memory.displayName, isRunning)));
    }
  } else if (entries.length === 0) {
    terminal.remark("nothing waits");
  } else {
    const { displayName } = memory;
    const shown = options.all ? Infinity : SHOWN_PER_RECIPIENT;
    const look = {
      displayName,
      isRunning,
      shown,
      rest: ", which --all shows",
      now: now(),
      terminal,
    };
    const lines = outboxLines(entries, look);
    for (const line of lines) terminal.print(line);
  }
  return EXIT_CODES.done;
}

function outboxLine(
  { message, search, blocked }: OutboxEntry,
  displayName: DisplayName,
  isRunning: boolean,
): OutboxLine {
  const { id, conversation, text, state, sentAt } = message;
  return {
    event: "outbox",
    id,
    ...otherSide(conversation, displayName),
    text,
    state,
    queuedAt: isoTime(sentAt),
    ...searchFields(search, isRunning),
    ...(blocked ? { lastError: BLOCKED_BY_YOU, nextAttempt: null } : {}),
  };
}

interface ListStyle {
  readonly displayName: DisplayName;
  /** Whether a node runs that tries. */
  readonly isRunning: boolean;
  /** How many messages to show to each recipient. */
  readonly shown: number;
  /** Said of the others behind their number, such as how to see them. */
  readonly rest: string;
  /** ms since the epoch */
  readonly now: number;
  readonly terminal: Pick<Terminal, "interactive" | "columns" | "colors">;
}

/** The outbox for people, a line each. */
export function outboxLines(entries: readonly OutboxEntry[], look: ListStyle): string[] {
  const { shown, rest, now, terminal } = look;
  const style = createStyle(terminal.colors);
  const groups = byRecipient(entries);
  // One table, so that the columns of all recipients are aligned.
  const [, ...rows] = formatTable({
    columns: [{ header: "" }, { header: "" }, { header: "", align: "right" }, {
      header: "",
      shrinks: true,
    }],
    rows: groups.flatMap(({ messages }) =>
      messages.slice(0, shown).map((message) => messageRow(message, now, terminal, style))
    ),
    width: terminal.interactive ? terminal.columns - INDENT.length : Infinity,
  });
  const wrapped = (line: string) =>
    wrapLine(line, terminal.interactive ? terminal.columns : Infinity, HANGING_INDENT);
  return groups.flatMap((group) => {
    const { length } = group.messages;
    const own = rows.splice(0, Math.min(length, shown)).map((row) => INDENT + row);
    const others = length > shown ? [style.dim(`${INDENT}and ${length - shown} more${rest}`)] : [];
    return [...header(group, look, style).flatMap(wrapped), ...own, ...others];
  });
}

function header(
  group: OutboxGroup,
  { displayName, isRunning, now }: ListStyle,
  style: Style,
): string[] {
  const { conversation, search, blocked } = group;
  const name = style.bold(recipientText(conversation, displayName));
  const what = waitText(group, now);
  if (blocked) {
    const unblock = `p2p-chat contact unblock ${wordFor(conversation)}`;
    return [`${name}: ${what}`, `${INDENT}${BLOCKED_BY_YOU}; to let it go out: ${unblock}`];
  }
  return [
    `${name}: ${what}`,
    ...(search === undefined ? [] : [INDENT + triedText(search, now)]),
    INDENT + style.dim(nextText(search?.nextAttempt, isRunning, now)),
  ];
}

/** What to write for PEER, whatever the name is. */
function wordFor(conversation: Conversation): string {
  return conversation.kind === "peer" ? shortPeerId(conversation.peerId) : "PEER";
}

function messageRow(
  { id, state, sentAt, text }: OwnMessage,
  now: number,
  { interactive }: Pick<Terminal, "interactive">,
  style: Style,
): Cell[] {
  return [
    { text: shortMessageId(id), style: style.dim },
    { text: stateColumn(state), style: stateStyle(state, style) },
    ageText(sentAt, now),
    interactive ? sanitise(text) : sanitise(text, { maxColumns: EXCERPT_COLUMNS }),
  ];
}
