/** What is known of a message, in words, for the one that a person selected. Terminal-safe. Pure. */
import type { MessageRecord, OwnMessage, ReceivedMessage } from "../history/message_record.ts";
import { formatClock, formatDay } from "../terminal/local_time.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { STATE_LOOKS } from "./state_looks.ts";

/** The clocks of two machines differ by less, unless one is set wrong; ms. */
const USUAL_DIFFERENCE_MS = 60_000;
/** What a `Date` can hold, ms (ECMA-262, 21.4.1.1). */
const LATEST_DATE_MS = 8.64e15;

/** Of a message that is sent in a protocol without acknowledgements. */
export const NOTHING_MORE = "nothing more can be known in the classic protocol";

/** When a message was written here, or arrived here, ms since the epoch. */
export function localTime(message: MessageRecord): number {
  return message.direction === "out" ? message.sentAt : message.receivedAt;
}

/** E.g. `✓ delivered 14:02`, with the day where it is another one. */
export function stateWords(message: MessageRecord): string {
  return message.direction === "out" ? ownWords(message) : receivedWords(message);
}

function ownWords(message: OwnMessage): string {
  const { state, stateAt, unanswerable, reason } = message;
  const { mark } = STATE_LOOKS[state];
  const when = moment(stateAt, message.sentAt);
  switch (state) {
    case "queued":
      return `${mark} queued since ${moment(message.sentAt, message.sentAt)}`;
    case "sent":
      return `${mark} sent ${when}, ${unanswerable ? NOTHING_MORE : "not acknowledged yet"}`;
    case "refused":
      return `${mark} refused ${when}: ${sanitise(reason ?? "no reason given")}`;
    case "delivered":
    case "read":
    case "cancelled":
      return `${mark} ${state} ${when}`;
  }
}

function receivedWords({ receivedAt, sentAt }: ReceivedMessage): string {
  const arrived = `arrived ${moment(receivedAt, receivedAt)}`;
  if (Math.abs(receivedAt - sentAt) <= USUAL_DIFFERENCE_MS) return arrived;
  const written = isDate(sentAt) ? moment(sentAt, receivedAt) : "at an impossible time";
  return `${arrived}, written ${written} by the sender's clock`;
}

function moment(time: number, beside: number): string {
  const day = formatDay(time);
  return day === formatDay(beside) ? formatClock(time) : `${day} ${formatClock(time)}`;
}

function isDate(time: number): boolean {
  return Number.isFinite(time) && Math.abs(time) <= LATEST_DATE_MS;
}
