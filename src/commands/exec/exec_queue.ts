/**
 * Runs the program of `--exec` for every message that `listen` has printed: once in a run of `listen`,
 * in their order, so many at a time as allowed.
 *
 * A message counts as shown when its program has ended with 0. Any other end is logged with the
 * message's id; the message stays unread, so that the next `listen` runs the program for it again, once.
 * So a program sees a message at least once: a second time where this process was killed before that
 * was noted, or ended before the program did.
 *
 * What waits are places in the history (8 B each), not messages: their texts are read when their turn
 * comes.
 */
import { dirname, resolve } from "node:path";
import { getLogger } from "@logtape/logtape";
import type { Profile } from "../../config/paths.ts";
import { ChatError } from "../../errors.ts";
import type { ReceivedMessage } from "../../history/message_record.ts";
import type { ChatNode } from "../../node/chat_node.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import { ndjsonLine } from "../ndjson.ts";
import { messageLine } from "../node_lines.ts";
import type { PrintedMessages } from "../../chat_screen/shown_messages.ts";
import type { ExecPlan } from "./exec_options.ts";
import { runForMessage } from "./exec_run.ts";

/**
 * At the end, for those that run to finish by themselves. With what it takes to end them after that, and
 * with the goodbye, it is less than the time that the process has left (`process.ts`).
 */
const FINISH_MS = 400;
/** Places whose turn has come are let go of when there are so many. */
const COMPACT_PLACES = 1_000;

export interface ExecQueueInit {
  readonly plan: ExecPlan;
  readonly profile: Pick<Profile, "name" | "folder">;
  readonly node: Pick<ChatNode, "history" | "shown" | "displayName">;
  readonly terminal: Pick<Terminal, "flush">;
}

export class ExecQueue implements PrintedMessages {
  readonly #init: ExecQueueInit;
  readonly #log = getLogger(["p2p-chat", "exec"]);
  /** Positions of messages, of which those from `#next` on wait for their turn. */
  #places: number[] = [];
  #next = 0;
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #isClosed = false;

  constructor(init: ExecQueueInit) {
    this.#init = init;
  }

  printed(messages: readonly ReceivedMessage[]): void {
    for (const { position } of messages) this.#places.push(position);
    this.#fill();
  }

  /** A program that was not seen to end with 0 is run again: nothing is known better elsewhere. */
  get unmarked(): readonly ReceivedMessage[] {
    return [];
  }

  settled(): Promise<void> {
    return this.#init.terminal.flush();
  }

  /** Starts nothing more; what runs gets a moment, then is ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    if (this.#running.size === 0) return;
    const timer = setTimeout(() => this.#stop.abort(), FINISH_MS);
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    clearTimeout(timer);
  }

  #fill(): void {
    while (!this.#isClosed && this.#running.size < this.#init.plan.jobs) {
      const position = this.#places[this.#next];
      if (position === undefined) break;
      this.#next++;
      const running = this.#handle(position).finally(() => {
        this.#running.delete(running);
        this.#fill();
      });
      this.#running.add(running);
    }
    if (this.#next < COMPACT_PLACES) return;
    this.#places = this.#places.slice(this.#next);
    this.#next = 0;
  }

  async #handle(position: number): Promise<void> {
    const { node } = this.#init;
    try {
      const [message] = await node.history({ after: position - 1, limit: 1 });
      // It may have been removed since.
      if (message?.direction !== "in" || message.position !== position) return;
      const fault = await this.#run(message);
      if (fault === undefined) return await node.shown([message]);
      this.#log.warning("message {id} from {name}: {fault}; it stays unread for the next start", {
        id: message.id,
        name: this.#nameOf(message),
        fault,
      });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#log.warning("the message at {position} was not given to the program: {error}", {
        position,
        error,
      });
    }
  }

  #run(message: ReceivedMessage): Promise<string | undefined> {
    const { plan, node } = this.#init;
    const line = ndjsonLine(messageLine(message, node.displayName.bind(node)));
    return runForMessage(plan, `${line}\n`, this.#variables(message), {
      stop: this.#stop.signal,
      onLine: (text, stream) => {
        // What it says on standard error is for a person; the rest only for one who looks closer.
        const level = stream === "stderr" ? "warning" : "info";
        this.#log[level]("message {id}: {text}", { id: message.id, text });
      },
    });
  }

  /** The fields of the line; what is not known is empty. The profile is that of this node. */
  #variables(message: ReceivedMessage): Record<string, string> {
    const { profile, node } = this.#init;
    const line = messageLine(message, node.displayName.bind(node));
    return {
      P2P_CHAT_MESSAGE_ID: message.id,
      P2P_CHAT_PEER_ID: line.peerId ?? "",
      P2P_CHAT_PEER_NAME: this.#nameOf(message),
      // The wire lets no NUL pass, and 32 KiB fit.
      P2P_CHAT_TEXT: message.text,
      P2P_CHAT_SENT_AT: line.sentAt ?? "",
      P2P_CHAT_RECEIVED_AT: line.receivedAt ?? "",
      P2P_CHAT_POSITION: String(message.position),
      P2P_CHAT_REPLY_TO: message.replyTo ?? "",
      // So that `p2p-chat send` in the program works through this node.
      P2P_CHAT_PROFILE: profile.name,
      P2P_CHAT_HOME: resolve(dirname(profile.folder)),
    };
  }

  #nameOf({ conversation }: ReceivedMessage): string {
    return conversation.kind === "peer" ? this.#init.node.displayName(conversation.peerId) : "";
  }
}
