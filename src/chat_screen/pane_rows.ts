/**
 * The rows of a pane, as if all messages in memory stood on one long sheet: going up and down on it,
 * and naming places on it. Lays out only what is walked over. Pure.
 */
import type { MessageRecord } from "../history/message_record.ts";
import { formatDay } from "../terminal/local_time.ts";
import { findMessage } from "./history_window.ts";
import {
  type Columns,
  columnsFor,
  layOutDetails,
  layOutMessage,
  type MessageRow,
  type Speaker,
} from "./message_rows.ts";
import type { Pane, Place } from "./pane.ts";
import { localTime, stateWords } from "./state_words.ts";

/** A row of a message in memory. */
export interface Spot {
  readonly index: number;
  /** From 0, counted in the rows of its message. */
  readonly row: number;
}

/** A peer whose name is not known yet. */
const SOMEBODY: Speaker = { name: "?", color: undefined };

export function speakerOf({ speakers }: Pick<Pane, "speakers">, message: MessageRecord): Speaker {
  if (message.direction === "out") return speakers.self;
  const { conversation } = message;
  return conversation.kind === "peer"
    ? speakers.others.get(conversation.peerId) ?? SOMEBODY
    : SOMEBODY;
}

/** The rows of the message at `index`, at least one; none where there is no such message. */
export function messageRows(pane: Pane, index: number): readonly MessageRow[] {
  const { window, selected, note } = pane;
  const message = window.messages[index];
  if (message === undefined) return [];
  const columns = columnsFor(pane.columns, pane.speakers);
  const rows = layOutMessage(message, heading(pane, index, message, columns), columns, pane.memo);
  if (message.position !== selected) return rows;
  const details = stateWords(message) + (note === undefined ? "" : `; ${note}`);
  return [...rows, ...layOutDetails(message, details, columns)];
}

export function firstSpot(): Spot {
  return { index: 0, row: 0 };
}

export function lastSpot(pane: Pane): Spot {
  const index = Math.max(0, pane.window.messages.length - 1);
  return { index, row: Math.max(0, messageRows(pane, index).length - 1) };
}

/** `by` rows further down, up if negative, or as far as there are rows. */
export function step(pane: Pane, from: Spot, by: number): Spot {
  let { index } = from;
  const count = messageRows(pane, index).length;
  let row = Math.min(from.row, Math.max(0, count - 1)) + by;
  while (row < 0 && index > 0) {
    index--;
    row += messageRows(pane, index).length;
  }
  for (;;) {
    const rows = messageRows(pane, index).length;
    if (row < rows || index >= pane.window.messages.length - 1) {
      return { index, row: Math.max(0, Math.min(row, rows - 1)) };
    }
    row -= rows;
    index++;
  }
}

/** Up to `count` rows from `spot` on, itself included. */
export function rowsAfter(
  pane: Pane,
  spot: Spot,
  count: number,
): readonly (Spot & { readonly content: MessageRow })[] {
  const found: (Spot & { content: MessageRow })[] = [];
  for (let { index, row } = spot; index < pane.window.messages.length; index++, row = 0) {
    const rows = messageRows(pane, index);
    for (; row < rows.length; row++) {
      if (found.length >= count) return found;
      const content = rows[row];
      if (content !== undefined) found.push({ index, row, content });
    }
  }
  return found;
}

/** A name for `spot` that holds when pages come and the size changes. */
export function placeOf(pane: Pane, { index, row }: Spot): Place {
  const message = pane.window.messages[index];
  const content = messageRows(pane, index)[row];
  if (message === undefined || content === undefined) return { kind: "bottom" };
  return { kind: "top", position: message.position, offset: content.offset };
}

/** The row that `place` names: the one that its text is in now. */
export function spotOf(pane: Pane, place: { position: number; offset: number }): Spot {
  const last = Math.max(0, pane.window.messages.length - 1);
  const index = Math.min(findMessage(pane.window, place.position), last);
  const row = messageRows(pane, index).findLastIndex(({ offset }) => offset <= place.offset);
  return { index, row: Math.max(0, row) };
}

function heading(pane: Pane, index: number, message: MessageRecord, columns: Columns) {
  const before = pane.window.messages[index - 1];
  const day = before === undefined ||
    formatDay(localTime(before)) !== formatDay(localTime(message));
  const speaker = speakerOf(pane, message);
  const changes = day || before === undefined || speakerOf(pane, before) !== speaker;
  return {
    beginning: index === 0 && !pane.window.hasOlder,
    day,
    name: columns.name === 0 && changes ? speaker.name : undefined,
  };
}
