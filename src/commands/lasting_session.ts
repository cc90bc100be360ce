/**
 * A session that goes on when the node of another process, through which it worked, is gone: the next
 * owner of the profile is asked instead, or this process becomes it.
 *
 * What was asked and not answered is asked again, so it must be something that may be done twice; a
 * message is, under an id of its own. What happened between the two nodes comes as no event: whoever
 * follows looks again.
 */
import type { Follower, LastingNode } from "../chat_screen/lasting_node.ts";
import { ChatError, type ErrorCode } from "../errors.ts";
import type { ChatNode } from "../node/chat_node.ts";
import { createStyle } from "../terminal/style.ts";
import type { CommandContext } from "./command.ts";
import { aborted, Deadline, either } from "../deadline.ts";
import type { ProfileOptions, SettingOptions } from "./options.ts";
import { openSession, type Session, type SessionPurpose } from "./session.ts";

/** How long to wait before a session is sought once more. */
const PAUSE_MS = 1_000;
/** How long after "not saved" a node may take to say that it stops. */
const FAREWELL_MS = 1_000;

/** What ends by itself, such as an owner that is stopped or just leaves. */
const PASSING: ReadonlySet<ErrorCode> = new Set(["profile-in-use", "node-stopped", "storage-busy"]);

export class LastingSession implements LastingNode, AsyncDisposable {
  readonly #context: CommandContext;
  readonly #open: () => Promise<Session>;
  readonly #givingUp: AbortController;
  readonly #ending = new AbortController();
  readonly #followers = new Map<Follower, Disposable>();
  #session: Session;
  #renewing: Promise<void> | undefined;
  #disposed = false;

  private constructor(
    session: Session,
    open: () => Promise<Session>,
    givingUp: AbortController,
    context: CommandContext,
  ) {
    this.#session = session;
    this.#open = open;
    this.#givingUp = givingUp;
    this.#context = context;
    this.#watch();
  }

  /** @throws ChatError as `openSession()` */
  static async open(
    options: ProfileOptions & SettingOptions,
    purpose: SessionPurpose,
    context: CommandContext,
  ): Promise<LastingSession> {
    const givingUp = new AbortController();
    const signal = either(context.signal, givingUp.signal);
    const open = () => openSession(options, purpose, { ...context, signal });
    return new LastingSession(await open(), open, givingUp, context);
  }

  /** Aborts when the node is gone and there can be no other one, with the reason. */
  get ended(): AbortSignal {
    return this.#ending.signal;
  }

  /** The last node: for what needs no answer, such as names. */
  get node(): ChatNode {
    return this.#session.node;
  }

  /** Whether the node runs on when this command is done. */
  get goesOn(): boolean {
    return this.#session.goesOn;
  }

  /**
   * Asks the node, and where it is gone before it answers, the next one.
   * @param request may be called several times
   * @throws whatever the node answers; the reason of `ended`
   */
  async ask<Answer>(request: (node: ChatNode) => Promise<Answer>): Promise<Answer> {
    for (;;) {
      while (this.#renewing !== undefined) await this.#renewing;
      this.#ending.signal.throwIfAborted();
      const session = this.#session;
      try {
        return await request(session.node);
      } catch (error) {
        if (!await this.#isLost(error, session)) throw error;
      }
    }
  }

  /** Tells of events from now on, until the result is disposed. */
  follow(follower: Follower): Disposable {
    this.#followers.set(follower, this.#subscribe(follower));
    return {
      [Symbol.dispose]: () => {
        this.#followers.get(follower)?.[Symbol.dispose]();
        this.#followers.delete(follower);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    if (this.#renewing !== undefined) {
      this.#givingUp.abort(new ChatError("interrupted", "the command has ended"));
      await this.#renewing;
    }
    await this.#session[Symbol.asyncDispose]();
  }

  #subscribe(follower: Follower): Disposable {
    return this.#session.node.subscribe((event) => follower.onEvent(event), { from: "now" });
  }

  #watch(): void {
    const { ended } = this.#session.node;
    const renew = () => {
      if (!this.#disposed) this.#renewing ??= this.#renew();
    };
    if (ended.aborted) renew();
    else ended.addEventListener("abort", renew, { once: true });
  }

  /** Whether an answer only says that the node is gone. */
  async #isLost(error: unknown, { node, goesOn }: Session): Promise<boolean> {
    if (!goesOn || !(error instanceof ChatError)) return false;
    if (error.code === "storage-busy") {
      // An owner that stops says of what it has not saved yet that it will not.
      using farewell = new Deadline(FAREWELL_MS, node.ended);
      await aborted(farewell.signal);
    } else if (error.code !== "node-stopped") return false;
    return node.ended.aborted;
  }

  /** Never rejects. */
  async #renew(): Promise<void> {
    const gone = this.#session;
    this.#remark(reasonOf(gone.node));
    for (const subscription of this.#followers.values()) subscription[Symbol.dispose]();
    try {
      await gone[Symbol.asyncDispose]();
      this.#session = await this.#reopen();
    } catch (error) {
      this.#ending.abort(error);
      return;
    } finally {
      this.#renewing = undefined;
    }
    this.#remark(this.goesOn ? "going on through another node" : "going on with a node of its own");
    for (const follower of [...this.#followers.keys()]) {
      this.#followers.set(follower, this.#subscribe(follower));
      follower.onRenewed?.();
    }
    this.#watch();
  }

  async #reopen(): Promise<Session> {
    for (;;) {
      try {
        return await this.#open();
      } catch (error) {
        const { signal } = this.#context;
        const isPassing = error instanceof ChatError && PASSING.has(error.code);
        if (!isPassing || signal.aborted || this.#disposed) throw error;
        using pause = new Deadline(PAUSE_MS, either(signal, this.#givingUp.signal));
        await aborted(pause.signal);
      }
    }
  }

  #remark(words: string): void {
    const { terminal } = this.#context;
    terminal.remark(createStyle(terminal.colors).dim(words));
  }
}

function reasonOf({ ended }: ChatNode): string {
  return ended.reason instanceof Error ? ended.reason.message : "the node that ran is gone";
}
