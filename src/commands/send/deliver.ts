/** Saves the message for each recipient and waits until each is far enough, or the time is up. */
import { isClassicId } from "../../config/classic_id.ts";
import { ChatError } from "../../errors.ts";
import type { OwnMessage } from "../../history/message_record.ts";
import type { Recipient } from "../../node/chat_node.ts";
import { startProgress } from "../../terminal/progress.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import type { CommandContext } from "../command.ts";
import { Deadline, either, unlessAborted } from "../../deadline.ts";
import { Interruption } from "../interruption.ts";
import type { LastingSession } from "../lasting_session.ts";
import { newMessageId } from "../../chat_screen/message_id.ts";
import { ndjsonLine } from "../ndjson.ts";
import { nodeEventLine } from "../node_lines.ts";
import { OwnMessages } from "../../chat_screen/own_messages.ts";
import type { SendOptions } from "../send.ts";
import { DEFAULT_UNTIL, isOver } from "../until.ts";
import type { Target } from "./targets.ts";
import { WHEN_IT_GOES } from "./words.ts";

/** More than a person writes to one recipient while a message waits. */
const RECENT_MESSAGES = 100;

/** What became of the message to one recipient. */
export type Outcome = Saved | NotSaved;

export interface Saved extends Target {
  readonly message: OwnMessage;
  /** Why the recipient was not reached, one line safe for a terminal; undefined if it was. */
  readonly obstacle: string | undefined;
  readonly elapsedMs: number;
}

export interface NotSaved extends Target {
  readonly fault: ChatError;
}

/**
 * @returns one outcome for each target, in order
 * @throws what kept the message to the only recipient from being saved; an interruption, which says
 *   that the messages stay
 */
export async function deliver(
  session: LastingSession,
  targets: readonly Target[],
  text: string,
  options: SendOptions,
  context: CommandContext,
): Promise<Outcome[]> {
  const { until = DEFAULT_UNTIL, timeout, replyTo, json } = options;
  const { terminal, now, signal: interrupted } = context;
  const signal = either(interrupted, session.ended);
  /** Each message as it is now, and when it got there. */
  const latest = new Map<string, { readonly message: OwnMessage; readonly at: number }>();
  using messages = new OwnMessages({
    session,
    until,
    signal,
    onState(message) {
      const { id } = message;
      const before = latest.get(id);
      const isDone = before !== undefined && isOver(before.message, until);
      latest.set(id, { message, at: isDone ? before.at : now() });
      if (!json) return;
      const displayName = (peerId: string) => session.node.displayName(peerId);
      terminal.print(ndjsonLine(nodeEventLine({ event: "state", message }, displayName)));
    },
  });
  const startedAt = now();
  using _progress = startProgress(terminal, waitingText(targets), { signal });
  const tries: (NotSaved | Target & { readonly id: string })[] = [];
  for (const target of targets) {
    const id = newMessageId(now());
    try {
      await messages.send({ recipient: target.recipient, text, id, replyTo });
      tries.push({ ...target, id });
    } catch (error) {
      if (targets.length === 1 || !(error instanceof ChatError) || signal.aborted) throw error;
      tries.push({ ...target, fault: error });
    }
  }
  using deadline = new Deadline(timeout, signal);
  using reaching = new Reaching(session, tries, until === "queued", deadline.signal);
  await unlessAborted(messages.atMost(0), deadline.signal);
  if (interrupted.aborted && messages.pending.length > 0) throw interruption(interrupted, tries);
  reaching.enough();
  return await Promise.all(tries.map(async (one, index): Promise<Outcome> => {
    if ("fault" in one) return one;
    const { name, recipient, id } = one;
    const known = latest.get(id);
    if (known === undefined) throw new Error("a message was saved and has no state");
    const { message, at } = isOver(known.message, until)
      ? known
      : { message: await asStored(session, recipient, known.message, signal), at: now() };
    const obstacle = message.state === "queued"
      ? await reaching.obstacle(index) ?? await asNoted(session, recipient)
      : undefined;
    return {
      name,
      recipient,
      message,
      obstacle: obstacle?.replace(`${name}: `, ""),
      elapsedMs: at - startedAt,
    };
  }));
}

function waitingText(targets: readonly Target[]): string {
  const [first] = targets;
  return targets.length === 1 && first !== undefined
    ? `saved; waiting for ${sanitise(first.name)} to acknowledge it`
    : `saved; waiting for ${targets.length} peers to acknowledge it`;
}

/** Whoever cuts the waiting short has to know that this does not take the messages back. */
function interruption(signal: AbortSignal, tries: readonly unknown[]): unknown {
  const { reason } = signal;
  if (!(reason instanceof Interruption)) return reason;
  const what = tries.length === 1
    ? "the message waits in the outbox"
    : "what is not delivered waits in the outbox";
  return new ChatError("interrupted", `${reason.message}: ${what}`, {
    hint: WHEN_IT_GOES,
    cause: reason,
  });
}

/** What another process did to the database beside the node is no event here. */
async function asStored(
  session: LastingSession,
  recipient: Recipient,
  message: OwnMessage,
  signal: AbortSignal,
): Promise<OwnMessage> {
  if (signal.aborted) return message;
  const query = { conversation: recipient, limit: RECENT_MESSAGES };
  const stored = (await session.ask((node) => node.history(query)))
    .find(({ id, direction }) => id === message.id && direction === "out");
  return stored?.direction === "out" ? stored : message;
}

/**
 * The node seeks the recipients by itself; this joins its first attempts, to learn why they failed.
 */
class Reaching implements Disposable {
  readonly #over = new AbortController();
  readonly #attempts: readonly Promise<string | undefined>[];

  constructor(
    session: LastingSession,
    tries: readonly (NotSaved | Target)[],
    needless: boolean,
    signal: AbortSignal,
  ) {
    const until = either(signal, this.#over.signal);
    this.#attempts = tries.map((one) =>
      needless || "fault" in one || isClassic(one.recipient)
        ? Promise.resolve(undefined)
        : reach(session, one.recipient, until)
    );
  }

  /** Nobody needs to be reached any more. */
  enough(): void {
    this.#over.abort();
  }

  /** Why it failed; undefined where it did not, or not in time. */
  async obstacle(index: number): Promise<string | undefined> {
    return await this.#attempts[index];
  }

  [Symbol.dispose](): void {
    this.enough();
  }
}

/** Joining the attempts would greet a classic peer once more; the node notes why they failed. */
async function asNoted(
  session: LastingSession,
  recipient: Recipient,
): Promise<string | undefined> {
  if (!isClassic(recipient) || session.ended.aborted) return undefined;
  const { search } = await session.ask((node) => node.reachability(recipient));
  return search?.failure;
}

function isClassic(recipient: Recipient): boolean {
  return recipient.kind === "peer" && isClassicId(recipient.peerId);
}

async function reach(
  session: LastingSession,
  recipient: Recipient,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    await session.ask((node) => node.connect(recipient, { signal }));
    return undefined;
  } catch (error) {
    if (signal.aborted || session.ended.aborted) return undefined;
    return sanitise(error instanceof Error ? error.message : String(error));
  }
}
