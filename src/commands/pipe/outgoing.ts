/**
 * Standard input on its way to the peer. A line is saved before the next one is read on, one after
 * the other: so where saving fails, or the process is killed, exactly a beginning of the input is
 * saved. And no line is taken while too many before it are not where they should be (`--until`).
 */
import { ChatError } from "../../errors.ts";
import type { OwnMessage } from "../../history/message_record.ts";
import type { Recipient } from "../../node/chat_node.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { unlessAborted } from "../deadline.ts";
import type { LastingSession } from "../lasting_session.ts";
import { OwnMessages } from "../own_messages.ts";
import { isOver, type Until } from "../until.ts";
import { type InputLine, inputLines, lineError } from "./input.ts";
import { lineId, type Stream } from "./line_id.ts";

/**
 * Lines that may be on their way: enough that the way is never empty, and no more than 8 MiB of the
 * longest messages.
 */
export const MAX_UNDERWAY = 256;

export interface OutgoingInit {
  readonly session: LastingSession;
  readonly terminal: Terminal;
  readonly recipient: Recipient;
  /** Lines are objects, and states are printed. */
  readonly json: boolean;
  readonly until: Until;
  /** What the lines are known by when they come again. */
  readonly stream: Stream | undefined;
  readonly newId: () => string;
  readonly onState: (message: OwnMessage) => void;
  readonly signal: AbortSignal;
}

/** Lines that will never get where they should. */
export interface FailedLines {
  readonly count: number;
  /** Number of the first one, and why it failed. */
  readonly first: number;
  readonly reason: string;
}

export class Outgoing implements Disposable {
  readonly #init: OutgoingInit;
  readonly #messages: OwnMessages;
  /** Whom it goes to; once a peer has answered, that one. */
  #recipient: Recipient;
  /** Line numbers of what is on its way, by message id. */
  readonly #numbers = new Map<string, number>();
  readonly #failed = new Map<"refused" | "cancelled", FailedLines>();
  #count = 0;

  constructor(init: OutgoingInit) {
    this.#init = init;
    this.#recipient = init.recipient;
    const { session, until, signal } = init;
    const onState = (message: OwnMessage) => this.#note(message);
    this.#messages = new OwnMessages({ session, until, signal, onState });
  }

  /** Lines that are saved. */
  get count(): number {
    return this.#count;
  }

  /** Lines that are not as far as they should be, in order. */
  get pending(): readonly OwnMessage[] {
    return this.#messages.pending;
  }

  /** Lines that the peer refused, or somebody took back. */
  failed(state: "refused" | "cancelled"): FailedLines | undefined {
    return this.#failed.get(state);
  }

  /** The number of the line that a message came from, while it is pending. */
  numberOf({ id }: OwnMessage): number | undefined {
    return this.#numbers.get(id);
  }

  /**
   * Reads to the end of the input, or until the signal aborts.
   * @throws ChatError `bad-usage`, `storage-failed`
   */
  async readAll(): Promise<void> {
    const { terminal, json, signal } = this.#init;
    try {
      for await (const line of inputLines(terminal, { json, signal })) {
        await this.#messages.atMost(MAX_UNDERWAY - 1);
        signal.throwIfAborted();
        await this.#send(line);
        if (json) await unlessAborted(terminal.flush(), signal);
      }
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error;
    }
  }

  /** Resolves when every line is as far as it should be, or the signal aborts. */
  async done(): Promise<void> {
    await this.#messages.atMost(0);
  }

  [Symbol.dispose](): void {
    this.#messages[Symbol.dispose]();
  }

  async #send(line: InputLine): Promise<void> {
    const { stream, newId } = this.#init;
    const { number, text, replyTo } = line;
    const id = line.id ?? (stream === undefined ? newId() : await lineId(stream, number));
    this.#numbers.set(id, number);
    try {
      const own = await this.#messages.send({ recipient: this.#recipient, text, id, replyTo });
      this.#count++;
      this.#pin(own);
    } catch (error) {
      throw this.#explain(error, line);
    }
  }

  /** The peer that answered at an address is whom the rest is for as well. */
  #pin({ conversation }: OwnMessage): void {
    if (this.#recipient.kind === "peer" || conversation.kind === "address") return;
    this.#recipient = { ...conversation, address: this.#recipient.address };
  }

  #explain(error: unknown, { number, id, replyTo }: InputLine): unknown {
    if (!(error instanceof ChatError)) return error;
    const fault = error.message.replace(/^not sent: /, "");
    if (error.code === "bad-usage") {
      const isAnother = this.#init.stream !== undefined && id === undefined &&
        replyTo === undefined;
      const hint = isAnother
        ? "with --resume the input has to begin as it did before; another input needs another NAME"
        : error.hint;
      return lineError(number, fault, hint);
    }
    if (error.code !== "storage-failed" && error.code !== "storage-busy") return error;
    return new ChatError(error.code, `line ${number} of the input was not saved: ${fault}`, {
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }

  #note(message: OwnMessage): void {
    const { id, state, reason = "no reason given" } = message;
    this.#init.onState(message);
    this.#pin(message);
    const number = this.#numbers.get(id);
    if (number === undefined || !isOver(message, this.#init.until)) return;
    this.#numbers.delete(id);
    if (state !== "refused" && state !== "cancelled") return;
    const { count = 0, ...before } = this.#failed.get(state) ?? {};
    this.#failed.set(state, { first: number, reason, ...before, count: count + 1 });
  }
}
