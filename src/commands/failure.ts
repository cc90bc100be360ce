/**
 * The one place where an error becomes words and an exit code. What it says may quote a peer or a
 * file, so all of it is made harmless.
 */
import { WrongSettings } from "../config/merge_config.ts";
import { ChatError, type ErrorCode } from "../errors.ts";
import type { MessageState } from "../history/message_record.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle } from "../terminal/style.ts";
import type { Terminal } from "../terminal/terminal.ts";
import type { ReportOptions } from "./command.ts";
import { type ErrorLine, isoTime, ndjsonLine } from "./ndjson.ts";

/** What a program that calls this one can tell apart. */
export const EXIT_CODES = {
  /** For `send`: the message got as far as `--until` says, which by default is delivered. */
  done: 0,
  /** Also: the message was cancelled by somebody else. */
  failed: 1,
  wrongUsage: 2,
  /** The message is saved and waits in the outbox; it did not go out in time. */
  notDelivered: 3,
  noSuchPeer: 4,
  refused: 5,
  /** The message went out in time, but its acknowledgement did not come. */
  notAcknowledged: 6,
  interrupted: 130,
} as const;

/** A message that did not get as far as it should; its state decides on the exit code. */
export class Undelivered extends ChatError {
  readonly exitCode: number;
  readonly #state: keyof typeof UNDELIVERED_EXIT_CODES;

  /** @param state where the message is now */
  constructor(
    state: keyof typeof UNDELIVERED_EXIT_CODES,
    message: string,
    options: { hint?: string } = {},
  ) {
    super(state === "refused" ? "refused" : "not-delivered", message, options);
    this.exitCode = UNDELIVERED_EXIT_CODES[state];
    this.#state = state;
  }

  /** The same for several messages, of which this was the worst. */
  ofAll(message: string): Undelivered {
    return new Undelivered(
      this.#state,
      message,
      this.hint === undefined ? {} : { hint: this.hint },
    );
  }
}

const UNDELIVERED_EXIT_CODES = {
  queued: EXIT_CODES.notDelivered,
  sent: EXIT_CODES.notAcknowledged,
  refused: EXIT_CODES.refused,
  cancelled: EXIT_CODES.failed,
} as const satisfies { readonly [State in MessageState]?: number };

/** Causes shown with `--verbose`; a longer chain goes in a circle. */
const MAX_CAUSES = 8;

/**
 * @param now the clock, ms since the epoch: when it failed
 * @returns the exit code
 */
export function reportFailure(
  error: unknown,
  terminal: Terminal,
  report: ReportOptions,
  now: () => number = Date.now,
): number {
  const first = original(error);
  if (first instanceof WrongSettings) {
    const [code] = first.faults.map((fault) => reportFailure(fault, terminal, report, now));
    return code ?? EXIT_CODES.wrongUsage;
  }
  const failure = describe(first, isoTime(now()), report.verbose === true);
  if (report.json) terminal.print(ndjsonLine(failure));
  // Whoever interrupts knows; only what else follows from it is news.
  else if (failure.code !== "interrupted" || failure.hint !== null) printText(failure, terminal);
  if (first instanceof Undelivered) return first.exitCode;
  return failure.code === "unexpected" ? EXIT_CODES.failed : exitCode(failure.code);
}

function printText({ message, hint, causes }: ErrorLine, terminal: Terminal): void {
  const style = createStyle(terminal.colors);
  terminal.remark(`${style.bad("error:")} ${sanitise(message)}`);
  for (const cause of causes) terminal.remark(style.dim(`cause: ${sanitise(cause)}`));
  if (hint !== null) terminal.remark(`${style.accent("hint:")} ${sanitise(hint)}`);
}

function describe(first: unknown, at: string | null, verbose: boolean): ErrorLine {
  const causes = verbose ? causesOf(first) : [];
  if (first instanceof ChatError) {
    const { code, message, hint = null } = first;
    return { event: "error", at, code, message, hint, causes };
  }
  const message = first instanceof Error ? first.message || first.name : String(first);
  return {
    event: "error",
    at,
    code: "unexpected",
    message: `unexpected: ${message}`,
    hint: verbose ? null : "run it again with --verbose to see where it comes from",
    causes: verbose && first instanceof Error ? [first.stack ?? first.message, ...causes] : causes,
  };
}

/** What went wrong before the cleaning up went wrong as well. */
function original(error: unknown): unknown {
  return error instanceof SuppressedError ? original(error.suppressed) : error;
}

function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  let next = error;
  while (next instanceof Error && next.cause !== undefined && causes.length < MAX_CAUSES) {
    next = next.cause;
    causes.push(next instanceof Error ? `${next.name}: ${next.message}` : String(next));
  }
  return causes;
}

function exitCode(code: ErrorCode): number {
  switch (code) {
    case "bad-usage":
    case "bad-config":
    case "bad-address":
    case "bad-profile":
      return EXIT_CODES.wrongUsage;
    case "not-delivered":
      return EXIT_CODES.notDelivered;
    case "no-such-peer":
    case "ambiguous-peer":
      return EXIT_CODES.noSuchPeer;
    case "refused":
      return EXIT_CODES.refused;
    case "interrupted":
      return EXIT_CODES.interrupted;
    case "profile-in-use":
    case "profile-unusable":
    case "key-damaged":
    case "key-exposed":
    case "storage-busy":
    case "storage-failed":
    case "cannot-listen":
    case "unreachable":
    case "not-a-peer":
    case "not-supported":
    case "node-stopped":
      return EXIT_CODES.failed;
  }
}
