/**
 * What a running node tells of its history, and which messages a person has seen. It changes nothing
 * but the marks of what was shown.
 */
import { isClassicId } from "../config/classic_id.ts";
import { ChatError } from "../errors.ts";
import type { ReceivedMessage } from "../history/message_record.ts";
import type { History } from "../history/mod.ts";
import type { Counts, SeenMessage, UnreadRange } from "./chat_node.ts";

/** What it is made of. */
export interface ReadingInit {
  readonly history: History;
  /** ms since the epoch */
  readonly now: () => number;
  /** Whether senders are told what was shown, at this moment. */
  readonly readReceipts: () => boolean;
  /** Messages of this peer were shown, and it is to be told. */
  readonly onShown: (peerId: string) => void;
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

/** One for a running node. */
export class Reading {
  readonly #init: ReadingInit;
  /** The last place of the history at the start; newer messages come as events. */
  readonly lastPosition: number;

  constructor(init: ReadingInit) {
    this.#init = init;
    this.lastPosition = init.history.list({ limit: 1 })[0]?.position ?? 0;
  }

  counts(upTo = this.lastPosition): Counts {
    const { outbox, readMarks } = this.#init.history;
    return { waiting: outbox.count(), unread: readMarks.countUnread(upTo) };
  }

  unread(
    limit: number,
    { after = 0, upTo = this.lastPosition }: UnreadRange = {},
  ): ReceivedMessage[] {
    return this.#init.history.readMarks.unread(limit, after)
      .filter(({ position }) => position <= upTo);
  }

  shown(messages: readonly SeenMessage[]): void {
    const { history, now, onShown, onTrouble } = this.#init;
    const readReceipts = this.#init.readReceipts();
    // A classic peer cannot be told anything.
    const [told, untold] = [true, false].map((isTold) =>
      messages.filter((message) => (readReceipts && hasReceipts(message)) === isTold)
    );
    try {
      for (const [some = [], receipt] of [[told, true], [untold, false]] as const) {
        if (some.length > 0) history.readMarks.markRead(some, now(), { receipt });
      }
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      onTrouble("what was shown could not be noted", { error });
      return;
    }
    const senders = (told ?? []).flatMap(({ conversation }) =>
      conversation.kind === "peer" ? [conversation.peerId] : []
    );
    for (const peerId of new Set(senders)) onShown(peerId);
  }
}

function hasReceipts({ conversation }: SeenMessage): boolean {
  return conversation.kind === "peer" && !isClassicId(conversation.peerId);
}
