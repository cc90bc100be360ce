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
 * Gives the lines that are here already together, at most `atOnce`.
 * @throws ChatError `bad-usage` for a line that can be no message, or an input that cannot be read;
 *   the signal's reason
 */
export async function* inputLines(
  terminal: Pick<Terminal, "byteLines">,
  { json, atOnce, signal }: {
    readonly json: boolean;
    readonly atOnce: number;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<readonly InputLine[], void, void> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let number = 0;
  try {
    for await (const batch of terminal.byteLines({ maxBytes: MAX_LINE_BYTES, atOnce, signal })) {
      const lines: InputLine[] = [];
      let fault: unknown;
      for (const bytes of batch) {
        number++;
        try {
          const line = decode(bytes, decoder, number === 1);
          if (line !== "") lines.push({ number, ...messageOf(line, json) });
        } catch (error) {
          fault = error;
          break;
        }
      }
      if (lines.length > 0) yield lines;
      if (fault !== undefined) throw fault;
    }
  } catch (error) {
    if (error instanceof RangeError) {
      throw lineError(number + 1, `it is longer than ${MAX_LINE_BYTES} bytes`, "send it in parts");
    }
    if (error instanceof LineFault) throw lineError(number, error.message, error.hint);
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
function decode(bytes: Uint8Array, decoder: TextDecoder, isFirst: boolean): string {
  try {
    const line = decoder.decode(bytes);
    return isFirst ? line.replace(BYTE_ORDER_MARK, "") : line;
  } catch {
    throw new LineFault("it is not UTF-8 text", "convert it, or encode it, such as by base64");
  }
}

/** @throws LineFault */
function messageOf(line: string, json: boolean): Omit<InputLine, "number"> {
  const message = json ? parse(line) : { text: line, id: undefined, replyTo: undefined };
  const fault = textFault(message.text);
  if (fault !== undefined) throw new LineFault(fault, "send it in parts");
  return message;
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
