/**
 * Lets other commands of the same profile work through the node of this process, until it is
 * disposed. It never holds the node up, and nothing that a client does ends it.
 */
import type { Profile } from "../config/paths.ts";
import type { ChatNode } from "../node/chat_node.ts";
import { errorResponse, Refusal } from "./failure.ts";
import { controlPlace, listenAt, type Listening, type Place } from "./place.ts";
import { ServedClient } from "./served_client.ts";

/** More than anybody runs at once; each costs some memory and a descriptor. */
const MAX_CLIENTS = 64;
/** Before it accepts again, when accepting has failed: mostly for want of descriptors. */
const ACCEPT_PAUSE_MS = 100;

export interface ControlInit {
  /** Its lock is held by this process. */
  readonly profile: Profile;
  readonly node: ChatNode;
  /** Whether the node stays when the command that runs it is done with its own work. */
  readonly lasting: boolean;
  /** Something for the log. */
  readonly onTrouble: (what: string, detail: Record<string, unknown>) => void;
  /** Default: that of the profile on this platform. */
  readonly place?: Place;
}

/** The node can be worked through. Dispose it to close all connections. */
export interface ControlServer extends AsyncDisposable {
  /** Resolves when no client is connected, or when `signal` aborts. */
  idle(signal: AbortSignal): Promise<void>;
}

/** @throws ChatError `profile-unusable`: something else is in the place of the socket */
export async function serveControl(init: ControlInit): Promise<ControlServer> {
  const { profile, place = controlPlace(profile, Deno.build.os) } = init;
  return new Server(init, await listenAt(place));
}

class Server implements ControlServer {
  readonly #init: ControlInit;
  readonly #listening: Listening;
  readonly #clients = new Map<ServedClient, Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #accepting: Promise<void>;
  #left = Promise.withResolvers<void>();

  constructor(init: ControlInit, listening: Listening) {
    this.#init = init;
    this.#listening = listening;
    this.#accepting = this.#accept();
  }

  async idle(signal: AbortSignal): Promise<void> {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const abort = () => resolve();
    signal.addEventListener("abort", abort, { once: true });
    while (this.#clients.size > 0 && !signal.aborted) {
      await Promise.race([this.#left.promise, over]);
    }
    signal.removeEventListener("abort", abort);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#listening[Symbol.dispose]();
    for (const client of this.#clients.keys()) client.close();
    await Promise.all([this.#accepting, ...this.#clients.values()]);
  }

  /** Never rejects. */
  async #accept(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        this.#take(await this.#listening.listener.accept());
      } catch (error) {
        if (signal.aborted) return;
        this.#init.onTrouble("a client of the control socket was not accepted", { error });
        await pause(ACCEPT_PAUSE_MS, signal);
      }
    }
  }

  #take(connection: Deno.Conn): void {
    const { node, lasting, onTrouble } = this.#init;
    if (this.#clients.size >= MAX_CLIENTS) {
      onTrouble("one client too many of the control socket is refused", { limit: MAX_CLIENTS });
      void turnAway(connection);
      return;
    }
    const { token } = this.#listening;
    const client = new ServedClient({ connection, node, token, lasting, onTrouble });
    const served = client.run().finally(() => {
      this.#clients.delete(client);
      this.#left.resolve();
      this.#left = Promise.withResolvers();
    });
    this.#clients.set(client, served);
  }
}

/** Never rejects. */
async function turnAway(connection: Deno.Conn): Promise<void> {
  using _connection = connection;
  const error = new Refusal(
    "profile-in-use",
    `the node that runs serves ${MAX_CLIENTS} commands already`,
    {
      hint: "try again when some of them are done",
    },
  );
  try {
    // It fits into the buffer of a fresh connection, so this does not wait.
    await connection.write(
      new TextEncoder().encode(`${JSON.stringify(errorResponse(null, error))}\n`),
    );
  } catch {
    // It is gone already: then it is turned away as well.
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    resolve();
  }, { once: true });
  return promise;
}
