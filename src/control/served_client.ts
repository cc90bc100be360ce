/**
 * One client of the control socket, from its `hello` to its end. Whatever it sends, only its own
 * connection suffers: what is no request closes it, and what it does not read is bounded.
 */
import {
  createJSONRPCNotification,
  createJSONRPCSuccessResponse,
  createMethodNotFoundResponse,
  isJSONRPCRequest,
  type JSONRPCRequest,
  type JSONRPCResponse,
  JSONRPCServer,
} from "json-rpc-2.0";
import { ChatError } from "../errors.ts";
import type { ChatNode } from "../node/chat_node.ts";
import { fieldOf, isObject, ShapeError } from "./check.ts";
import { errorResponse, Refusal } from "./failure.ts";
import { LineError, LineSplitter } from "./line_splitter.ts";
import { methodsOf } from "./methods.ts";
import { Outgoing } from "./outgoing.ts";
import { checkHello } from "./versions.ts";
import { MAX_REQUEST_BYTES, type MethodName, METHODS, peersIn, type Shapes } from "./wire.ts";

/** Who says nothing for so long after it has connected is none of ours. */
const HELLO_TIMEOUT_MS = 5_000;
/** Requests of one client that are answered at the same time; more are refused. */
const MAX_CALLS = 64;
/** Bytes that are read at once. */
const READ_BYTES = 64 * 1024;
/** Names that are remembered as known to the client; beyond that all are told once more. */
const MAX_NAMES = 10_000;
/** How long a last answer may take to be written. */
const FAREWELL_MS = 200;

export interface ServedClientInit {
  readonly connection: Deno.Conn;
  readonly node: ChatNode;
  /** What the client has to show; undefined: that it could connect is enough. */
  readonly token: string | undefined;
  /** Whether the node stays when the command that runs it is done with its own work. */
  readonly lasting: boolean;
  /** Something for the log. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
}

export class ServedClient {
  readonly #init: ServedClientInit;
  readonly #rpc = new JSONRPCServer({ errorListener: () => {} });
  readonly #outgoing: Outgoing;
  readonly #resources = new DisposableStack();
  /** Requests that are being answered, by their ids. */
  readonly #calls = new Map<unknown, AbortController>();
  readonly #answers = new Set<Promise<void>>();
  readonly #namesTold = new Map<string, string>();
  #isWelcome = false;
  #subscription: Disposable | undefined;

