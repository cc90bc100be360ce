/**
 * The messages of one conversation as lines: first what was never shown and the last ones from before,
 * then what comes, each once and in the order of the history.
 *
 * It is read from the history, page by page; an event only says that there is something to read. So
 * nothing is lost or repeated where a node dies or an event comes twice. What arrived is marked as
 * shown once its line was really written.
 */
import { unlessAborted } from "../../deadline.ts";
import type { MessageRecord } from "../../history/message_record.ts";
import type { HistoryQuery, Recipient, SeenMessage } from "../../node/chat_node.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import type { LastingNode } from "../lasting_node.ts";
import { MessageLines } from "../message_lines.ts";
import { ShownMessages } from "../shown_messages.ts";

const PAGE_MESSAGES = 256;

export interface ReaderInit {
  readonly session: Pick<LastingNode, "ask" | "follow" | "node">;
  readonly terminal: Pick<Terminal, "print" | "flush" | "closed">;
  /** Whose conversation it is, as far as is known now. */
  readonly recipient: () => Recipient;
  /** How many messages from before are shown, 0 or more. */
  readonly history: number;
  /** Whether a message was typed here, so that it need not be shown. */
  readonly isTyped: (messageId: string) => boolean;
  readonly now: () => number;
}

export class Reader {
  readonly #init: ReaderInit;
  readonly #lines: MessageLines;
  readonly #opened = Promise.withResolvers<void>();
  /** Position up to which all was printed, or need not be. */
  #last = 0;
  /** What was never shown has to be looked for again from the beginning. */
  #looksBack = false;
  /** How often there was something to read. */
  #told = 0;
  #changed = Promise.withResolvers<void>();

  constructor(init: ReaderInit) {
    this.#init = init;
    this.#lines = new MessageLines((id) => init.session.node.displayName(id), init.now());
  }

  /** Resolves when what there was at the beginning is printed, or reading has ended. */
  get opened(): Promise<void> {
    return this.#opened.promise;
  }

  /** There may be something to read. */
  tell(): void {
    this.#told++;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** It is known only now whose conversation it is: what that one wrote before was never shown. */
  lookBack(): void {
    this.#looksBack = true;
    this.tell();
  }

  /**
   * Prints until `signal` aborts.
   * @throws ChatError where the history cannot be read
   */
  async run(signal: AbortSignal): Promise<void> {
    const { session, terminal } = this.#init;
    const tell = () => this.tell();
    signal.addEventListener("abort", tell, { once: true });
    await using shown = new ShownMessages({ shown: (seen) => this.#mark(seen) }, terminal);
    using _following = session.follow({
      onEvent: ({ event }) => event === "message" && this.tell(),
      onRenewed: tell,
    });
    try {
      await this.#open(shown, signal);
      this.#opened.resolve();
      while (!signal.aborted) {
        const told = this.#told;
        await this.#readOn(shown, signal);
        while (this.#told === told && !signal.aborted) await this.#changed.promise;
      }
    } finally {
      this.#opened.resolve();
      signal.removeEventListener("abort", tell);
    }
  }

  async #open(shown: ShownMessages, signal: AbortSignal): Promise<void> {
    const { session, terminal, history } = this.#init;
    const [newest] = await session.ask((node) => node.history({ limit: 1 }));
    this.#last = newest?.position ?? 0;
    const from = history === 0 ? [] : await this.#page({ limit: history });
    const before = from.filter(({ position }) => position <= this.#last);
    const [first] = before;
    const unread = new Set<string>();
    let isTold = false;
    const tellUnread = () => {
      if (!isTold) terminal.print("not read yet:");
      isTold = true;
    };
    for await (const page of this.#unreadPages(signal)) {
      const earlier = page.filter(({ position }) =>
        first === undefined || position < first.position
      );
      if (earlier.length > 0) tellUnread();
      await this.#print(earlier, shown, signal);
      for (const { id } of page.slice(earlier.length)) unread.add(id);
    }
    const read = before.findIndex(({ id }) => unread.has(id));
    await this.#print(read < 0 ? before : before.slice(0, read), shown, signal);
    if (read < 0) return;
    tellUnread();
    await this.#print(before.slice(read), shown, signal);
  }

  async #readOn(shown: ShownMessages, signal: AbortSignal): Promise<void> {
    if (this.#looksBack) {
      this.#looksBack = false;
      // What is not marked yet would come once more.
      await unlessAborted(shown.settled(), signal);
      for await (const page of this.#unreadPages(signal)) await this.#print(page, shown, signal);
    }
    while (!signal.aborted) {
      const messages = await this.#page({ after: this.#last, limit: PAGE_MESSAGES });
      await this.#print(messages, shown, signal);
      this.#last = messages.at(-1)?.position ?? this.#last;
      if (messages.length < PAGE_MESSAGES) return;
    }
  }

  /** What was never shown and came no later than what is printed already. */
  async *#unreadPages(signal: AbortSignal): AsyncGenerator<readonly MessageRecord[], void, void> {
    for (let after = 0; !signal.aborted;) {
      const page = await this.#page({ after, unread: true, limit: PAGE_MESSAGES });
      const before = page.filter(({ position }) => position <= this.#last);
      if (before.length > 0) yield before;
      if (before.length < PAGE_MESSAGES) return;
      after = before.at(-1)?.position ?? after;
    }
  }

  #page(query: Omit<HistoryQuery, "conversation">): Promise<MessageRecord[]> {
    const { session, recipient } = this.#init;
    return session.ask((node) => node.history({ conversation: recipient(), ...query }));
  }

  /** Waits until they are written: a reader that is slow gets no more than a page ahead. */
  async #print(
    page: readonly MessageRecord[],
    shown: ShownMessages,
    signal: AbortSignal,
  ): Promise<void> {
    const { terminal, isTyped } = this.#init;
    const lines = this.#lines.next(page.filter(({ id }) => !isTyped(id)));
    for (const line of lines) terminal.print(line);
    const received = page.filter((message) => message.direction === "in");
    shown.printed(received);
    if (received.length > 0) await unlessAborted(shown.settled(), signal);
  }

  /** Never rejects: what cannot be noted is shown once more in a later run. */
  async #mark(messages: readonly SeenMessage[]): Promise<void> {
    try {
      await this.#init.session.ask((node) => node.shown(messages));
    } catch {
      // That there is no node any more is told by the session.
    }
  }
}
