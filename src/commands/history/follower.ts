/**
 * What of the events of a node, and of its history, is news for somebody who follows a conversation or
 * all of them.
 *
 * Each message comes once and in the order of the history: an event only says up to where there are
 * messages, and what there is is read behind the last position that was read. A state comes once and
 * behind its message; of messages from before the first one the states come as well.
 */
import type {
  Conversation,
  MessageRecord,
  MessageState,
  OwnMessage,
} from "../../history/message_record.ts";
import { SearchTerms } from "../../history/search_terms.ts";
import type { ChatNode, HistoryQuery, NodeEvent } from "../../node/chat_node.ts";

/** Read at once: enough for few questions to the node, little enough to keep it free. */
const PAGE_MESSAGES = 500;

/**
 * Own messages whose state is remembered. It serves for what is read and comes as an event as well,
 * which is a matter of moments.
 */
const MAX_REMEMBERED = 1_000;

/** How far a state is. */
const PROGRESS: { readonly [State in MessageState]: number } = {
  queued: 0,
  sent: 1,
  cancelled: 2,
  refused: 3,
  delivered: 4,
  read: 5,
};

/** Who gets the news. */
export interface Follows {
  messages(messages: readonly MessageRecord[]): void;
  state(message: OwnMessage): void;
}

/** What is followed; `limit` counts for what is there already, and not where `after` is given. */
export type FollowQuery = HistoryQuery & { readonly conversation?: Conversation };

export class Follower {
  readonly #node: Pick<ChatNode, "history" | "subscribe">;
  readonly #query: FollowQuery;
  readonly #terms: SearchTerms;
  readonly #follows: Follows;
  #conversation: Conversation | undefined;
  /** Everything up to this position was read; undefined: nothing yet. */
  #last: number | undefined;
  /** The latest position that an event spoke of: so far there are messages. */
  #latest = 0;
  /** States that came while the history was read. */
  #states: OwnMessage[] = [];
  #isReading = false;
  /** Own messages, by position, with the state that was told last. */
  readonly #told = new Map<number, MessageState>();
  #wake = Promise.withResolvers<void>();

  constructor(
    node: Pick<ChatNode, "history" | "subscribe">,
    query: FollowQuery,
    follows: Follows,
  ) {
    this.#node = node;
    this.#query = query;
    this.#terms = new SearchTerms(query.search ?? "");
    this.#follows = follows;
    this.#conversation = query.conversation;
    this.#last = query.after;
  }

  /**
   * Tells what there is and then what happens, until `stop` aborts.
   * @throws ChatError what the node throws
   */
  async run(stop: AbortSignal): Promise<void> {
    using _events = this.#node.subscribe((event) => this.#take(event));
    const wake = () => this.#wake.resolve();
    stop.addEventListener("abort", wake, { once: true });
    while (!stop.aborted) {
      const isAll = await this.#read();
      if (!isAll || this.#latest > (this.#last ?? 0)) continue;
      this.#wake = Promise.withResolvers();
      if (stop.aborted) return;
      await this.#wake.promise;
    }
  }

  /** @returns whether it was all that there is */
  async #read(): Promise<boolean> {
    const { conversation: _conversation, after: _after, ...query } = this.#query;
    const sure = this.#latest;
    const [after, conversation] = [this.#last, this.#conversation];
    const page = {
      ...query,
      ...(conversation === undefined ? {} : { conversation }),
      ...(after === undefined ? {} : { after, limit: PAGE_MESSAGES }),
    };
    this.#isReading = true;
    const messages = await this.#node.history(page);
    this.#isReading = false;
    for (const message of messages) if (message.direction === "out") this.#remember(message);
    this.#follows.messages(messages);
    const isAll = after === undefined || messages.length < page.limit;
    this.#last = Math.max(after ?? 0, messages.at(-1)?.position ?? 0, isAll ? sure : 0);
    for (const message of this.#states.splice(0)) this.#tell(message);
    return isAll;
  }

  #take(event: NodeEvent): void {
    if (event.event !== "message" && event.event !== "state") return;
    this.#latest = Math.max(this.#latest, event.message.position);
    if (this.#latest > (this.#last ?? 0)) this.#wake.resolve();
    if (event.event === "message") return;
    if (this.#isReading) this.#states.push(event.message);
    else this.#tell(event.message);
  }

  /** Tells a state, unless its message is still to be read or it was told with that. */
  #tell(message: OwnMessage): void {
    const { position, state, conversation } = message;
    if (position > (this.#last ?? 0)) return;
    const told = this.#told.get(position);
    if (told === undefined ? !this.#isFollowed(message) : PROGRESS[state] <= PROGRESS[told]) return;
    // What was written to an address goes on with the first peer that answered there.
    if (told !== undefined && this.#conversation?.kind === "address") {
      this.#conversation = conversation;
    }
    this.#remember(message);
    this.#follows.state(message);
  }

  #isFollowed({ conversation, text }: OwnMessage): boolean {
    return isSame(this.#conversation ?? conversation, conversation) && this.#terms.fit(text);
  }

  #remember({ position, state }: OwnMessage): void {
    this.#told.delete(position); // so that it counts as the newest
    this.#told.set(position, state);
    const [oldest] = this.#told.keys();
    if (this.#told.size > MAX_REMEMBERED && oldest !== undefined) this.#told.delete(oldest);
  }
}

function isSame(one: Conversation, other: Conversation): boolean {
  return one.kind === "peer"
    ? other.kind === "peer" && one.peerId === other.peerId
    : other.kind === "address" && one.address === other.address;
}
