/** What happens in a node as lines for people; nothing of a peer in them acts on a terminal. */
import { formatAddress } from "../config/address.ts";
import {
  departureText,
  type DisplayName,
  otherName,
  refusalText,
  sourceText,
} from "../chat_screen/peer_text.ts";
import { NOTHING_MORE } from "../chat_screen/state_words.ts";
import type { OwnMessage } from "../history/message_record.ts";
import type { NodeEvent } from "../node/chat_node.ts";
import { sanitise } from "../terminal/sanitise.ts";
import type { Style } from "../terminal/style.ts";
import { formatClock } from "../terminal/local_time.ts";
import { withMark } from "./message_state.ts";

export {
  isClassicTalk,
  otherName,
  peerWithId,
  recipientText,
  refusalText,
  sourceText,
} from "../chat_screen/peer_text.ts";

/** A line for a person, and whether it is a result or a remark beside it. */
export interface EventText {
  readonly kind: "result" | "remark";
  readonly line: string;
}

/** Enough of an own message to know which one is meant. */
const EXCERPT_COLUMNS = 40;

/** @returns undefined for what is not worth a line */
export function eventText(
  event: NodeEvent,
  displayName: DisplayName,
  style: Style,
): EventText | undefined {
  switch (event.event) {
    case "message": {
      const { conversation, receivedAt, text } = event.message;
      const name = otherName(conversation, displayName);
      const line = `${style.dim(formatClock(receivedAt))} ${style.bold(`${name}:`)} ${
        sanitise(text)
      }`;
      return { kind: "result", line };
    }
    case "state":
      return stateText(event.message, displayName, style);
    case "peer-up": {
      const { peerId, address, source } = event.peer;
      const where = sanitise(formatAddress(address));
      return remark(event.at, `${displayName(peerId)} is here (${where}, ${sourceText(source)})`);
    }
    case "peer-down":
      return remark(
        event.at,
        `${displayName(event.peer.peerId)} ${departureText(event.departure)}`,
      );
    case "notice":
      return remark(event.at, event.text);
  }

  function remark(at: number, text: string): EventText {
    return { kind: "remark", line: style.dim(`${formatClock(at)} ${text}`) };
  }
}

function stateText(
  message: OwnMessage,
  displayName: DisplayName,
  style: Style,
): EventText | undefined {
  const { state, stateAt, conversation, unanswerable, reason } = message;
  const clock = formatClock(stateAt);
  const name = otherName(conversation, displayName);
  const excerpt = sanitise(message.text, { maxColumns: EXCERPT_COLUMNS });
  switch (state) {
    case "delivered":
      return remark(style.dim, `delivered to ${name}`);
    case "read":
      return remark(style.dim, `read by ${name}`);
    case "refused":
      return remark(
        style.warn,
        refusalText(conversation, name, sanitise(reason ?? "no reason given")),
      );
    case "sent":
      return unanswerable ? remark(style.dim, `sent to ${name} (${NOTHING_MORE})`) : undefined;
    // That passes; who takes a message back knows.
    case "queued":
    case "cancelled":
      return undefined;
  }

  function remark(tone: (text: string) => string, words: string): EventText {
    return { kind: "remark", line: tone(`${clock} ${withMark(state, words)}: ${excerpt}`) };
  }
}
