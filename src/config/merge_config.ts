/**
 * Flags win over the environment, the environment over the file, the file over the defaults. The
 * result is a complete and valid `Config`, and says of each value where it came from; values that are
 * not allowed stop it, even where others would have won, and all of them are told at once. Pure: what
 * it merges is passed in.
 */
import { ChatError } from "../errors.ts";
import {
  type Config,
  CONFIG_KEYS,
  CONFIG_TABLE,
  type ConfigDefinition,
  type ConfigKey,
  type ConfigValue,
  type DefaultContext,
  isConfigKey,
  WrongValue,
} from "./config.ts";
import { nearest } from "./nearest.ts";
import type { Environment } from "./paths.ts";
import { quote } from "./quote.ts";

/** Settings from the command line, as text or typed; the texts of a repeated flag as a list. */
export type ConfigFlags = { readonly [Key in ConfigKey]?: Config[Key] | string | undefined };

/** Where a value came from. */
export type Origin =
  | { readonly kind: "flag"; readonly flag: string }
  | { readonly kind: "environment"; readonly variable: string }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "default" };

/** The settings, and where each came from. */
export interface MergedConfig {
  readonly config: Config;
  readonly origins: { readonly [Key in ConfigKey]: Origin };
}

/** Everything that the settings are made of. */
export interface ConfigSources extends DefaultContext {
  readonly flags: ConfigFlags;
  /** The configuration file's values, not yet checked; see `readConfigFile`. */
  readonly file: { readonly path: string; readonly values: ReadonlyMap<string, unknown> };
}

/** Several settings are wrong; each has its own message and hint. */
export class WrongSettings extends ChatError {
  /** @param faults at least two */
  constructor(readonly faults: readonly ChatError[]) {
    super(faults[0]?.code ?? "bad-config", faults.map(({ message }) => message).join("; "), {
      hint: "p2p-chat help settings tells what is allowed",
    });
  }
}

/**
 * @throws ChatError `bad-usage` for a flag, `bad-config` for a variable, the file or an unknown key
 *   in it; `WrongSettings` for several of them
 */
export function mergeConfig(sources: ConfigSources): MergedConfig {
  const faults: ChatError[] = [];
  for (const key of sources.file.values.keys()) {
    if (!isConfigKey(key)) faults.push(unknownKey(key, `${sources.file.path}: `));
  }
  const settle = <Key extends ConfigKey>(key: Key, sources: ConfigSources) =>
    settleOrNote(key, sources, faults);
  const name = settle("name", sources);
  const host = settle("host", sources);
  const port = settle("port", sources);
  const mandatory = settle("mandatory", sources);
  const mdns = settle("mdns", sources);
  const readReceipts = settle("readReceipts", sources);
  const notifications = settle("notifications", sources);
  const classicPort = settle("classicPort", sources);
  const classicHost = settle("classicHost", sources);
  const classicDialect = settle("classicDialect", sources);
  const classicLong = settle("classicLong", sources);
  const classicTeam = settle("classicTeam", sources);
  const logLevel = settle("logLevel", sources);
  const logFile = settle("logFile", sources);
  const [first, second] = faults;
  if (first !== undefined) throw second === undefined ? first : new WrongSettings(faults);
  return {
    config: {
      name: name.value,
      host: host.value,
      port: port.value,
      mandatory: mandatory.value,
      mdns: mdns.value,
      readReceipts: readReceipts.value,
      notifications: notifications.value,
      classicPort: classicPort.value,
      classicHost: classicHost.value,
      classicDialect: classicDialect.value,
      classicLong: classicLong.value,
      classicTeam: classicTeam.value,
      logLevel: logLevel.value,
      logFile: logFile.value,
    },
    origins: {
      name: name.origin,
      host: host.origin,
      port: port.origin,
      mandatory: mandatory.origin,
      mdns: mdns.origin,
      readReceipts: readReceipts.origin,
      notifications: notifications.origin,
      classicPort: classicPort.origin,
      classicHost: classicHost.origin,
      classicDialect: classicDialect.origin,
      classicLong: classicLong.origin,
      classicTeam: classicTeam.origin,
      logLevel: logLevel.origin,
      logFile: logFile.origin,
    },
  };
}

/**
 * Understands the text given for one key, as in `config set KEY TEXT`.
 * @throws ChatError `bad-usage` for an unknown key and for a value that is not allowed
 */
export function parseSetting(key: string, text: string): { key: ConfigKey; value: ConfigValue } {
  const known = requireConfigKey(key);
  const definition: ConfigDefinition<ConfigValue> = CONFIG_TABLE[known];
  const hint = `the default is ${definition.defaultText}`;
  const blame: Blame = { code: "bad-usage", where: known, hint };
  return { key: known, value: checked(definition, blame, () => definition.parse(text)) };
}

