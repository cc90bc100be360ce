/**
 * The node of another process, through its control socket: to a command it is a node like its own.
 * Loads nothing of libp2p.
 *
 * Answers and events come in the order in which the node gave them. When the connection breaks,
 * `ended` aborts and whatever is asked rejects with `node-stopped`.
 */
import {
  createJSONRPCNotification,
  createJSONRPCRequest,
  isJSONRPCRequest,
  isJSONRPCResponse,
  JSONRPCClient,
  type JSONRPCRequest,
  type JSONRPCResponse,
} from "json-rpc-2.0";
import { ChatError } from "../errors.ts";
import type { MessageRecord, OwnMessage, ReceivedMessage } from "../history/message_record.ts";
import type { Contact, ContactChange, OutboxEntry } from "../history/mod.ts";
import type {
  ChatNode,
  ConnectResult,
  ConversationSummary,
  Counts,
  HistoryQuery,
  NodeEvent,
  Reachability,
  Recipient,
  SeenMessage,
  SendOptions,
  UnreadRange,
} from "../node/chat_node.ts";
import { namelessPeer } from "../node/recipient.ts";
import type { ActivePeer, KnownPeer } from "../presence/active_peer.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { isObject, ShapeError } from "./check.ts";
import { errorFrom } from "./failure.ts";
import { LineError, LineSplitter } from "./line_splitter.ts";
import type { Dialled } from "./place.ts";
import { makeHello } from "./versions.ts";
import {
  MAX_ANSWER_BYTES,
  type MethodName,
  METHODS,
  nodeEvent,
  peerNames,
  type Shapes,
  type Welcome,
} from "./wire.ts";

const READ_BYTES = 64 * 1024;
/** How long the owner may take to greet; one that does not is stopped or very busy. */
const HELLO_TIMEOUT_MS = 5_000;
/** What the library answers for the other side where nothing is to come any more. */
const GIVEN_UP = 0;
/** Marked as shown with one request. */
const SEEN_AT_ONCE = 1_000;

