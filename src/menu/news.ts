/**
 * What happens while the menu is open, as lines above whatever is being asked: messages that arrive,
 * peers that come and go, what becomes of own messages.
 */
import type { DisplayName } from "../commands/node_lines.ts";
import { eventText } from "../commands/node_text.ts";
import type { OwnMessage } from "../history/message_record.ts";
import type { ChatNode, NodeEvent } from "../node/chat_node.ts";
import type { Style } from "../terminal/style.ts";

export interface NewsInit {
  readonly node: Pick<ChatNode, "subscribe" | "displayName">;
  readonly style: Style;
  readonly now: () => number;
  /** Prints a line above the question. */
  readonly print: (line: string) => void;
  /** Ids of own messages that are on their way; kept up to date. */
  readonly waiting: Set<string>;
}

/** Tells what happens, until it is disposed. */
export class News implements Disposable {
  readonly #init: NewsInit;
  readonly #displayName: DisplayName;
  readonly #subscription: Disposable;
  #hold: Hold | undefined;

  constructor(init: NewsInit) {
    this.#init = init;
    this.#displayName = init.node.displayName.bind(init.node);
    this.#subscription = init.node.subscribe((event) => this.#take(event));
  }

  /**
   * Until the result is disposed, lines about own messages are kept back: whoever sends one says
   * itself what became of it.
   */
  hold(): Hold {
    const hold = new Hold((events) => {
      this.#hold = undefined;
      events.forEach((event) => this.#tell(event));
    });
    this.#hold = hold;
    return hold;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }

  #take(event: NodeEvent): void {
    if (event.event === "state") this.#count(event.message);
    if (event.event === "state" && this.#hold !== undefined) this.#hold.keep(event);
    else this.#tell(event);
  }

  #count({ id, state }: OwnMessage): void {
    if (state === "queued" || state === "sent") this.#init.waiting.add(id);
    else this.#init.waiting.delete(id);
  }

  #tell(event: NodeEvent): void {
    const { style, now, print } = this.#init;
    const text = eventText(event, this.#displayName, style, now());
    if (text !== undefined) print(text.line);
  }
}

type StateEvent = Extract<NodeEvent, { event: "state" }>;

/** Lines kept back. */
export class Hold implements Disposable {
  readonly #release: (events: readonly NodeEvent[]) => void;
  readonly #told = new Set<string>();
  readonly #events: StateEvent[] = [];

  constructor(release: (events: readonly NodeEvent[]) => void) {
    this.#release = release;
  }

  keep(event: StateEvent): void {
    this.#events.push(event);
  }

  /** What has become of this message so far was told. */
  told({ id }: OwnMessage): void {
    this.#told.add(id);
  }

  [Symbol.dispose](): void {
    this.#release(this.#events.filter(({ message }) => !this.#told.has(message.id)));
  }
}
