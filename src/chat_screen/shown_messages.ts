/**
 * Marks messages as shown once their lines were really written: handed to the operating system, not
 * only printed into a queue whose reader may be gone. What is not marked is shown once more in a
 * later run, so nothing is lost on a terminal that was closed or stands still.
 *
 * So a message is shown at least once, and twice only where the process is killed after the writing
 * and before the marking, which nothing here can rule out.
 */
import { ChatError } from "../errors.ts";
import { aborted, Deadline } from "../deadline.ts";
import type { ReceivedMessage } from "../history/message_record.ts";
import type { ChatNode } from "../node/chat_node.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** How long the goodbye waits for a terminal that takes nothing. */
const GRACE_MS = 300;

/** What becomes of incoming messages whose lines were printed. */
export interface PrintedMessages extends AsyncDisposable {
  /** The lines of these were printed just now. */
  printed(messages: readonly ReceivedMessage[]): void;
  /** Resolves when more can be printed without piling up. */
  settled(): Promise<void>;
  /** Those that were printed and are not done with, as far as it is this that decides on it. */
  readonly unmarked: readonly ReceivedMessage[];
}

export class ShownMessages implements PrintedMessages {
  readonly #node: Pick<ChatNode, "shown">;
  readonly #terminal: Pick<Terminal, "flush" | "closed">;
  /** Printed and not yet marked. */
  readonly #printed: ReceivedMessage[] = [];
  #marking: Promise<void> | undefined;
  #disposed = false;

  constructor(node: Pick<ChatNode, "shown">, terminal: Pick<Terminal, "flush" | "closed">) {
    this.#node = node;
    this.#terminal = terminal;
  }

  /** Their lines were printed just now; they are marked when they are written. */
  printed(messages: readonly ReceivedMessage[]): void {
    if (messages.length === 0) return;
    this.#printed.push(...messages);
    this.#marking ??= this.#mark();
  }

  /**
   * What was printed and is not known to be marked. When the node was that of another process and is
   * gone, tell the next one of it before anything is asked for: it would be shown twice.
   */
  get unmarked(): readonly ReceivedMessage[] {
    return this.#printed;
  }

  /** Resolves when all that was printed is marked, or cannot be. */
  async settled(): Promise<void> {
    while (this.#marking !== undefined) await this.#marking;
  }

  /** Marks what can be written soon; the rest stays unread. */
  async [Symbol.asyncDispose](): Promise<void> {
    using grace = new Deadline(GRACE_MS, this.#terminal.closed);
    await Promise.race([this.settled(), aborted(grace.signal)]);
    this.#disposed = true;
  }

  async #mark(): Promise<void> {
    try {
      while (this.#printed.length > 0) {
        const messages = [...this.#printed];
        await this.#terminal.flush();
        if (this.#disposed || this.#terminal.closed.aborted) return;
        await this.#node.shown(messages);
        this.#printed.splice(0, messages.length);
      }
    } catch (error) {
      // The node of another process is gone, before or after it was told: the next one is told again.
      if (!(error instanceof ChatError)) throw error;
    } finally {
      this.#marking = undefined;
    }
  }
}
