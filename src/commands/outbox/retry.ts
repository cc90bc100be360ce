/**
 * Tries to deliver now what waits: dials everybody for whom something waits, and says what became of
 * it.
 */
import { ChatError } from "../../errors.ts";
import { type Conversation, isWaiting, type OwnMessage } from "../../history/message_record.ts";
import type { ChatNode } from "../../node/chat_node.ts";
import { startProgress } from "../../terminal/progress.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { createStyle } from "../../terminal/style.ts";
import { readMemory } from "../beside_owner.ts";
import type { CommandContext } from "../command.ts";
import { aborted, Deadline, either } from "../../deadline.ts";
import { EXIT_CODES } from "../failure.ts";
import { stateStyle, withMark } from "../message_state.ts";
import { ndjsonLine } from "../ndjson.ts";
import { type DisplayName, otherSide } from "../node_lines.ts";
import { isClassicTalk, recipientText } from "../node_text.ts";
import type { RetryOptions } from "../outbox.ts";
import { nextText } from "../../chat_screen/search_text.ts";
import { openSession, type Session } from "../session.ts";
import { NOTHING_MORE } from "../send/words.ts";
import { MAX_ENTRIES } from "./list.ts";

/** @returns the exit code */
export async function retryOutbox(
  options: RetryOptions,
  context: CommandContext,
): Promise<number> {
  const { terminal, now } = context;
  await using session = await openForRetry(options, context);
  const { node } = session;
  const signal = either(context.signal, node.ended);
  const startedAt = now();
  using watch = await Watch.start(node, (notice) => terminal.remark(notice));
  if (watch.messages.length === 0) {
    if (!options.json) terminal.remark("nothing waits");
    return EXIT_CODES.done;
  }
  await node.retry();
  await waitInSight(watch, node, options.timeout, { ...context, signal });
  signal.throwIfAborted();
  const left = new Set((await node.outbox(MAX_ENTRIES)).map(({ message }) => message.id));
  const messages = watch.messages.map((message) => currentState(message, left));
  if (options.json) await printLines(messages, node, context, now() - startedAt);
  else await printText(messages, node, context);
  return messages.some(isWaiting) ? EXIT_CODES.notDelivered : EXIT_CODES.done;
}

/** @throws ChatError, with the owner's plans where another process has the profile */
async function openForRetry(options: RetryOptions, context: CommandContext): Promise<Session> {
  try {
    return await openSession(options, { command: "outbox", listen: "ephemeral" }, context);
  } catch (cause) {
    if (!(cause instanceof ChatError) || cause.code !== "profile-in-use") throw cause;
    const hint = `that process tries by itself; ${await ownersNextTry(options, context)}`;
    throw new ChatError(cause.code, cause.message, { hint, cause });
  }
}

async function ownersNextTry(options: RetryOptions, context: CommandContext): Promise<string> {
  using memory = await readMemory(options, context);
  const entries = memory.history?.outbox.list(MAX_ENTRIES) ?? [];
  if (entries.length === 0) return "nothing waits";
  const times = entries.map(({ search }) => search?.nextAttempt ?? 0);
  return nextText(times.reduce((one, other) => Math.min(one, other)), true, context.now());
}

/** All that waited when it began, as it is now, in the order of writing. */
class Watch implements Disposable {
  readonly #messages = new Map<string, OwnMessage>();
  readonly #subscription: Disposable;
  #isComplete = false;
  #changed = Promise.withResolvers<void>();

