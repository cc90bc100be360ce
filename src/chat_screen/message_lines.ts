/**
 * Messages as lines for people who read, or hear, them one by one: states are words, there are no signs
 * and no columns. Nothing of a peer acts on a terminal, and its text comes last: whatever is in it, it
 * cannot pose as anything else on the line. Pure.
 */
import type { MessageRecord, OwnMessage } from "../history/message_record.ts";
import { formatClock, formatDay } from "../terminal/local_time.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { type DisplayName, otherName } from "./peer_text.ts";

/** Enough of a message to know which one is meant. */
const EXCERPT_COLUMNS = 60;

/** When a message was written here, or arrived here, ms since the epoch. */
function localTime(message: MessageRecord): number {
  return message.direction === "out" ? message.sentAt : message.receivedAt;
}

/** A line for each message, and one before each new day. */
export class MessageLines {
  readonly #displayName: DisplayName;
  #day: string;

  /** @param today of which no line has to tell that it is that day, ms since the epoch */
  constructor(displayName: DisplayName, today: number) {
    this.#displayName = displayName;
    this.#day = formatDay(today);
  }

  next(messages: readonly MessageRecord[]): string[] {
    return messages.flatMap((message) => {
      const day = formatDay(localTime(message));
      const isNew = day !== this.#day;
      this.#day = day;
      const line = messageLine(message, this.#displayName);
      return isNew ? [day, line] : [line];
    });
  }
}

/** E.g. `14:02 red: hello`, `14:02 you (delivered): hello`. */
export function messageLine(message: MessageRecord, displayName: DisplayName): string {
  const who = message.direction === "in"
    ? otherName(message.conversation, displayName)
    : `you (${ownState(message)})`;
  return `${formatClock(localTime(message))} ${who}: ${sanitise(message.text)}`;
}

/** E.g. `delivered: hello`, `refused, too many wait: hello`. */
export function stateLine(message: OwnMessage): string {
  return `${ownState(message)}: ${sanitise(message.text, { maxColumns: EXCERPT_COLUMNS })}`;
}

function ownState({ state, unanswerable, reason }: OwnMessage): string {
  if (unanswerable) return "sent, nothing more can be known";
  if (state !== "refused") return state;
  return `refused, ${sanitise(reason ?? "no reason given", { maxColumns: EXCERPT_COLUMNS })}`;
}