  constructor(init: ServedClientInit) {
    this.#init = init;
    const { connection, onTrouble } = init;
    this.#outgoing = new Outgoing({
      write: (bytes) => connection.write(bytes),
      onFault: (fault) => {
        // That a client is gone is no news; that it does not read is.
        if (!isClosing(fault)) onTrouble("a client of the control socket is given up", { fault });
        this.close();
      },
    });
    this.#rpc.mapErrorToJSONRPCErrorResponse = errorResponse;
    this.#addMethods();
    this.#resources.defer(() => this.#unsubscribe());
  }

  /** Serves the client until it leaves, is given up or is closed. Never rejects. */
  async run(): Promise<void> {
    const { onTrouble } = this.#init;
    const timer = setTimeout(() => {
      onTrouble("a client of the control socket said no hello", {});
      this.close();
    }, HELLO_TIMEOUT_MS);
    this.#resources.defer(() => clearTimeout(timer));
    try {
      await this.#read(() => clearTimeout(timer));
    } catch (error) {
      if (error instanceof Refusal || isGarbage(error)) {
        onTrouble("a client of the control socket is refused", { reason: error.message });
        await this.#sayLast(error);
      } else if (!isClosing(error)) {
        onTrouble("the connection to a client of the control socket broke", { error });
      }
    } finally {
      this.close();
      for (const call of this.#calls.values()) call.abort(new DOMException("gone", "AbortError"));
      await Promise.all(this.#answers);
    }
  }

  /** Ends the connection at once. */
  close(): void {
    if (this.#resources.disposed) return;
    this.#resources.dispose();
    this.#outgoing.stop();
    this.#init.connection.close();
  }

  async #read(onWelcome: () => void): Promise<void> {
    const lines = new LineSplitter(MAX_REQUEST_BYTES);
    const { connection } = this.#init;
    for (;;) {
      // Not one buffer for all: what is not a whole line yet stays where it was read.
      const buffer = new Uint8Array(READ_BYTES);
      const count = await connection.read(buffer);
      if (count === null) return;
      for (const line of lines.push(buffer.subarray(0, count))) {
        await this.#take(line);
        if (this.#isWelcome) onWelcome();
      }
    }
  }

  async #take(line: string): Promise<void> {
    const request: unknown = JSON.parse(line);
    if (!isObject(request) || !isJSONRPCRequest(request)) {
      throw new ShapeError("what it sent is not a request");
    }
    if (request.method === "cancel") return this.#cancel(request);
    if (request.method === "hello" || !this.#isWelcome) return await this.#welcome(request);
    await this.#outgoing.drained();
    const answer = this.#answer(request).finally(() => this.#answers.delete(answer));
    this.#answers.add(answer);
  }

  async #welcome(request: JSONRPCRequest): Promise<void> {
    const { node, token, lasting } = this.#init;
    if (request.method !== "hello" || this.#isWelcome) {
      throw new ShapeError("it did not begin with one hello");
    }
    const { id = null } = request;
    try {
      const hello = METHODS.hello.params(request.params, "params");
      const welcome = checkHello(hello, token, node, lasting);
      this.#isWelcome = true;
      this.#put(createJSONRPCSuccessResponse(id, welcome));
    } catch (error) {
      if (error instanceof Refusal) this.#put(errorResponse(id, error));
      throw error;
    }
    return await this.#outgoing.drained();
  }

  #cancel({ params }: JSONRPCRequest): void {
    // What is answered already cannot be taken back, and that is no fault.
    this.#calls.get(fieldOf(params, "id", "params"))?.abort(
      new DOMException("taken back by the client", "AbortError"),
    );
  }

  /** Never rejects. */
  async #answer(request: JSONRPCRequest): Promise<void> {
    const { id = null, method } = request;
    // The library would take what every object has, such as `toString`, for a method.
    if (!isMethod(method)) return this.#put(createMethodNotFoundResponse(id));
    if (this.#calls.size >= MAX_CALLS) {
      const error = new ChatError("profile-in-use", `${MAX_CALLS} requests at once are the most`);
      return this.#put(errorResponse(id, error));
    }
    const response = await this.#rpc.receive(request);
    if (response !== null) this.#put(response);
  }

  #addMethods(): void {
    const methods = methodsOf(this.#init.node, {
      begin: () => this.#subscribe(),
      end: () => this.#unsubscribe(),
    });
    const add = <Name extends Asked>(name: Name) => {
      this.#rpc.addMethodAdvanced(name, async ({ id = null, params }) => {
        const call = new AbortController();
        this.#calls.set(id, call);
        try {
          const given: Shapes[Name]["params"] = METHODS[name].params(params, "params");
          const result = await methods[name](given, call.signal);
          return createJSONRPCSuccessResponse(id, result ?? null);
        } finally {
          this.#calls.delete(id);
        }
      });
    };
    for (const name of Object.keys(methods)) if (isMethod(name)) add(name);
  }

  /** @returns the place in the history after which messages come as events */
  async #subscribe(): Promise<{ position: number }> {
    const { node } = this.#init;
    if (this.#subscription === undefined && !this.#resources.disposed) {
      this.#subscription = node.subscribe((event) => {
        this.#tellNames(event, "event");
        this.#outgoing.put(JSON.stringify(createJSONRPCNotification("event", event)), "event");
      }, { from: "now" });
    }
    // Read in the same turn: a message is either up to here, or an event.
    const [last] = await node.history({ limit: 1 });
    return { position: last?.position ?? 0 };
  }

  #unsubscribe(): void {
    this.#subscription?.[Symbol.dispose]();
    this.#subscription = undefined;
  }

  #put(response: JSONRPCResponse): void {
    if (response.error === undefined) this.#tellNames(response.result, "answer");
    this.#outgoing.put(JSON.stringify(response), "answer");
  }

  /** Tells what to call the peers in `value`, as far as the client does not know that yet. */
  #tellNames(value: unknown, kind: "event" | "answer"): void {
    const { node } = this.#init;
    const names = [...peersIn(value)].filter((peerId) => peerId !== node.peerId)
      .map((peerId) => ({ peerId, name: node.displayName(peerId) }))
      .filter(({ peerId, name }) => this.#namesTold.get(peerId) !== name);
    if (names.length === 0) return;
    if (this.#namesTold.size + names.length > MAX_NAMES) this.#namesTold.clear();
    for (const { peerId, name } of names) this.#namesTold.set(peerId, name);
    this.#outgoing.put(JSON.stringify(createJSONRPCNotification("names", names)), kind);
  }

  async #sayLast(error: Error): Promise<void> {
    if (!(error instanceof Refusal)) this.#put(errorResponse(null, error));
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, FAREWELL_MS);
    await Promise.race([this.#outgoing.flushed(), promise]);
    clearTimeout(timer);
  }
}

/** What may be asked once the client is welcome. */
type Asked = Exclude<MethodName, "hello">;

function isMethod(name: string): name is Asked {
  return name !== "hello" && Object.hasOwn(METHODS, name);
}

function isGarbage(error: unknown): error is Error {
  return error instanceof LineError || error instanceof ShapeError || error instanceof SyntaxError;
}

/** The other side has gone, or this one has closed the connection. */
function isClosing(error: unknown): boolean {
  return error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset;
}
