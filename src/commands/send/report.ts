/** Says what became of the messages of `send`: one line for each recipient, and the worst as an error. */
import { ChatError } from "../../errors.ts";
import type { OwnMessage } from "../../history/message_record.ts";
import { formatDuration } from "../../terminal/duration.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { createStyle } from "../../terminal/style.ts";
import { type Cell, formatTable } from "../../terminal/table.ts";
import type { CommandContext } from "../command.ts";
import { EXIT_CODES, Undelivered } from "../failure.ts";
import type { LastingSession } from "../lasting_session.ts";
import { stateColumn, stateStyle } from "../message_state.ts";
import { ndjsonLine, type ResultLine } from "../ndjson.ts";
import { type DisplayName, otherSide } from "../node_lines.ts";
import { isClassicTalk, otherName, recipientText } from "../node_text.ts";
import type { SendOptions } from "../send.ts";
import { DEFAULT_UNTIL, hasReached, worstOf } from "../until.ts";
import type { NotSaved, Outcome, Saved } from "./deliver.ts";
import { IT_GOES_ON, NOTHING_MORE, WHEN_IT_GOES, WHEN_IT_GOES_AGAIN } from "./words.ts";

interface Telling {
  readonly session: LastingSession;
  readonly options: SendOptions;
  readonly displayName: DisplayName;
}

/** @throws Undelivered, or why it was not saved, where one did not get far enough */
export function report(
  outcomes: readonly Outcome[],
  session: LastingSession,
  options: SendOptions,
  { terminal }: CommandContext,
): void {
  const displayName = (peerId: string) => session.node.displayName(peerId);
  const telling = { session, options, displayName };
  const failures = outcomes.map((outcome) => failureOf(outcome, telling));
  const [only] = outcomes;
  if (options.json) {
    for (const outcome of outcomes) terminal.print(ndjsonLine(resultLine(outcome, telling)));
  } else if (outcomes.length > 1) {
    const style = createStyle(terminal.colors);
    const rows = outcomes.map((outcome, index): Cell[] => [
      sanitise(outcome.name),
      "fault" in outcome ? { text: "   not saved", style: style.bad } : {
        text: stateColumn(outcome.message.state),
        style: stateStyle(outcome.message.state, style),
      },
      failures[index] === undefined ? okDetail(outcome, telling) : whyNot(outcome),
    ]);
    const columns = [{ header: "peer" }, { header: "state" }, { header: "who, or why not" }];
    formatTable({ columns, rows, style }).forEach((line) => terminal.print(line));
  } else if (only !== undefined && "message" in only && failures[0] === undefined) {
    terminal.print(okText(only, displayName));
  }
  const failed = failures.filter((failure) => failure !== undefined);
  const waits = outcomes.some((one) => "message" in one && one.message.state === "queued");
  if (failed.length === 0 && !options.json && waits) {
    terminal.remark(session.goesOn ? IT_GOES_ON : WHEN_IT_GOES);
  }
  if (failed.length > 0) throw summary(failed, outcomes.length, options);
}

/** @returns undefined where it got far enough */
function failureOf(outcome: Outcome, telling: Telling): ChatError | undefined {
  if ("fault" in outcome) return outcome.fault;
  const { session, options, displayName } = telling;
  const { until = DEFAULT_UNTIL, timeout } = options;
  const { message: { state, conversation, reason, unanswerable }, obstacle } = outcome;
  if (isEnough(outcome.message, options)) return undefined;
  const name = otherName(conversation, displayName);
  const hasWaited = timeout > 0 && !session.ended.aborted;
  const wait = hasWaited ? `within ${formatDuration(timeout)}` : "yet";
  const lost = session.ended.aborted ? reasonOf(session.ended) : undefined;
  switch (state) {
    case "refused":
      return new Undelivered(
        state,
        isClassicTalk(conversation)
          ? `not sent to ${name}: ${sanitise(reason ?? "no reason")}`
          : `${name} refused the message: ${sanitise(reason ?? "no reason")}`,
      );
    case "cancelled":
      return new Undelivered(state, `the message to ${name} was cancelled`);
    case "sent":
      if (unanswerable) {
        return new Undelivered(
          state,
          `sent to ${name}; that it is ${until} cannot be known (${NOTHING_MORE})`,
          { hint: "leave --until out, or write --until sent" },
        );
      }
      return new Undelivered(
        state,
        `sent to ${name}, but not acknowledged ${wait}; the message stays in the outbox`,
        { hint: session.goesOn ? IT_GOES_ON : WHEN_IT_GOES_AGAIN },
      );
    default: {
      const why = lost ?? obstacle;
      return new Undelivered(
        "queued",
        `not ${until} to ${name} ${wait}${why === undefined ? "" : `: ${why}`}; ` +
          "the message waits in the outbox",
        { hint: session.goesOn && lost === undefined ? IT_GOES_ON : WHEN_IT_GOES },
      );
    }
  }
}

