/** How `pipe` ends: with the exit code of the line that fared worst, in words that count them all. */
import { ChatError } from "../../errors.ts";
import { formatDuration } from "../../terminal/duration.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import type { CommandContext } from "../command.ts";
import { EXIT_CODES, Undelivered } from "../failure.ts";
import { Interruption } from "../interruption.ts";
import type { LastingSession } from "../lasting_session.ts";
import type { PipeOptions } from "../pipe.ts";
import { IT_GOES_ON } from "../send/words.ts";
import type { Outgoing } from "./outgoing.ts";

const GOES_LATER =
  "what waits goes out the next time this profile runs a node, such as: p2p-chat listen";

export interface Ending {
  readonly outgoing: Outgoing;
  readonly session: LastingSession;
  /** All of the input was read. */
  readonly isInputOver: boolean;
  readonly options: PipeOptions;
  readonly context: CommandContext;
}

/**
 * @returns 0 where every line that was read got where it should
 * @throws Undelivered; why there is no node any more; the signal's reason
 */
export function verdict(ending: Ending): number {
  const { outgoing, session, isInputOver, context: { signal } } = ending;
  const waiting = outgoing.pending.length;
  if (session.ended.aborted && !signal.aborted) throw session.ended.reason;
  if (signal.aborted) {
    const { reason } = signal;
    if (!(reason instanceof Interruption)) throw reason;
    const isDone = waiting === 0 && isInputOver;
    if (isDone && reason.by !== "SIGINT") return codeOfFailed(ending);
    if (waiting === 0) throw reason;
    throw new ChatError("interrupted", `${reason.message}: ${lines(waiting)} in the outbox`, {
      hint: session.goesOn ? IT_GOES_ON : GOES_LATER,
      cause: reason,
    });
  }
  return codeOfFailed(ending);
}

/** @throws Undelivered */
function codeOfFailed({ outgoing, session, options }: Ending): number {
  const { count, pending } = outgoing;
  const name = sanitise(options.peer);
  for (const state of ["cancelled", "refused"] as const) {
    const failed = outgoing.failed(state);
    if (failed === undefined) continue;
    const what = state === "refused" ? `${name} refused` : "somebody took back";
    const why = state === "refused" ? `: ${sanitise(failed.reason)}` : "";
    const message = `${what} ${failed.count} of ${count} lines, first line ${failed.first}${why}`;
    throw new Undelivered(state, message);
  }
  const [first] = pending;
  if (first === undefined) return EXIT_CODES.done;
  const state = pending.some((message) => message.state === "queued") ? "queued" : "sent";
  const within = options.timeout === undefined
    ? "yet"
    : `within ${formatDuration(options.timeout)}`;
  const word = options.until === "sent" ? "sent" : "delivered";
  throw new Undelivered(
    state,
    `${pending.length} of ${count} lines are not ${word} to ${name} ${within}, ` +
      `first line ${outgoing.numberOf(first)}; they wait in the outbox`,
    { hint: session.goesOn ? IT_GOES_ON : GOES_LATER },
  );
}

function lines(count: number): string {
  return count === 1 ? "1 line waits" : `${count} lines wait`;
}
