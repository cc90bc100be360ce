/**
 * `history --follow`: prints what `history` prints, then what arrives and what is written, and what
 * becomes of own messages, until it is stopped. What comes when: `follower.ts`.
 *
 * For people there is a line for how an own message ended: delivered, refused or cancelled.
 */
import type { MessageRecord, OwnMessage } from "../../history/message_record.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { createStyle } from "../../terminal/style.ts";
import type { CommandContext } from "../command.ts";
import { formatClock } from "../../terminal/local_time.ts";
import { withMark } from "../message_state.ts";
import { ndjsonLine } from "../ndjson.ts";
import { type DisplayName, messageLine, nodeEventLine } from "../node_lines.ts";
import { eventText, otherName } from "../node_text.ts";
import type { ProfileOptions, SettingOptions } from "../options.ts";
import { openSession } from "../session.ts";
import { stopping, untilStopped } from "../until_stopped.ts";
import { Follower, type FollowQuery, type Follows } from "./follower.ts";
import { HistoryLines } from "./lines.ts";

/** Enough of an own message to know which one is meant. */
const EXCERPT_COLUMNS = 40;

/**
 * @returns the exit code
 * @throws ChatError, also `node-stopped`
 */
export async function followHistory(
  query: FollowQuery,
  options: ProfileOptions & SettingOptions,
  context: CommandContext,
): Promise<number> {
  await using session = await openSession(
    options,
    { command: "history", listen: "ephemeral" },
    context,
  );
  const { node } = session;
  const displayName = node.displayName.bind(node);
  const follows = options.json
    ? jsonPrinter(displayName, context)
    : textPrinter(displayName, context);
  const stop = stopping(node, context);
  try {
    await new Follower(node, query, follows).run(stop);
  } catch (error) {
    // A node that stops answers nothing any more; how it stopped says more.
    if (!stop.aborted) throw error;
  }
  return await untilStopped(node, context);
}

function jsonPrinter(displayName: DisplayName, { terminal }: CommandContext): Follows {
  return {
    messages(messages) {
      for (const message of messages) {
        terminal.print(ndjsonLine(messageLine(message, displayName)));
      }
    },
    state(message) {
      terminal.print(ndjsonLine(nodeEventLine({ event: "state", message }, displayName)));
    },
  };
}

function textPrinter(displayName: DisplayName, { terminal }: CommandContext): Follows {
  const style = createStyle(terminal.colors);
  const lines = new HistoryLines(displayName, style, true);
  let isFirst = true;
  return {
    messages(messages: readonly MessageRecord[]) {
      if (isFirst && messages.length === 0) terminal.remark("no messages yet");
      isFirst = false;
      for (const line of lines.next(messages)) terminal.print(line);
    },
    state(message) {
      const line = endText(message);
      if (line !== undefined) terminal.remark(line);
    },
  };

  /** How it ended; what only passes, and that it was read, is in the list when it is shown again. */
  function endText(message: OwnMessage): string | undefined {
    const { state, stateAt, conversation, text } = message;
    if (state === "delivered" || state === "refused") {
      return eventText({ event: "state", message }, displayName, style)?.line;
    }
    if (state !== "cancelled") return undefined;
    const words = withMark(state, `cancelled, to ${otherName(conversation, displayName)}`);
    const excerpt = sanitise(text, { maxColumns: EXCERPT_COLUMNS });
    return style.dim(`${formatClock(stateAt)} ${words}: ${excerpt}`);
  }
}
