/**
 * What happens while the menu is open, as lines above whatever is being asked: messages that arrive,
 * peers that come and go, what becomes of own messages. A message is marked as shown when its line
 * was really written.
 */
import type { DisplayName } from "../commands/node_lines.ts";
import type { Notifier } from "../commands/notifier.ts";
import { eventText, otherName } from "../commands/node_text.ts";
import type { ShownMessages } from "../chat_screen/shown_messages.ts";
import type { OwnMessage } from "../history/message_record.ts";
import type { ChatNode, NodeEvent } from "../node/chat_node.ts";
import type { Style } from "../terminal/style.ts";
import { StateBursts } from "./state_bursts.ts";

export interface NewsInit {
  readonly node: Pick<ChatNode, "subscribe" | "displayName">;
  readonly style: Style;
  /** Prints a line above the question. */
  readonly print: (line: string) => void;
  readonly shown: Pick<ShownMessages, "printed">;
  readonly notifier: Pick<Notifier, "tell">;
}

/** Tells what happens, until it is disposed. */
export class News implements Disposable {
  readonly #init: NewsInit;
  readonly #displayName: DisplayName;
  readonly #states: StateBursts;
  readonly #subscription: Disposable;
  #hold: Hold | undefined;
  /** How many tell it themselves. */
  #silences = 0;

  constructor(init: NewsInit) {
    this.#init = init;
    this.#displayName = init.node.displayName.bind(init.node);
    this.#states = new StateBursts({ ...init, displayName: this.#displayName });
    this.#subscription = init.node.subscribe((event) => this.#take(event));
  }

  /**
   * Until the result is disposed, lines about own messages are kept back: whoever sends one says
   * itself what became of it.
   */
  hold(): Hold {
    const hold = new Hold((messages) => {
      this.#hold = undefined;
      messages.forEach((message) => this.#states.tell(message));
    });
    this.#hold = hold;
    return hold;
  }

  /** Until the result is disposed, nothing is told: what shows a conversation tells it itself. */
  silence(): Disposable {
    this.#silences++;
    return { [Symbol.dispose]: () => void this.#silences-- };
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
    this.#states[Symbol.dispose]();
  }

  #take(event: NodeEvent): void {
    if (this.#silences > 0) return;
    if (event.event === "state") {
      if (this.#hold === undefined) this.#states.tell(event.message);
      else this.#hold.keep(event.message);
      return;
    }
    const { style, print, shown, notifier } = this.#init;
    const text = eventText(event, this.#displayName, style);
    if (text !== undefined) print(text.line);
    if (event.event !== "message") return;
    const { conversation, text: said } = event.message;
    shown.printed([event.message]);
    notifier.tell({ conversation, name: otherName(conversation, this.#displayName), text: said });
  }
}

/** Changes of own messages whose lines are kept back. */
export class Hold implements Disposable {
  readonly #release: (messages: readonly OwnMessage[]) => void;
  #messages: OwnMessage[] = [];

  constructor(release: (messages: readonly OwnMessage[]) => void) {
    this.#release = release;
  }

  keep(message: OwnMessage): void {
    this.#messages.push(message);
  }

  /** It was told that this message is in this state; what came of it later is still news. */
  told({ id, state }: OwnMessage): void {
    const last = this.#messages.findLastIndex((each) => each.id === id && each.state === state);
    this.#messages = this.#messages.filter((each, index) => each.id !== id || index > last);
  }

  [Symbol.dispose](): void {
    this.#release(this.#messages);
  }
}
