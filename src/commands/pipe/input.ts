/**
 * Standard input of `pipe` as messages: a line of text each, or with `--json` an object (or a string
 * alone). Empty lines are none, but they count. Nothing is repaired: what cannot be sent exactly as
 * it stands ends the reading, with the number of its line.
 */
import { quote } from "../../config/quote.ts";
import { fieldOf, isObject, orUndefined, ShapeError, text } from "../../control/check.ts";
import { textFault } from "../../direct/text.ts";
import { ChatError } from "../../errors.ts";
import type { Terminal } from "../../terminal/terminal.ts";

/** A line that is to be a message. */
export interface InputLine {
  /** From 1, empty lines counted. */
  readonly number: number;
  readonly text: string;
  readonly id: string | undefined;
  readonly replyTo: string | undefined;
}

/** A message of 32 KiB is at most 192 KiB as JSON. */
const MAX_LINE_BYTES = 1024 * 1024;
const BYTE_ORDER_MARK = /^\ufeff/;
const KEYS: readonly string[] = ["text", "id", "replyTo"];

/**
 * @throws ChatError `bad-usage` for a line that can be no message, or an input that cannot be read;
 *   the signal's reason
 */
export async function* inputLines(
  terminal: Pick<Terminal, "byteLines">,
  { json, signal }: { readonly json: boolean; readonly signal: AbortSignal },
): AsyncGenerator<InputLine, void, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let number = 0;
  try {
    for await (const bytes of terminal.byteLines({ maxBytes: MAX_LINE_BYTES, signal })) {
      number++;
      const written = decoder.decode(bytes);
      const line = number === 1 ? written.replace(BYTE_ORDER_MARK, "") : written;
      if (line === "") continue;
      const message = json ? parse(line) : { text: line, id: undefined, replyTo: undefined };
      const fault = textFault(message.text);
      if (fault !== undefined) throw new LineFault(fault, "send it in parts");
      yield { number, ...message };
    }
  } catch (error) {
    if (error instanceof RangeError) {
      throw lineError(number + 1, `it is longer than ${MAX_LINE_BYTES} bytes`, "send it in parts");
    }
    if (error instanceof LineFault) throw lineError(number, error.message, error.hint);
    if (error instanceof TypeError) {
      throw lineError(
        number,
        "it is not UTF-8 text",
        "convert it, or encode it, such as by base64",
      );
    }
    throw error;
  }
}

/** What is wrong with one line of the input. */
export function lineError(number: number, fault: string, hint: string | undefined): ChatError {
  return new ChatError(
    "bad-usage",
    `line ${number} of the input was not sent: ${fault}`,
    hint === undefined ? {} : { hint },
  );
}

class LineFault extends Error {
  constructor(message: string, readonly hint: string) {
    super(message);
  }
}

/** @throws LineFault */
function parse(line: string): Omit<InputLine, "number"> {
  const hint = 'with --json a line is such as {"text": "hello"}';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new LineFault(`it is not JSON: ${quote(line.slice(0, 40))}`, hint);
  }
  if (typeof value === "string") return { text: value, id: undefined, replyTo: undefined };
  if (!isObject(value)) throw new LineFault("it is neither an object nor a string", hint);
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw new LineFault(`${quote(unknown)} means nothing here`, `it may have ${KEYS.join(", ")}`);
  }
  try {
    const field = (key: string) => fieldOf(value, key, "it");
    const word = orUndefined(text(MAX_LINE_BYTES));
    return {
      text: text(MAX_LINE_BYTES)(field("text"), '"text"'),
      id: word(field("id"), '"id"'),
      replyTo: word(field("replyTo"), '"replyTo"'),
    };
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new LineFault(error.message, hint);
  }
}
