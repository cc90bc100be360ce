/**
 * Messages that a command sends, each followed until it got as far as it should, or never will, also
 * over the death of the node through which they went: they are asked for again by their ids.
 *
 * Guarantees: each is saved once; of those that name the one before them (`after`) what is saved is a
 * beginning, and the others in the order in which each is awaited before the next. Of every message the states come in order, none twice.
 */
import type { MessageState, OwnMessage } from "../history/message_record.ts";
import type { NodeEvent, Recipient } from "../node/chat_node.ts";
import type { LastingNode } from "./lasting_node.ts";
import { isOver, isProgress, type Until } from "./message_progress.ts";

/** A message before it is saved. */
export interface Writing {
  readonly recipient: Recipient;
  readonly text: string;
  /** A UUID in lower case. */
  readonly id: string;
  readonly replyTo: string | undefined;
  /** Id of the message without which this one is not to be saved either. */
  readonly after?: string | undefined;
}

export interface OwnMessagesInit {
  readonly session: Pick<LastingNode, "ask" | "follow">;
  readonly until: Until;
  /** Called with each state that a message comes to, first with that in which it was saved. */
  readonly onState: (message: OwnMessage) => void;
  /** Wakes whoever waits; gives up what is not saved. */
  readonly signal: AbortSignal;
}

/** Later states are told of so many messages that are over, the last ones. */
const MAX_REMEMBERED = 4_096;

interface Entry {
  readonly writing: Writing;
  /** Undefined until it is known to be saved. */
  latest: OwnMessage | undefined;
}

export class OwnMessages implements Disposable {
  readonly #init: OwnMessagesInit;
  readonly #pending = new Map<string, Entry>();
  readonly #over = new Map<string, MessageState>();
  readonly #resources = new DisposableStack();
  #failure: { readonly error: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(init: OwnMessagesInit) {
    this.#init = init;
    const { session, signal } = init;
    this.#resources.use(session.follow({
      onEvent: (event) => this.#take(event),
      onRenewed: () => void this.#askAgain(),
    }));
    const tell = () => this.#tell();
    signal.addEventListener("abort", tell);
    this.#resources.defer(() => signal.removeEventListener("abort", tell));
  }

  /** Those that are not as far as they should be, in order. */
  get pending(): readonly OwnMessage[] {
    return [...this.#pending.values()].flatMap(({ latest }) => latest ?? []);
  }

  /**
   * Resolves when it is saved: the message as it is then.
   * @throws ChatError as `ChatNode.send()`; the signal's reason
   */
  async send(writing: Writing): Promise<OwnMessage> {
    const { id } = writing;
    const isFirst = !this.#pending.has(id) && !this.#over.has(id);
    // From before it is saved: what happens to it at once must not be missed.
    if (isFirst) this.#pending.set(id, { writing, latest: undefined });
    try {
      const own = await this.#ask(writing);
      this.#note(own);
      return this.#pending.get(id)?.latest ?? own;
    } catch (error) {
      if (isFirst) this.#pending.delete(id);
      throw error;
    }
  }

  /**
   * Resolves when no more than `count` are pending, or the signal aborts.
   * @throws what went wrong with the question how those stand of which a lost node knew
   */
  async atMost(count: number): Promise<void> {
    const { signal } = this.#init;
    while (this.#pending.size > count && !signal.aborted) {
      if (this.#failure !== undefined) throw this.#failure.error;
      await this.#changed.promise;
    }
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }

  #ask({ recipient, text, id, replyTo, after }: Writing): Promise<OwnMessage> {
    const { session, signal } = this.#init;
    const options = {
      id,
      signal,
      ...(replyTo === undefined ? {} : { replyTo }),
      ...(after === undefined ? {} : { after }),
    };
    return session.ask((node) => node.send(recipient, text, options));
  }

  /** Never rejects. */
  async #askAgain(): Promise<void> {
    try {
      for (const { writing, latest } of [...this.#pending.values()]) {
        // One that is not known to be saved is asked for by whoever sends it, in its turn.
        if (latest !== undefined) this.#note(await this.#ask(writing));
      }
    } catch (error) {
      this.#failure ??= { error };
      this.#tell();
    }
  }

  #take(event: NodeEvent): void {
    if (event.event === "state") this.#note(event.message);
  }

  #note(message: OwnMessage): void {
    const { id, state } = message;
    const { onState, until } = this.#init;
    const entry = this.#pending.get(id);
    const before = entry?.latest?.state ?? this.#over.get(id);
    if (entry === undefined && before === undefined) return;
    if (before !== undefined && !isProgress(before, state)) return;
    if (entry !== undefined) entry.latest = message;
    if (entry === undefined || isOver(message, until)) {
      this.#pending.delete(id);
      this.#remember(id, state);
    }
    onState(message);
    this.#tell();
  }

  #remember(id: string, state: MessageState): void {
    this.#over.delete(id);
    this.#over.set(id, state);
    if (this.#over.size <= MAX_REMEMBERED) return;
    for (const [oldest] of this.#over) {
      this.#over.delete(oldest);
      return;
    }
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
