/**
 * Takes messages back, through the node that runs. Where none does, or with `--direct`, it writes to
 * the database, which also works beside an owner: the two write in turn, and whatever the recipient
 * says later, to whichever process, is what counts. So a message that is on its way at this moment may
 * still become `delivered`.
 */
import { findMessage, shortMessageId } from "../../chat_screen/outbox_groups.ts";
import type { Profile } from "../../config/paths.ts";
import { acquireProfileLock } from "../../config/profile_lock.ts";
import { quote } from "../../config/quote.ts";
import { ChatError } from "../../errors.ts";
import type { OwnMessage } from "../../history/message_record.ts";
import { openHistory, openHistoryBeside } from "../../history/mod.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { type Memory, readMemory } from "../beside_owner.ts";
import type { CommandContext } from "../command.ts";
import { aborted, Deadline } from "../../deadline.ts";
import { EXIT_CODES } from "../failure.ts";
import { withMark } from "../message_state.ts";
import { ndjsonLine, type ResultLine } from "../ndjson.ts";
import { type DisplayName, otherSide } from "../node_lines.ts";
import { otherName } from "../node_text.ts";
import type { CancelOptions } from "../outbox.ts";
import { MAX_ENTRIES } from "./list.ts";

/** Enough of a message to know which one is meant. */
const EXCERPT_COLUMNS = 40;
/** How long the owner may keep the database locked before this gives up, and how often to look. */
const BUSY_PATIENCE_MS = 5_000;
const BUSY_PAUSE_MS = 50;

const MAY_HAVE_ARRIVED = "it had gone out already, so it may have arrived";
const DOES_NOT_WAIT = "no such message waits; `p2p-chat history` shows what became of the others";

/** What became of one ID. */
interface Outcome {
  readonly target: string;
  /** As it was before; undefined where no such message waits. */
  readonly message: OwnMessage | undefined;
}

/**
 * @returns the exit code
 * @throws ChatError `bad-usage` for an ID that means nothing definite; then nothing was taken back
 */
export async function cancelMessages(
  options: CancelOptions,
  context: CommandContext,
): Promise<number> {
  using memory = await readMemory(options, context);
  const waiting = (memory.history?.outbox.list(MAX_ENTRIES) ?? []).map(({ message }) => message);
  const ids = new Set(options.ids.map((id) => id.trim().toLowerCase()));
  const found = [...ids].map((target) => ({ target, message: findMessage(target, waiting) }));
  const outcomes = await takeBack(found, memory, options, context);
  report(outcomes, memory.displayName, options, context);
  return outcomes.every(({ message }) => message !== undefined)
    ? EXIT_CODES.done
    : EXIT_CODES.failed;
}

async function takeBack(
  found: readonly Outcome[],
  memory: Memory,
  { direct }: CancelOptions,
  { signal, now }: CommandContext,
): Promise<Outcome[]> {
  const { profile, identity } = memory;
  if (identity === undefined || found.every(({ message }) => message === undefined)) {
    return [...found];
  }
  await using outbox = (direct ? undefined : await openThroughOwner(profile)) ??
    await openToCancel(profile, identity.peerId, now, signal);
  const outcomes: Outcome[] = [];
  for (const { target, message } of found) {
    const before = message && await patiently(() => outbox.cancel(message.id), signal);
    outcomes.push({ target, message: before });
  }
  return outcomes;
}

interface CancellableOutbox extends AsyncDisposable {
  /** @throws ChatError `storage-busy`: worth another try */
  cancel(id: string): Promise<OwnMessage | undefined>;
}

/** @returns undefined where no node runs, or none that can be worked through */
async function openThroughOwner(profile: Profile): Promise<CancellableOutbox | undefined> {
  const { connectToOwner } = await import("../../control/client.ts");
  try {
    return await connectToOwner(profile);
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return undefined;
  }
}

async function openToCancel(
  profile: Profile,
  self: string,
  now: () => number,
  signal: AbortSignal,
): Promise<CancellableOutbox> {
  using resources = new DisposableStack();
  const history = await openAsOwner() ?? await openBeside();
  const owned = resources.move();
  return {
    cancel: (id) => Promise.try(() => history.outbox.cancel(id, now())),
    [Symbol.asyncDispose]: () => Promise.try(() => owned.dispose()),
  };

  async function openAsOwner() {
    try {
      resources.use(await acquireProfileLock(profile, { command: "outbox", pid: Deno.pid, now }));
    } catch (error) {
      if (error instanceof ChatError && error.code === "profile-in-use") return undefined;
      throw error;
    }
    return resources.use(openHistory(profile.databaseFile, self, now()));
  }

  async function openBeside() {
    const open = () => openHistoryBeside(profile.databaseFile, self);
    return resources.use(await patiently(open, signal));
  }
}

/** Tries again while the owner is writing. */
async function patiently<Result>(
  work: () => Result | Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  using patience = new Deadline(BUSY_PATIENCE_MS, signal);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const isBusy = error instanceof ChatError && error.code === "storage-busy";
      if (!isBusy || patience.expired) throw error;
    }
    using pause = new Deadline(BUSY_PAUSE_MS, patience.signal);
    await aborted(pause.signal);
  }
}

function report(
  outcomes: readonly Outcome[],
  displayName: DisplayName,
  { json }: CancelOptions,
  { terminal }: CommandContext,
): void {
  for (const { target, message } of outcomes) {
    if (json) terminal.print(ndjsonLine(resultLine(target, message, displayName)));
    else if (message !== undefined) terminal.print(takenBackText(message, displayName));
    else terminal.remark(`${quote(target)}: ${DOES_NOT_WAIT}`);
  }
}

function takenBackText(message: OwnMessage, displayName: DisplayName): string {
  const { id, conversation, state, text } = message;
  const name = otherName(conversation, displayName);
  const late = state === "sent" ? ` (${MAY_HAVE_ARRIVED})` : "";
  const excerpt = sanitise(text, { maxColumns: EXCERPT_COLUMNS });
  return withMark("cancelled", `cancelled ${shortMessageId(id)} to ${name}${late}: ${excerpt}`);
}

function resultLine(
  target: string,
  message: OwnMessage | undefined,
  displayName: DisplayName,
): ResultLine {
  const result = { event: "result", target, unanswerable: false, elapsedMs: null } as const;
  if (message === undefined) {
    const nobody = { peerId: null, name: null, classic: false, address: null };
    return { ...result, ok: false, ...nobody, id: null, state: null, reason: DOES_NOT_WAIT };
  }
  return {
    ...result,
    ok: true,
    ...otherSide(message.conversation, displayName),
    id: message.id,
    state: "cancelled",
    reason: message.state === "sent" ? MAY_HAVE_ARRIVED : null,
  };
}