/** The error for all; its exit code is the worst of theirs. */
function summary(
  failed: readonly ChatError[],
  count: number,
  { until = DEFAULT_UNTIL }: SendOptions,
): ChatError {
  const [first] = failed;
  if (count === 1 && first !== undefined) return first;
  const code = worstOf(
    failed.map((one) => one instanceof Undelivered ? one.exitCode : EXIT_CODES.failed),
  );
  const worst = failed.find((one) =>
    (one instanceof Undelivered ? one.exitCode : EXIT_CODES.failed) === code
  );
  const options = worst?.hint === undefined ? {} : { hint: worst.hint };
  const message = `${failed.length} of ${count} messages are not ${until}`;
  return worst instanceof Undelivered
    ? worst.ofAll(message)
    : new ChatError(worst?.code ?? "storage-failed", message, options);
}

function resultLine(outcome: Outcome, { options, displayName }: Telling): ResultLine {
  const { name: target } = outcome;
  if ("fault" in outcome) {
    const { recipient, fault } = outcome;
    const side = otherSide(recipient, displayName);
    const reason = fault.message;
    return { event: "result", target, ok: false, ...side, id: null, ...NOTHING, reason };
  }
  const { message, elapsedMs, obstacle } = outcome;
  const { conversation, id, state, unanswerable, reason } = message;
  return {
    event: "result",
    target,
    ok: isEnough(message, options),
    ...otherSide(conversation, displayName),
    id,
    state,
    unanswerable,
    elapsedMs,
    reason: reason ?? obstacle ?? null,
  };
}

const NOTHING = { state: null, unanswerable: false, elapsedMs: null } as const;

/** What was not asked for need not be known. */
function isEnough({ state, unanswerable }: OwnMessage, { until }: SendOptions): boolean {
  return hasReached(state, until ?? (unanswerable ? "sent" : DEFAULT_UNTIL));
}

function okDetail(outcome: Saved | NotSaved, { displayName }: Telling): string {
  if ("fault" in outcome) return "";
  const { message: { state, conversation, unanswerable }, elapsedMs } = outcome;
  const who = recipientText(conversation, displayName);
  if (state === "queued") return who;
  const more = unanswerable ? ` (${NOTHING_MORE})` : "";
  return `${who} in ${formatDuration(elapsedMs)}${more}`;
}

function whyNot(outcome: Outcome): string {
  if ("fault" in outcome) return sanitise(outcome.fault.message);
  const { message: { reason }, obstacle } = outcome;
  return reason === undefined ? obstacle ?? "" : sanitise(reason);
}

function okText({ message, elapsedMs }: Saved, displayName: DisplayName): string {
  const who = recipientText(message.conversation, displayName);
  if (message.state === "queued") return `queued for ${who}`;
  const { state, unanswerable } = message;
  const word = state === "sent" ? "sent" : "delivered";
  const more = unanswerable ? ` (${NOTHING_MORE})` : "";
  return `${word} to ${who} in ${formatDuration(elapsedMs)}${more}`;
}

function reasonOf({ reason }: AbortSignal): string {
  return sanitise(reason instanceof Error ? reason.message : String(reason));
}
