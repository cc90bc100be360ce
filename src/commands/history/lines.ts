/** Messages as lines for people, in the order of the history; nothing of a peer acts on a terminal. */
import type { MessageRecord } from "../../history/message_record.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import type { Style } from "../../terminal/style.ts";
import { padEnd } from "../../terminal/width.ts";
import { formatClock, formatDay } from "../../terminal/local_time.ts";
import { STATE_COLUMNS, stateColumn, stateStyle } from "../message_state.ts";
import type { DisplayName } from "../node_lines.ts";
import { otherName } from "../node_text.ts";

/**
 * A line for each message, and one before each new day. Where there are own messages, their states
 * stand in a column of their own.
 */
export function historyLines(
  messages: readonly MessageRecord[],
  displayName: DisplayName,
  style: Style,
): string[] {
  const hasStates = messages.some(({ direction }) => direction === "out");
  return new HistoryLines(displayName, style, hasStates).next(messages);
}

/** The same for messages that come one after the other. */
export class HistoryLines {
  readonly #displayName: DisplayName;
  readonly #style: Style;
  readonly #hasStates: boolean;
  /** Of the last line. */
  #day = "";

  /** @param hasStates whether there is a column for the states of own messages */
  constructor(displayName: DisplayName, style: Style, hasStates: boolean) {
    this.#displayName = displayName;
    this.#style = style;
    this.#hasStates = hasStates;
  }

  next(messages: readonly MessageRecord[]): string[] {
    const style = this.#style;
    const lines: string[] = [];
    for (const message of messages) {
      const time = message.direction === "in" ? message.receivedAt : message.sentAt;
      if (formatDay(time) !== this.#day) {
        this.#day = formatDay(time);
        lines.push(style.dim(this.#day));
      }
      const state = this.#hasStates ? [stateCell(message, style)] : [];
      lines.push(
        [style.dim(formatClock(time)), ...state, line(message, this.#displayName, style)].join(" "),
      );
    }
    return lines;
  }
}

function stateCell(message: MessageRecord, style: Style): string {
  if (message.direction === "in") return " ".repeat(STATE_COLUMNS);
  const { state } = message;
  return stateStyle(state, style)(padEnd(stateColumn(state), STATE_COLUMNS));
}

/** The text comes last: whatever is in it, it cannot pose as anything else on the line. */
function line(message: MessageRecord, displayName: DisplayName, style: Style): string {
  const name = style.bold(otherName(message.conversation, displayName));
  const text = sanitise(message.text);
  if (message.direction === "in") return `${name}: ${text}`;
  const reason = message.reason === undefined ? "" : ` (${sanitise(message.reason)})`;
  return `you to ${name}${reason}: ${text}`;
}
