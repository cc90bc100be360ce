/**
 * Any value as text for a log line: bounded, and never throwing, because what is logged is often
 * what has just gone wrong. The text is not safe for a terminal or a file yet.
 */

/** Enough to recognise a key or a hash. */
const BYTES_SHOWN = 64;
const CAUSES_SHOWN = 5;
const FRAMES_SHOWN = 10;
const INSPECT: Deno.InspectOptions = {
  breakLength: Infinity,
  depth: 3,
  iterableLimit: 20,
  strAbbreviateSize: 500,
};

/** What to tell of errors. */
export interface ValueTextOptions {
  /** Whether to add where an error was thrown, at most 10 frames. Default false. */
  readonly stacks?: boolean;
}

/**
 * Strings as they are, bytes in hexadecimal, errors with their causes, objects that have a text of
 * their own (peer ids, multiaddrs) by that, all others as the console shows them.
 */
export function valueText(value: unknown, options: ValueTextOptions = {}): string {
  if (typeof value === "string") return value;
  try {
    if (value instanceof Uint8Array) return hexadecimal(value);
    if (value instanceof Error) return errorText(value, options, CAUSES_SHOWN);
    return hasOwnText(value) ? String(value) : Deno.inspect(value, INSPECT);
  } catch {
    // Its own code failed; that it was there is all that can be said.
    return `[${typeof value} that cannot be shown]`;
  }
}

function hexadecimal(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, BYTES_SHOWN));
  const digits = shown.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return bytes.length > BYTES_SHOWN ? `${digits}… (${bytes.length} bytes)` : digits;
}

function errorText(error: Error, options: ValueTextOptions, causesLeft: number): string {
  const parts = [`${error.name}: ${error.message}`];
  if (options.stacks) parts.push(...frames(error));
  if (error instanceof AggregateError && causesLeft > 0) {
    const errors: unknown[] = error.errors.slice(0, CAUSES_SHOWN);
    parts.push(`[${errors.map((each) => causeText(each, options, causesLeft - 1)).join("; ")}]`);
  }
  if (error.cause !== undefined && causesLeft > 0) {
    parts.push(`(caused by ${causeText(error.cause, options, causesLeft - 1)})`);
  }
  return parts.join(" ");
}

function causeText(cause: unknown, options: ValueTextOptions, causesLeft: number): string {
  return cause instanceof Error ? errorText(cause, options, causesLeft) : valueText(cause, options);
}

function frames(error: Error): string[] {
  const lines = (error.stack ?? "").split("\n").map((line) => line.trim());
  return lines.filter((line) => line.startsWith("at ")).slice(0, FRAMES_SHOWN);
}

function hasOwnText(value: unknown): boolean {
  if (typeof value === "function" || Array.isArray(value)) return false;
  if (typeof value !== "object" || value === null) return typeof value !== "symbol";
  return value.toString !== undefined && value.toString !== Object.prototype.toString;
}