/** @throws ChatError `bad-usage` with the nearest known key */
export function requireConfigKey(key: string): ConfigKey {
  if (isConfigKey(key)) return key;
  throw unknownKey(key, "", "bad-usage");
}

/** An origin in a word or two: `--port`, `P2P_CHAT_PORT`, `config.json`'s path, `default`. */
export function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case "flag":
      return origin.flag;
    case "environment":
      return origin.variable;
    case "file":
      return origin.path;
    case "default":
      return "default";
  }
}

interface Settled<Value> {
  readonly value: Value;
  readonly origin: Origin;
}

/** What to say where a value is not allowed. */
interface Blame {
  readonly code: "bad-usage" | "bad-config";
  /** What holds the value, e.g. `--port`. */
  readonly where: string;
  readonly hint: string;
}

/** What is wrong goes to `faults`; until they are told, the default stands in for the value. */
function settleOrNote<Key extends ConfigKey>(
  key: Key,
  sources: ConfigSources,
  faults: ChatError[],
): Settled<Config[Key]> {
  const definition: ConfigDefinition<Config[Key]> = CONFIG_TABLE[key];
  // All are read before one is chosen: a mistake is told also where it does no harm yet.
  const [flag, environment, file] = [
    () => fromFlag(definition, sources.flags[key]),
    () => fromEnvironment(definition, sources.env),
    () => fromFile(definition, key, sources.file),
  ].map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      faults.push(error);
      return undefined;
    }
  });
  return flag ?? environment ?? file ??
    { value: definition.default(sources), origin: { kind: "default" } };
}

function fromFlag<Value extends ConfigValue>(
  definition: ConfigDefinition<Value>,
  given: unknown,
): Settled<Value> | undefined {
  if (given === undefined) return undefined;
  const { flag } = definition;
  const hint = `without ${flag} it is ${definition.defaultText}`;
  // The texts of a flag that was repeated are one list.
  const text = Array.isArray(given) ? given.join(",") : given;
  const value = checked(
    definition,
    { code: "bad-usage", where: flag, hint },
    () => typeof text === "string" ? definition.parse(text) : definition.validate(text),
  );
  return { value, origin: { kind: "flag", flag } };
}

function fromEnvironment<Value extends ConfigValue>(
  definition: ConfigDefinition<Value>,
  env: Environment,
): Settled<Value> | undefined {
  const variable = definition.env;
  const text = env(variable);
  // A variable that is set to nothing counts as not set, as in most programs.
  if (text === undefined || text === "") return undefined;
  const hint = `correct the environment variable, or unset it`;
  const value = checked(
    definition,
    { code: "bad-config", where: variable, hint },
    () => definition.parse(text),
  );
  return { value, origin: { kind: "environment", variable } };
}

function fromFile<Value extends ConfigValue>(
  definition: ConfigDefinition<Value>,
  key: ConfigKey,
  { path, values }: ConfigSources["file"],
): Settled<Value> | undefined {
  if (!values.has(key)) return undefined;
  const hint = `correct the file, or run: p2p-chat config unset ${key}`;
  const value = checked(
    definition,
    { code: "bad-config", where: `${path}: ${key}`, hint },
    () => definition.validate(values.get(key)),
  );
  return { value, origin: { kind: "file", path } };
}

function checked<Value extends ConfigValue>(
  definition: ConfigDefinition<Value>,
  { code, where, hint }: Blame,
  read: () => Value,
): Value {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof WrongValue)) throw cause;
    const { value, cause: reason } = cause;
    if (reason instanceof ChatError) {
      throw new ChatError(code, `${where}: ${reason.message}`, {
        hint: reason.hint ?? hint,
        cause,
      });
    }
    const meant = typeof value === "string" && nearest(value, definition.choices ?? []);
    throw new ChatError(
      code,
      `${where} cannot be ${quote(value)}: expected ${definition.allowed}`,
      { hint: meant ? `did you mean ${quote(meant)}?` : hint, cause },
    );
  }
}

function unknownKey(
  key: string,
  where: string,
  code: "bad-usage" | "bad-config" = "bad-config",
): ChatError {
  const meant = nearest(key, CONFIG_KEYS);
  return new ChatError(code, `${where}there is no setting ${quote(key)}`, {
    hint: meant === undefined
      ? `the settings are ${CONFIG_KEYS.join(", ")}`
      : `did you mean ${quote(meant)}?`,
  });
}
