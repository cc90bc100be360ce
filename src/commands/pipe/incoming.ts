/**
 * What one peer sends, from a place of the history on: each message once, in the order of arrival.
 *
 * It is read from the history, page by page; an event only says that there is something to read. So
 * nothing is lost or repeated where a node dies or an event comes twice, and where standard output
 * stands still, what waits is on disk and not in memory.
 */
import type { MessageRecord, ReceivedMessage } from "../../history/message_record.ts";
import type { HistoryQuery, SeenMessage } from "../../node/chat_node.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { unlessAborted } from "../../deadline.ts";
import type { LastingSession } from "../lasting_session.ts";
import { ShownMessages } from "../../chat_screen/shown_messages.ts";

const PAGE_MESSAGES = 256;

export interface IncomingInit {
  readonly session: LastingSession;
  readonly terminal: Terminal;
  /** Position of the last message that was handled; undefined: what was never shown, and what follows. */
  readonly since: number | undefined;
  readonly print: (message: ReceivedMessage) => void;
}

export class Incoming {
  readonly #init: IncomingInit;
  #sender: string | undefined;
  /** Position up to which all was printed, or need not be. */
  #last: number;
  /** Up to here only what was never shown is printed; undefined: not known yet. */
  #floor: number | undefined;
  /** How often there was something to read, and how much of that is read. */
  #told = 0;
  #read = 0;
  #changed = Promise.withResolvers<void>();

  constructor(init: IncomingInit) {
    this.#init = init;
    this.#last = init.since ?? 0;
    this.#floor = init.since;
  }

  /** Whose messages they are; the first call counts. */
  from(peerId: string): void {
    this.#sender ??= peerId;
    this.#tell();
  }

  /**
   * Prints until `signal` aborts; what was written by then is marked as shown.
   * @throws ChatError where the history cannot be read
   */
  async run(signal: AbortSignal): Promise<void> {
    const { session, terminal } = this.#init;
    const tell = () => this.#tell();
    using _following = session.follow({
      onEvent: ({ event }) => event === "message" && this.#tell(),
      onRenewed: tell,
    });
    signal.addEventListener("abort", tell, { once: true });
    await using shown = new ShownMessages({ shown: (seen) => this.#mark(seen) }, terminal);
    this.#tell();
    while (!signal.aborted) {
      const told = this.#told;
      if (this.#sender !== undefined) await this.#readOn(this.#sender, shown, signal);
      this.#read = told;
      this.#change();
      while (this.#told === told && !signal.aborted) await this.#changed.promise;
    }
    signal.removeEventListener("abort", tell);
  }

  /** Resolves when what has arrived by now is printed and written, or the signal aborts. */
  async caughtUp(signal: AbortSignal): Promise<void> {
    this.#tell();
    const told = this.#told;
    while (this.#read < told && !signal.aborted) await this.#changed.promise;
  }

  async #readOn(peerId: string, shown: ShownMessages, signal: AbortSignal): Promise<void> {
    const page = (query: Partial<HistoryQuery>) =>
      this.#init.session.ask((node) =>
        node.history({
          conversation: { kind: "peer", peerId },
          after: this.#last,
          limit: PAGE_MESSAGES,
          ...query,
        })
      );
    // What comes after this place is printed, whoever else may have shown it meanwhile.
    this.#floor ??= await this.#end();
    while (this.#last < this.#floor && !signal.aborted) {
      const floor = this.#floor;
      const unread = (await page({ unread: true })).filter(({ position }) => position <= floor);
      await this.#print(unread, shown, signal);
      this.#last = unread.length < PAGE_MESSAGES ? floor : unread.at(-1)?.position ?? floor;
    }
    while (!signal.aborted) {
      const messages = await page({});
      await this.#print(messages, shown, signal);
      this.#last = messages.at(-1)?.position ?? this.#last;
      if (messages.length < PAGE_MESSAGES) return;
    }
  }

  /** The last position of the whole history. */
  async #end(): Promise<number> {
    const [last] = await this.#init.session.ask((node) => node.history({ limit: 1 }));
    return last?.position ?? 0;
  }

  /** Waits until they are written: a reader that is slow gets no more than a page ahead. */
  async #print(
    page: readonly MessageRecord[],
    shown: ShownMessages,
    signal: AbortSignal,
  ): Promise<void> {
    const received = page.filter((message) => message.direction === "in");
    for (const message of received) this.#init.print(message);
    shown.printed(received);
    await unlessAborted(shown.settled(), signal);
  }

  /** Never rejects: what cannot be noted is shown once more in a later run. */
  async #mark(messages: readonly SeenMessage[]): Promise<void> {
    try {
      await this.#init.session.ask((node) => node.shown(messages));
    } catch {
      // That there is no node any more is told by the session.
    }
  }

  #tell(): void {
    this.#told++;
    this.#change();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
