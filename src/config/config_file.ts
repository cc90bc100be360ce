/**
 * The configuration file of a profile, `config.json`: one JSON object whose keys are those of the
 * table in `config.ts`. Reading checks its form, not its values (`mergeConfig` does), so that one
 * wrong value can be repaired with `config set`. Writing is atomic and keeps all other keys; of two
 * processes that write at the same moment, one's change may be lost, but never the file.
 */
import { ChatError } from "../errors.ts";
import { replaceFile } from "./atomic_file.ts";
import { type ConfigKey, type ConfigValue, configValueToJson } from "./config.ts";
import { findJsonError } from "./json_error.ts";
import { quote } from "./quote.ts";
import { systemReason } from "./system_reason.ts";

/** Thousands of mandatory peers fit; a file beyond this is not a configuration. */
const CONFIG_FILE_MAX_BYTES = 256 * 1024;

/**
 * @returns the values by key, not yet checked; empty where there is no such file
 * @throws ChatError `bad-config` with line and column where the file is not a JSON object
 */
export async function readConfigFile(path: string): Promise<ReadonlyMap<string, unknown>> {
  const text = await readText(path);
  if (text === undefined) return new Map();
  return new Map(Object.entries(parseObject(path, text)));
}

/**
 * @param value from `parseSetting`
 * @throws ChatError `bad-config` where the file that is there cannot be understood, or the new one
 *   not be written
 */
export async function setInConfigFile(
  path: string,
  key: ConfigKey,
  value: ConfigValue,
): Promise<void> {
  const values = new Map(await readConfigFile(path));
  values.set(key, configValueToJson(value));
  await write(path, values);
}

/**
 * Takes a key out of the file, so that its default counts again; also one that is not in the table.
 * @returns whether the key was there
 * @throws ChatError `bad-config`, as `setInConfigFile`
 */
export async function unsetInConfigFile(path: string, key: string): Promise<boolean> {
  const values = new Map(await readConfigFile(path));
  if (!values.delete(key)) return false;
  await write(path, values);
  return true;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    const { size } = await Deno.stat(path);
    if (size > CONFIG_FILE_MAX_BYTES) {
      throw new ChatError(
        "bad-config",
        `${path}: the file has ${size} bytes, expected at most 256 KiB`,
        {
          hint: "move it away and set what you need with: p2p-chat config set KEY VALUE",
        },
      );
    }
    // A byte order mark, which some editors write, is dropped by the decoder.
    return new TextDecoder("utf-8", { fatal: true }).decode(await Deno.readFile(path));
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    // A file is in the way of the folder: whoever opens the profile says so.
    if (cause instanceof Deno.errors.NotADirectory) return undefined;
    if (cause instanceof ChatError) throw cause;
    if (cause instanceof TypeError) {
      throw new ChatError("bad-config", `${path}: the file is not UTF-8 text`, {
        hint: "save it as UTF-8, or move it away",
        cause,
      });
    }
    throw new ChatError("bad-config", `${path}: cannot be read: ${systemReason(cause)}`, {
      hint: "make it a file that you may read, or move it away",
      cause,
    });
  }
}

function parseObject(path: string, text: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    const { line, column, expected } = findJsonError(text) ??
      { line: 1, column: 1, expected: "JSON" };
    throw new ChatError("bad-config", `${path}:${line}:${column}: expected ${expected}`, {
      hint: "correct the file; it is JSON, without comments and trailing commas",
      cause,
    });
  }
  if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new ChatError(
    "bad-config",
    `${path}: the file holds ${quote(parsed)}, expected an object`,
    {
      hint: `write settings like this: {"name": "red", "port": 7000}`,
    },
  );
}

async function write(path: string, values: ReadonlyMap<string, unknown>): Promise<void> {
  const text = JSON.stringify(Object.fromEntries(values), null, 2) + "\n";
  try {
    await replaceFile(await target(path), new TextEncoder().encode(text));
  } catch (cause) {
    throw new ChatError("bad-config", `${path}: cannot be written: ${systemReason(cause)}`, {
      hint: "nothing was changed; see that there is room and that you may write there",
      cause,
    });
  }
}

/** The file itself, where `path` is a link that a person set: the link stays. */
async function target(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return path;
    throw error;
  }
}
