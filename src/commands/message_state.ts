/**
 * How the state of an own message looks, in every list and line: a mark to catch the eye and always
 * the word beside it, since neither the sign nor its colour is sure to show on every terminal.
 */
import { MARK_COLUMNS, STATE_LOOKS } from "../chat_screen/state_looks.ts";
import type { MessageState } from "../history/message_record.ts";
import type { Style } from "../terminal/style.ts";
import { displayWidth, padEnd } from "../terminal/width.ts";

/** Columns that hold `stateColumn()` of any state. */
export const STATE_COLUMNS: number = Math.max(
  ...Object.keys(STATE_LOOKS).map((state) => MARK_COLUMNS + 1 + displayWidth(state)),
);

/** E.g. `✓ delivered to red`, for a line of its own. @param words begin with the state's word */
export function withMark(state: MessageState, words: string = state): string {
  return `${STATE_LOOKS[state].mark} ${words}`;
}

/** E.g. `✓  delivered`: the words of several lines begin in the same column. */
export function stateColumn(state: MessageState): string {
  return `${padEnd(STATE_LOOKS[state].mark, MARK_COLUMNS)} ${state}`;
}

/** The colour of a state. */
export function stateStyle(state: MessageState, style: Style): (text: string) => string {
  return (text) => style[STATE_LOOKS[state].tone](text);
}