export class RemoteNode implements ChatNode {
  readonly #connection: Deno.Conn;
  readonly #client: JSONRPCClient;
  readonly #reading: Promise<void>;
  readonly #ending = new AbortController();
  readonly #names = new Map<string, string>();
  readonly #listeners = new Set<(event: NodeEvent) => void>();
  readonly #encoder = new TextEncoder();
  #welcome: Welcome | undefined;
  #writing: Promise<void> = Promise.resolve();
  #lastId = 0;
  /** Once there are listeners: the place in the history after which messages come as events. */
  #eventsFrom: Promise<number> | undefined;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.#client = new JSONRPCClient((request: JSONRPCRequest) => this.#write(request));
    this.#reading = this.#read();
  }

  /**
   * Greets the owner at the other end of a connection.
   * @throws ChatError `not-supported` (it is of another version), `refused`, `node-stopped`
   */
  static async greet({ connection, token }: Dialled): Promise<RemoteNode> {
    const node = new RemoteNode(connection);
    const timer = setTimeout(
      () => node.#end(stopped("the process that owns the profile does not answer")),
      HELLO_TIMEOUT_MS,
    );
    try {
      node.#welcome = await node.#call("hello", makeHello(token));
      return node;
    } catch (error) {
      await node[Symbol.asyncDispose]();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether the node is there to stay, and not only for as long as one command takes. */
  get lasting(): boolean {
    return this.#greeted.lasting;
  }

  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  get peerId(): string {
    return this.#greeted.peerId;
  }

  get name(): string {
    return this.#greeted.name;
  }

  addresses(): string[] {
    return [...this.#greeted.addresses];
  }

  /**
   * Events from before never come: they are for who runs the node. While nobody listens here, the
   * owner sends none.
   */
  subscribe(listener: (event: NodeEvent) => void): Disposable {
    this.#listeners.add(listener);
    if (this.#eventsFrom === undefined) {
      this.#eventsFrom = this.#call("subscribe", undefined).then(({ position }) => position);
      // It can only fail with the connection, and then `ended` says so.
      this.#eventsFrom.catch(() => {});
    }
    return {
      [Symbol.dispose]: () => {
        if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
        this.#eventsFrom = undefined;
        this.#call("unsubscribe", undefined).catch(() => {});
      },
    };
  }

  resolve(peer: string): Promise<Recipient> {
    return this.#call("resolve", { peer });
  }

  send(
    recipient: Recipient,
    text: string,
    { id, replyTo, after, signal }: SendOptions = {},
  ): Promise<OwnMessage> {
    return this.#call("send", { recipient, text, id, replyTo, after }, signal);
  }

  settled(messageId: string, { signal }: { signal: AbortSignal }): Promise<OwnMessage> {
    return this.#call("settled", { messageId }, signal);
  }

  connect(recipient: Recipient, { signal }: { signal: AbortSignal }): Promise<ActivePeer> {
    return this.#call("connect", { recipient }, signal);
  }

  connectAll({ signal }: { signal: AbortSignal }): Promise<ConnectResult[]> {
    return this.#call("connectAll", undefined, signal);
  }

  async settleConnections({ signal }: { signal: AbortSignal }): Promise<void> {
    await this.#call("settleConnections", undefined, signal);
  }

  peers(): Promise<ActivePeer[]> {
    return this.#call("peers", undefined);
  }

  knownPeers(): Promise<KnownPeer[]> {
    return this.#call("knownPeers", undefined);
  }

  displayName(peerId: string): string {
    if (peerId === this.#welcome?.peerId) return this.#welcome.name;
    return this.#names.get(peerId) ?? namelessPeer(peerId);
  }

  contacts(): Promise<Contact[]> {
    return this.#call("contacts", undefined);
  }

  changeContacts(changes: readonly ContactChange[]): Promise<Contact[]> {
    return this.#call("changeContacts", { changes });
  }

  removeContact(peerId: string): Promise<Contact | undefined> {
    return this.#call("removeContact", { peerId });
  }

  history(query: HistoryQuery): Promise<MessageRecord[]> {
    return this.#call("history", { query });
  }

  conversations(): Promise<ConversationSummary[]> {
    return this.#call("conversations", undefined);
  }

  async counts(upTo?: number): Promise<Counts> {
    return await this.#call("counts", { upTo: upTo ?? await this.#missedUpTo() });
  }

  outbox(limit: number): Promise<OutboxEntry[]> {
    return this.#call("outbox", { limit });
  }

  cancel(messageId: string): Promise<OwnMessage | undefined> {
    return this.#call("cancelMessage", { messageId });
  }

  async retry(): Promise<void> {
    await this.#call("retry", undefined);
  }

  reachability(recipient: Recipient): Promise<Reachability> {
    return this.#call("reachability", { recipient });
  }

  async unread(limit: number, { after, upTo }: UnreadRange = {}): Promise<ReceivedMessage[]> {
    const last = upTo ?? await this.#missedUpTo();
    return await this.#call("unread", { limit, after, upTo: last });
  }

  async shown(messages: readonly SeenMessage[]): Promise<void> {
    for (let start = 0; start < messages.length; start += SEEN_AT_ONCE) {
      const some = messages.slice(start, start + SEEN_AT_ONCE)
        .map(({ id, position, conversation }) => ({ id, position, conversation }));
      await this.#call("shown", { messages: some });
    }
  }

  /** The node runs on. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end(stopped("the connection to the node is closed"));
    await this.#reading;
    await this.#writing;
  }

  /** Up to where no events tell of messages: everything, while nobody listens to them. */
  async #missedUpTo(): Promise<number> {
    return await this.#eventsFrom ?? Number.MAX_SAFE_INTEGER;
  }

  get #greeted(): Welcome {
    if (this.#welcome === undefined) throw new Error("the node is used before it was greeted");
    return this.#welcome;
  }

  /**
   * @param signal takes the request back; what has happened by then is still answered
   * @throws ChatError of the node, or `node-stopped`; the reason of `signal`
   */
  async #call<Name extends MethodName>(
    method: Name,
    params: Shapes[Name]["params"],
    signal?: AbortSignal,
  ): Promise<Shapes[Name]["result"]> {
    signal?.throwIfAborted();
    this.#throwIfEnded();
    const id = ++this.#lastId;
    const cancel = () => void this.#write(createJSONRPCNotification("cancel", { id }));
    signal?.addEventListener("abort", cancel, { once: true });
    let response: JSONRPCResponse;
    try {
      response = await this.#client.requestAdvanced(createJSONRPCRequest(id, method, params));
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
    if (response.error === undefined) return METHODS[method].result(response.result, "the answer");
    signal?.throwIfAborted();
    // A last answer may come together with the end, and says more.
    if (response.error.code === GIVEN_UP) this.#throwIfEnded();
    throw errorFrom(response);
  }

  #throwIfEnded(): void {
    if (this.#ending.signal.aborted) throw this.#ending.signal.reason;
  }

  /** Never rejects. */
  #write(request: JSONRPCRequest): Promise<void> {
    const bytes = this.#encoder.encode(`${JSON.stringify(request)}\n`);
    this.#writing = this.#writing.then(async () => {
      try {
        for (let rest = bytes; rest.length > 0;) {
          rest = rest.subarray(await this.#connection.write(rest));
        }
      } catch {
        // Reading finds out, and may still find the reason that the node gave.
      }
    });
    return this.#writing;
  }

  /** Never rejects. */
  async #read(): Promise<void> {
    const lines = new LineSplitter(MAX_ANSWER_BYTES);
    try {
      for (;;) {
        const buffer = new Uint8Array(READ_BYTES);
        const count = await this.#connection.read(buffer);
        if (count === null) break;
        for (const line of lines.push(buffer.subarray(0, count))) this.#take(JSON.parse(line));
      }
      this.#end(stopped("the node that ran was stopped"));
    } catch (cause) {
      const isGarbage = cause instanceof ShapeError || cause instanceof LineError ||
        cause instanceof SyntaxError;
      const what = isGarbage
        ? "the node that runs said what makes no sense"
        : "the node that ran is gone";
      this.#end(cause instanceof ChatError ? cause : stopped(what, cause));
    }
  }

  #take(message: unknown): void {
    if (!isObject(message)) throw new ShapeError("neither an answer nor a notification");
    if (isJSONRPCResponse(message)) {
      // An error that answers no request: the whole connection is refused.
      if (message.id === null && message.error !== undefined) throw errorFrom(message);
      this.#client.receive(message);
    } else if (!isJSONRPCRequest(message)) {
      throw new ShapeError("neither an answer nor a notification");
    } else if (message.method === "names") {
      for (const { peerId, name } of peerNames(message.params, "names")) {
        this.#names.set(peerId, sanitise(name));
      }
    } else if (message.method === "event") {
      const event = harmless(nodeEvent(message.params, "event"));
      for (const listener of [...this.#listeners]) listener(event);
    }
  }

  /** @param reason what everybody who waits is told */
  #end(reason: ChatError): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort(reason);
    this.#client.rejectAllPendingRequests(reason.message);
    this.#connection.close();
  }
}

/** The other end may be somebody else's program, on a port that was taken over. */
function harmless(event: NodeEvent): NodeEvent {
  return event.event === "notice" ? { ...event, text: sanitise(event.text) } : event;
}

function stopped(message: string, cause?: unknown): ChatError {
  return new ChatError("node-stopped", message, {
    hint: "what was saved before waits in the outbox: `p2p-chat outbox` shows it",
    ...(cause === undefined ? {} : { cause }),
  });
}
