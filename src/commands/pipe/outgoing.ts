/**
 * Standard input on its way to the peer. Lines that are here together are saved together, each only
 * with the one before it: so where saving fails, or a process is killed, what is saved is exactly a
 * beginning of the input. And no line is taken while too many before it are not where they should be
 * (`--until`).
 */
import { ChatError } from "../../errors.ts";
import type { OwnMessage } from "../../history/message_record.ts";
import type { Recipient } from "../../node/chat_node.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { unlessAborted } from "../../deadline.ts";
import type { LastingSession } from "../lasting_session.ts";
import { OwnMessages } from "../../chat_screen/own_messages.ts";
import { isOver, type Until } from "../until.ts";
import { type InputLine, inputLines, lineError } from "./input.ts";
import { lineId, type Stream } from "./line_id.ts";

/**
 * Lines that may be on their way: enough that the way is never empty, and no more than 8 MiB of the
 * longest messages.
 */
const MAX_UNDERWAY = 256;
/** Lines that are saved together: they share a commit, or a way to the node that runs. */
const MAX_AT_ONCE = 32;

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
  /** The last position of the history before the first line; undefined: every line is new. */
  #before: number | undefined;

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
    const { terminal, json, stream, session, signal } = this.#init;
    try {
      if (json || stream !== undefined) {
        const [last] = await session.ask((node) => node.history({ limit: 1 }));
        this.#before = last?.position ?? 0;
      }
      for await (const batch of inputLines(terminal, { json, atOnce: MAX_AT_ONCE, signal })) {
        for (let start = 0; start < batch.length;) {
          // A line that is saved already may turn out to be another one: then none after it counts.
          const together = batch.slice(start, this.#before === undefined ? undefined : start + 1);
          await this.#messages.atMost(MAX_UNDERWAY - together.length);
          signal.throwIfAborted();
          await this.#sendAll(together);
          start += together.length;
        }
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

  async #sendAll(lines: readonly InputLine[]): Promise<void> {
    const ids = await Promise.all(lines.map((line) => this.#idOf(line)));
    const done = await Promise.allSettled(
      lines.map((line, index) => this.#send(line, ids[index] ?? "", ids[index - 1])),
    );
    // Those that were not saved, one by one: it may have been the fault of one, or of a moment.
    for (const [index, line] of lines.entries()) {
      if (done[index]?.status !== "rejected") continue;
      try {
        await this.#send(line, ids[index] ?? "", undefined);
      } catch (error) {
        throw this.#explain(error, line);
      }
    }
  }

  async #idOf({ id, number }: InputLine): Promise<string> {
    const { stream, newId } = this.#init;
    return id ?? (stream === undefined ? newId() : await lineId(stream, number));
  }

  async #send(
    { number, text, replyTo }: InputLine,
    id: string,
    after: string | undefined,
  ): Promise<void> {
    const recipient = this.#recipient;
    this.#numbers.set(id, number);
    const own = await this.#messages.send({ recipient, text, id, replyTo, after });
    this.#pin(own);
    this.#count++;
    if (this.#before !== undefined && own.position > this.#before) this.#before = undefined;
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
