/** The text of the message of `send`: its words, a file, or standard input. */
import { quote } from "../../config/quote.ts";
import { systemReason } from "../../config/system_reason.ts";
import { ChatError } from "../../errors.ts";
import { createStyle } from "../../terminal/style.ts";
import type { CommandContext } from "../command.ts";

type Surroundings = Pick<CommandContext, "terminal" | "signal">;

/** The largest message, 32 KiB, and the line end that is taken off. */
const MAX_BYTES = 32 * 1024 + 2;

/**
 * One line end at the end of a file or of standard input is taken off.
 * @param words the arguments
 * @throws ChatError `bad-usage`
 */
export async function messageText(
  words: readonly string[],
  file: string | undefined,
  context: Surroundings,
): Promise<string> {
  if (words.length > 0 && file !== undefined) {
    throw new ChatError("bad-usage", "there is a text and a --file", {
      hint: "leave one of them out",
    });
  }
  const given = words.length > 0
    ? words.join(" ")
    : file === undefined || file === "-"
    ? await readInput(context)
    : await readFile(file);
  if (given !== "") return given;
  throw new ChatError("bad-usage", `the message is ${quote(given)}`, {
    hint: "write it after PEER, or pipe it into standard input",
  });
}

async function readInput({ terminal, signal }: Surroundings): Promise<string> {
  if (terminal.interactive) {
    terminal.remark(createStyle(terminal.colors).dim("Write the message; Ctrl-D ends it."));
  }
  return await readable("standard input", () => terminal.readAll({ maxBytes: MAX_BYTES, signal }));
}

async function readFile(path: string): Promise<string> {
  return await readable(`the file ${quote(path)}`, async () => {
    let bytes: Uint8Array;
    try {
      using file = await Deno.open(path);
      bytes = await readStart(file, MAX_BYTES + 1);
    } catch (cause) {
      throw new ChatError("bad-usage", `cannot read ${quote(path)}: ${systemReason(cause)}`, {
        hint: "name a file with the text of the message, or - for standard input",
        cause,
      });
    }
    if (bytes.length > MAX_BYTES) throw new RangeError("too long");
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  });
}

/** At most `maxBytes`, so that a device or a huge file costs nothing. */
async function readStart(file: Deno.FsFile, maxBytes: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(maxBytes);
  let length = 0;
  while (length < maxBytes) {
    const count = await file.read(buffer.subarray(length));
    if (count === null) break;
    length += count;
  }
  return buffer.subarray(0, length);
}

/** @param what is read, for the message */
async function readable(what: string, read: () => Promise<string>): Promise<string> {
  try {
    return (await read()).replace(/\r?\n$/, "");
  } catch (cause) {
    if (cause instanceof RangeError) {
      throw new ChatError("bad-usage", `${what} is longer than a message may be, 32 KiB`, {
        hint: "send it in parts",
        cause,
      });
    }
    if (cause instanceof TypeError) {
      throw new ChatError("bad-usage", `${what} is not UTF-8 text`, {
        hint: "convert it to UTF-8, or encode it as text, for instance with base64",
        cause,
      });
    }
    throw cause;
  }
}
