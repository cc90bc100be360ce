/**
 * What becomes of own messages, without flooding the screen: a change of state is told at once; what
 * follows of the same kind within a moment is summed up. A peer that comes back after a day takes
 * thousands of messages in a second.
 */
import type { OwnMessage } from "../history/message_record.ts";

/** Short enough to be news, long enough that a burst is a few lines. */
const WINDOW_MS = 1_000;

export interface StateBurstsInit {
  /** The line for a message in its present state; undefined: it is not worth one. */
  readonly line: (message: OwnMessage) => string | undefined;
  readonly print: (line: string) => void;
}

/** Changes of one kind in the present window. */
interface Burst {
  readonly timer: ReturnType<typeof setTimeout>;
  /** How many were not told yet. */
  untold: number;
  last: OwnMessage;
}

/** Dispose it to stop its clocks; what was not told is told then. */
export class StateBursts implements Disposable {
  readonly #init: StateBurstsInit;
  /** By state and conversation. */
  readonly #bursts = new Map<string, Burst>();

  constructor(init: StateBurstsInit) {
    this.#init = init;
  }

  /** Tells the present state of a message, or counts it. */
  tell(message: OwnMessage): void {
    const line = this.#init.line(message);
    if (line === undefined) return;
    const burst = this.#bursts.get(keyOf(message));
    if (burst === undefined) {
      this.#init.print(line);
      this.#open(message);
    } else {
      burst.untold++;
      burst.last = message;
    }
  }

  [Symbol.dispose](): void {
    for (const key of [...this.#bursts.keys()]) this.#close(key);
  }

  #open(message: OwnMessage): void {
    const key = keyOf(message);
    const timer = setTimeout(() => {
      // While it goes on there is a line for each window, not one more at its beginning.
      if (this.#close(key) > 0) this.#open(message);
    }, WINDOW_MS);
    this.#bursts.set(key, { timer, untold: 0, last: message });
  }

  /** @returns how many were told */
  #close(key: string): number {
    const burst = this.#bursts.get(key);
    if (burst === undefined) return 0;
    clearTimeout(burst.timer);
    this.#bursts.delete(key);
    const { untold, last } = burst;
    const line = untold === 0
      ? undefined
      : this.#init.line(untold === 1 ? last : { ...last, text: `${untold} more messages` });
    if (line !== undefined) this.#init.print(line);
    return untold;
  }
}

function keyOf({ state, conversation }: OwnMessage): string {
  return `${state} ${conversation.kind === "peer" ? conversation.peerId : conversation.address}`;
}
