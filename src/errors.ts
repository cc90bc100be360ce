/**
 * The one error type that a person gets to see. It is thrown where the fact is known and turned
 * into text and an exit code in one place, `src/commands/failure.ts`.
 */

/** All of them, in no order that means anything. */
export const ERROR_CODES = [
  "bad-usage",
  "bad-config",
  "bad-address",
  "bad-profile",
  "profile-in-use",
  "profile-unusable",
  "key-damaged",
  "key-exposed",
  "storage-busy",
  "storage-failed",
  "cannot-listen",
  "unreachable",
  "not-a-peer",
  "no-such-peer",
  "ambiguous-peer",
  "refused",
  "not-delivered",
  "not-supported",
  "interrupted",
  "node-stopped",
] as const;

/**
 * What went wrong, as a stable word that `--json` prints. Never reused for another meaning.
 *
 * - `bad-usage`, `bad-config`, `bad-address`, `bad-profile`: something a person wrote is wrong
 * - `profile-in-use`: another process owns the profile
 * - `profile-unusable`: the profile's folder cannot be made, read or written
 * - `key-damaged`, `key-exposed`: the identity key cannot be trusted
 * - `storage-busy`: another process holds the lock of the database; worth another try
 * - `storage-failed`: the database could not save or read (disk full, damaged)
 * - `cannot-listen`: the address or port cannot be bound
 * - `unreachable`: nobody answered at an address
 * - `not-a-peer`: somebody answered, but does not speak this protocol
 * - `no-such-peer`, `ambiguous-peer`: a name or id that fits nobody, or several
 * - `refused`: the other side, or a limit, said no
 * - `not-delivered`: queued, but no acknowledgement in time
 * - `not-supported`: this build or platform cannot do it
 * - `node-stopped`: the node of another process, through which this one worked, is gone
 * - `interrupted`: a signal or a closed terminal ended it
 */
export type ErrorCode = typeof ERROR_CODES[number];

/** An error with a stable code, a message that quotes the offending value, and what to do next. */
export class ChatError extends Error {
  override readonly name = "ChatError";

  /**
   * @param code the fact, as a stable word
   * @param message one line, without a full stop at the end, quoting the value that was wrong
   * @param options.hint one line: what to do next
   * @param options.cause the underlying error, shown with `--verbose`
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.hint = options.hint;
  }

  readonly hint: string | undefined;
}