  private constructor(node: ChatNode, onNotice: (text: string) => void) {
    // What was delivered before this line comes as well: the first listener gets it.
    this.#subscription = node.subscribe((event) => {
      if (event.event === "notice") onNotice(event.text);
      if (event.event !== "state") return;
      // What was written since is none of those.
      if (this.#isComplete && !this.#messages.has(event.message.id)) return;
      this.#messages.set(event.message.id, event.message);
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
  }

  static async start(node: ChatNode, onNotice: (text: string) => void): Promise<Watch> {
    const watch = new Watch(node, onNotice);
    try {
      for (const { message } of await node.outbox(MAX_ENTRIES)) {
        // What was said of it meanwhile is newer.
        if (!watch.#messages.has(message.id)) watch.#messages.set(message.id, message);
      }
      watch.#isComplete = true;
      return watch;
    } catch (error) {
      watch[Symbol.dispose]();
      throw error;
    }
  }

  get messages(): readonly OwnMessage[] {
    return [...this.#messages.values()].sort((one, other) => one.position - other.position);
  }

  /** Resolves when one of them gets further. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  [Symbol.dispose](): void {
    this.#subscription[Symbol.dispose]();
  }
}

async function waitInSight(
  watch: Watch,
  node: ChatNode,
  timeoutMs: number,
  { terminal, signal }: CommandContext,
): Promise<void> {
  using deadline = new Deadline(timeoutMs, signal);
  using progress = startProgress(terminal, "trying", { signal });
  const over = aborted(deadline.signal);
  for (;;) {
    const { messages } = watch;
    const open = messages.filter(isWaiting);
    if (open.length === 0 || deadline.signal.aborted) return;
    const names = new Set(open.map((message) => nameOf(message.conversation, node)));
    const done = messages.length - open.length;
    progress.update(
      `${done} of ${messages.length} delivered; waiting for ${[...names].join(", ")}`,
    );
    await Promise.race([watch.changed, over]);
  }
}

/** A message that another process took back meanwhile waits no more, and nobody said so. */
function currentState(message: OwnMessage, left: ReadonlySet<string>): OwnMessage {
  return isWaiting(message) && !left.has(message.id) ? { ...message, state: "cancelled" } : message;
}

async function printText(
  messages: readonly OwnMessage[],
  node: ChatNode,
  { terminal }: CommandContext,
): Promise<void> {
  const style = createStyle(terminal.colors);
  for (const one of tally(messages)) {
    const { state, conversation, reason } = one;
    const name = nameOf(conversation, node);
    const why = reason ?? (isWaiting(one) ? await obstacle(conversation, node) : undefined);
    const words = [wordsFor(one, name), ...(why === undefined ? [] : [why])].join(": ");
    terminal.print(stateStyle(state, style)(withMark(state, words)));
  }
}

interface Tally extends Pick<OwnMessage, "state" | "unanswerable"> {
  readonly conversation: Conversation;
  /** Of a refusal, harmless. */
  readonly reason: string | undefined;
  count: number;
}

/** How many to each recipient came to the same end; what was read already is delivered. */
function tally(messages: readonly OwnMessage[]): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const message of messages) {
    const { conversation, unanswerable, reason } = message;
    const state = message.state === "read" ? "delivered" : message.state;
    const said = reason === undefined ? undefined : sanitise(reason);
    const key = JSON.stringify([conversation, state, unanswerable, said]);
    const same = tallies.get(key) ??
      { conversation, state, unanswerable, reason: said, count: 0 };
    same.count++;
    tallies.set(key, same);
  }
  return [...tallies.values()];
}

function wordsFor({ state, unanswerable, count, conversation }: Tally, name: string): string {
  switch (state) {
    case "queued":
      return `${count} ${count === 1 ? "waits" : "wait"} for ${name}`;
    case "sent":
      return unanswerable
        ? `${count} sent to ${name} (${NOTHING_MORE})`
        : `${count} sent to ${name}, not acknowledged yet`;
    case "delivered":
    case "read":
      return `${count} delivered to ${name}`;
    case "refused":
      return isClassicTalk(conversation)
        ? `${count} refused here, and not sent to ${name}`
        : `${count} refused by ${name}`;
    case "cancelled":
      return `${count} to ${name} cancelled by another process`;
  }
}

async function printLines(
  messages: readonly OwnMessage[],
  node: ChatNode,
  { terminal }: CommandContext,
  elapsedMs: number,
): Promise<void> {
  const displayName = node.displayName.bind(node);
  for (const message of messages) {
    const { id, conversation, state, unanswerable, reason } = message;
    terminal.print(ndjsonLine({
      event: "result",
      target: otherTarget(conversation),
      ok: state === "delivered" || state === "read" || unanswerable,
      ...otherSide(conversation, displayName),
      id,
      state,
      unanswerable,
      elapsedMs,
      reason: reason ?? (isWaiting(message) ? await obstacle(conversation, node) : null) ?? null,
    }));
  }
}

/** Why the recipient was not reached, harmless; undefined where that is not known. */
async function obstacle(conversation: Conversation, node: ChatNode): Promise<string | undefined> {
  const { search } = await node.reachability(conversation);
  const failure = search?.failure;
  return failure === undefined ? undefined : sanitise(failure);
}

function nameOf(conversation: Conversation, node: ChatNode): string {
  const displayName: DisplayName = node.displayName.bind(node);
  return recipientText(conversation, displayName);
}

function otherTarget(conversation: Conversation): string {
  return conversation.kind === "peer" ? conversation.peerId : conversation.address;
}
