/**
 * Own messages of the plain form: sends what was typed, and tells in words what becomes of it. A message
 * that is delivered at once makes one line; one that is not is told of after a moment.
 */
import { Deadline, unlessAborted } from "../../deadline.ts";
import { isWaiting, type OwnMessage } from "../../history/message_record.ts";
import type { Recipient } from "../../node/chat_node.ts";
import type { LastingNode } from "../lasting_node.ts";
import { newMessageId } from "../message_id.ts";
import { OwnMessages } from "../own_messages.ts";
import { StateBursts } from "../state_bursts.ts";

/** An acknowledgement within a network is far faster; nobody wonders earlier. */
const PATIENCE_MS = 2_000;
/** Whoever reads the history is never so far behind; a few MB. */
const MAX_REMEMBERED = 50_000;

export interface OwnLinesInit {
  readonly session: Pick<LastingNode, "ask" | "follow">;
  readonly print: (line: string) => void;
  /** The words for a message in its present state. */
  readonly line: (message: OwnMessage) => string;
  readonly now: () => number;
  /** Wakes whoever waits; gives up what is not saved. */
  readonly signal: AbortSignal;
}

export class OwnLines implements Disposable {
  readonly #init: OwnLinesInit;
  readonly #messages: OwnMessages;
  readonly #bursts: StateBursts;
  readonly #resources = new DisposableStack();
  /** Ids of what was typed here. */
  readonly #typed = new Set<string>();
  /** Ids of those of which it was told that they wait. */
  readonly #toldToWait = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(init: OwnLinesInit) {
    this.#init = init;
    this.#bursts = this.#resources.use(new StateBursts(init));
    this.#messages = this.#resources.use(
      new OwnMessages({
        session: init.session,
        until: "delivered",
        onState: (message) => this.#note(message),
        signal: init.signal,
      }),
    );
    this.#resources.defer(() => clearTimeout(this.#timer));
  }

  isTyped(messageId: string): boolean {
    return this.#typed.has(messageId);
  }

  /** Those that are not delivered yet, in order. */
  get pending(): readonly OwnMessage[] {
    return this.#messages.pending;
  }

  /**
   * Resolves when it is saved.
   * @throws ChatError as `ChatNode.send()`; the signal's reason
   */
  async send(recipient: Recipient, text: string): Promise<OwnMessage> {
    const id = newMessageId(this.#init.now());
    // From before it is saved: whoever reads the history must not take it for news.
    this.#typed.add(id);
    if (this.#typed.size > MAX_REMEMBERED) {
      const [oldest = id] = this.#typed;
      this.#typed.delete(oldest);
    }
    try {
      return await this.#messages.send({ recipient, text, id, replyTo: undefined });
    } catch (error) {
      this.#typed.delete(id);
      throw error;
    }
  }

  /** Tells of a message that another process has sent in this conversation. */
  tell(message: OwnMessage): void {
    const { state, unanswerable } = message;
    if (state === "delivered" || state === "read" || state === "refused" || unanswerable) {
      this.#bursts.tell(message);
    }
  }

  /** Some were written a moment ago, and may be delivered soon. */
  get mayBeSoon(): boolean {
    return this.pending.some(({ id }) => !this.#toldToWait.has(id));
  }

  /** Resolves when all are delivered or never will be, after `ms`, or when the signal aborts. */
  async settled(ms: number): Promise<void> {
    using deadline = new Deadline(ms, this.#init.signal);
    await unlessAborted(this.#messages.atMost(0), deadline.signal);
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }

  #note(message: OwnMessage): void {
    this.tell(message);
    if (isWaiting(message)) this.#watch();
    else this.#toldToWait.delete(message.id);
  }

  #watch(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      for (const message of this.#messages.pending) {
        if (this.#toldToWait.has(message.id)) continue;
        this.#toldToWait.add(message.id);
        this.#bursts.tell(message);
      }
    }, PATIENCE_MS);
  }
}
