/**
 * How the state of an own message looks, in every list and line: a mark to catch the eye and always
 * the word beside it, since neither the sign nor its colour is sure to show on every terminal.
 */
import type { MessageState } from "../history/message_record.ts";
import type { Style } from "../terminal/style.ts";
import { displayWidth, padEnd } from "../terminal/width.ts";

interface Look {
  /** One or two columns wide. */
  readonly mark: string;
  readonly tone: keyof Style;
}

const LOOKS: { readonly [State in MessageState]: Look } = {
  queued: { mark: "…", tone: "warn" },
  sent: { mark: "→", tone: "warn" },
  delivered: { mark: "✓", tone: "good" },
  read: { mark: "✓✓", tone: "good" },
  refused: { mark: "✗", tone: "bad" },
  cancelled: { mark: "–", tone: "dim" },
};

const MARK_COLUMNS = 2;

/** Columns that hold `stateColumn()` of any state. */
export const STATE_COLUMNS: number = Math.max(
  ...Object.keys(LOOKS).map((state) => MARK_COLUMNS + 1 + displayWidth(state)),
);

/** E.g. `✓ delivered to red`, for a line of its own. @param words begin with the state's word */
export function withMark(state: MessageState, words: string = state): string {
  return `${LOOKS[state].mark} ${words}`;
}

/** E.g. `✓  delivered`: the words of several lines begin in the same column. */
export function stateColumn(state: MessageState): string {
  return `${padEnd(LOOKS[state].mark, MARK_COLUMNS)} ${state}`;
}

/** The colour of a state. */
export function stateStyle(state: MessageState, style: Style): (text: string) => string {
  return (text) => style[LOOKS[state].tone](text);
}
