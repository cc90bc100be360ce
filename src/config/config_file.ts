/**
 * The configuration file of a profile, `config.json`: one JSON object whose keys are those of the
 * table in `config.ts`. Reading checks its form, not its values (`mergeConfig` does), so that one
 * wrong value can be repaired with `config set`. Writing is atomic and keeps all other keys; of two
 * processes that write at the same moment, one's change may be lost, but never the file.
 *
 * A file that is written names its schema, `json_schema.ts`, and has it beside it. A file that somebody
 * wrote by hand need not name one.
 */
import { dirname, join } from "node:path";
import { ChatError } from "../errors.ts";
import { replaceFile } from "./atomic_file.ts";
import { type ConfigKey, type ConfigValue, configValueToJson } from "./config.ts";
import { findJsonError } from "./json_error.ts";
import { configSchema, SCHEMA_FILE, SCHEMA_KEY } from "./json_schema.ts";
import { quote } from "./quote.ts";
import { systemReason } from "./system_reason.ts";

/** Thousands of mandatory peers fit; a file beyond this is not a configuration. */
const CONFIG_FILE_MAX_BYTES = 256 * 1024;

/** As a file names a schema that is beside it. */
const OWN_SCHEMA = `./${SCHEMA_FILE}`;

/**
 * @returns the values by key, not yet checked; empty where there is no such file
 * @throws ChatError `bad-config` with line and column where the file is not a JSON object
 */
export async function readConfigFile(path: string): Promise<ReadonlyMap<string, unknown>> {
  const values = new Map(await readAll(path));
  values.delete(SCHEMA_KEY);
  return values;
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
  const values = new Map(await readAll(path));
  values.set(key, configValueToJson(value));
  await writeConfigFile(path, values);
}

/**
 * Takes a key out of the file, so that its default counts again; also one that is not in the table.
 * @returns whether the key was there
 * @throws ChatError `bad-config`, as `setInConfigFile`
 */
export async function unsetInConfigFile(path: string, key: string): Promise<boolean> {
  const values = new Map(await readAll(path));
  if (!values.delete(key)) return false;
  await writeConfigFile(path, values);
  return true;
}

/**
 * Puts a file with these values in the place of the one that is there, or makes it. Where the values
 * name no schema, they get one, and it is put beside the file.
 * @throws ChatError `bad-config` where that cannot be done
 */
export async function writeConfigFile(
  path: string,
  values: ReadonlyMap<string, unknown>,
): Promise<void> {
  const all = values.has(SCHEMA_KEY) ? values : new Map([[SCHEMA_KEY, OWN_SCHEMA], ...values]);
  try {
    // First: a schema that nobody names does no harm.
    if (all.get(SCHEMA_KEY) === OWN_SCHEMA) await writeSchema(join(dirname(path), SCHEMA_FILE));
    await replaceFile(await target(path), bytes(jsonText(Object.fromEntries(all))));
  } catch (cause) {
    throw new ChatError("bad-config", `${path}: cannot be written: ${systemReason(cause)}`, {
      hint: "nothing was changed; see that there is room and that you may write there",
      cause,
    });
  }
}

/** That of another version is replaced. */
async function writeSchema(path: string): Promise<void> {
  const text = jsonText(configSchema());
  const there = await Deno.readTextFile(path).catch(() => undefined); // Then it is made.
  if (there !== text) await replaceFile(path, bytes(text));
}

/** All keys, that of the schema too. */
async function readAll(path: string): Promise<ReadonlyMap<string, unknown>> {
  const text = await readText(path);
  if (text === undefined) return new Map();
  return new Map(Object.entries(parseObject(path, text)));
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

function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2) + "\n";
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
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
