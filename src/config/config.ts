/**
 * What can be configured: one table with each key's type, default, allowed values, flag, environment
 * variable and description. Everything that speaks of settings reads this table: the merge
 * (`merge_config.ts`), the file (`config_file.ts`), its schema for editors (`json_schema.ts`),
 * `config show`, `help settings`, the README and shell completion.
 */
import { parseAddress } from "./address.ts";
import { isClassicId, parseClassicId } from "./classic_id.ts";
import { parseIp } from "./ip.ts";
import type { Environment } from "./paths.ts";

/** How much is logged; each level includes those after it. */
export type LogLevel = "trace" | "debug" | "info" | "warning" | "error";

/** How a person is told of a message that is not in sight. */
export type Notifications = "bell" | "desktop" | "off";

/** The settings of one run. */
export interface Config {
  /** How this peer introduces itself: 1 to 64 UTF-16 code units, no control characters. */
  readonly name: string;
  /** IP address to listen on; `0.0.0.0` and `::` mean all interfaces. */
  readonly host: string;
  /** TCP port to listen on, 0 to 65535; 0 means any free one. */
  readonly port: number;
  /**
   * Peers to be connected to always: `host:port` or multiaddrs, each accepted by `parseAddress`, or ids
   * of classic peers (`classic_id.ts`).
   */
  readonly mandatory: readonly string[];
  /** Whether to find and to be found by peers on the local network. */
  readonly mdns: boolean;
  /** Whether to tell senders what was shown here, and to note what they tell. */
  readonly readReceipts: boolean;
  readonly notifications: Notifications;
  /** Where to listen for classic peers, 1 to 65535; undefined: nowhere. */
  readonly classicPort: number | undefined;
  /** IP address for that. */
  readonly classicHost: string;
  /** What to speak to a classic peer that has not said anything yet; see `src/classic/`. */
  readonly classicDialect: "a" | "b";
  /** What becomes of a text that is longer than the old programs can read in dialect A. */
  readonly classicLong: "split" | "refuse";
  /** What classic peers are told as the name of this one: no spaces; undefined: `name`. */
  readonly classicTeam: string | undefined;
  readonly logLevel: LogLevel;
  /** Where log lines go instead of standard error; relative to the current folder. */
  readonly logFile: string | undefined;
}

export type ConfigKey = keyof Config;
export type ConfigValue = Config[ConfigKey];

/** What a default may depend on. */
export interface DefaultContext {
  readonly profileName: string;
  readonly env: Environment;
}

/** One row of the table. */
export interface ConfigDefinition<Value extends ConfigValue> {
  /** One sentence, for help texts and the README. */
  readonly description: string;
  /** What a value may be, after the words "expected" or "allowed:". */
  readonly allowed: string;
  /** The default in words. */
  readonly defaultText: string;
  readonly flag: string;
  readonly env: string;
  /** All values, where they can be listed: for completion and for "did you mean". */
  readonly choices?: readonly string[];
  /**
   * What the file may hold, in the words of JSON Schema. It lets through whatever `validate` does,
   * and of the rest stops what an editor can tell.
   */
  readonly schema: Readonly<Record<string, unknown>>;
  default(context: DefaultContext): Value;
  /**
   * Understands the text of a flag, of an environment variable or of `config set`.
   * @throws WrongValue
   */
  parse(text: string): Value;
  /**
   * Checks a value of the configuration file, or one that a program made.
   * @throws WrongValue
   */
  validate(value: unknown): Value;
}

/** A value, or the part of one, that is not allowed; the merge adds where it came from. */
export class WrongValue extends Error {
  override readonly name = "WrongValue";

  /**
   * @param value what was wrong: the whole value, or one item of a list
   * @param options.cause a `ChatError` that says more than the table's `allowed`
   */
  constructor(readonly value: unknown, options?: { cause: unknown }) {
    super("not an allowed value", options);
  }
}

/** Fixed, so that a person can tell a friend an address once and for all. */
export const DEFAULT_PORT = 7000;
/** Long enough for a person's name; the protocol carries no more. */
export const NAME_MAX_LENGTH = 64;

const LOG_LEVELS: readonly LogLevel[] = ["trace", "debug", "info", "warning", "error"];
const NOTIFICATIONS: readonly Notifications[] = ["bell", "desktop", "off"];
const CLASSIC_DIALECTS = ["a", "b"] as const;
const CLASSIC_LONG = ["split", "refuse"] as const;
const IP_SCHEMA = {
  type: "string",
  pattern: String.raw`^\s*(\d{1,3}(\.\d{1,3}){3}|[\da-fA-F.]*:[\da-fA-F:.]+)\s*$`,
} as const;
const TRUE_WORDS = ["true", "yes", "on", "1"];
const FALSE_WORDS = ["false", "no", "off", "0"];
/** In a text, where an empty one would mean "not set": a list without items, no file. */
const NONE = "none";

/** Every setting, in the order in which people see them. */
export const CONFIG_TABLE: { readonly [Key in ConfigKey]: ConfigDefinition<Config[Key]> } = {
  name: {
    description: "How this peer introduces itself to others.",
    allowed: `1 to ${NAME_MAX_LENGTH} characters, none of them a control character`,
    defaultText: "the profile's name; for the profile `default` your user name",
    flag: "--name",
    env: "P2P_CHAT_NAME",
    schema: { type: "string", pattern: `^\\s*\\S(.{0,${NAME_MAX_LENGTH - 2}}\\S)?\\s*$` },
    default: defaultName,
    parse: validateName,
    validate: validateName,
  },
  host: {
    description: "IP address to listen on; 0.0.0.0 means all IPv4, :: all IPv6 interfaces.",
    allowed: "an IPv4 or IPv6 address of this machine, such as 0.0.0.0 or ::",
    defaultText: "0.0.0.0",
    flag: "--host",
    env: "P2P_CHAT_HOST",
    schema: IP_SCHEMA,
    default: () => "0.0.0.0",
    parse: validateHost,
    validate: validateHost,
  },
  port: {
    description: "TCP port on which `listen` and `menu` listen; other commands take any.",
    allowed: "a whole number from 0 to 65535 (0 takes any free port)",
    defaultText: String(DEFAULT_PORT),
    flag: "--port",
    env: "P2P_CHAT_PORT",
    schema: { type: "integer", minimum: 0, maximum: 65535 },
    default: () => DEFAULT_PORT,
    parse: (text) => validatePort(/^\d{1,5}$/.test(text.trim()) ? Number(text) : text),
    validate: validatePort,
  },
  mandatory: {
    description: "Peers to be connected to from the start, and again after every loss.",
    allowed: "addresses host:port, multiaddrs or classic:HOST:PORT, separated by commas, or none",
    defaultText: NONE,
    flag: "--mandatory",
    env: "P2P_CHAT_MANDATORY",
    schema: {
      type: "array",
      items: { type: "string", pattern: String.raw`^\s*(/.*/tcp/\d{1,5}(/.*)?|.+:\d{1,5})\s*$` },
    },
    default: () => [],
    parse: (text) =>
      text.trim() === NONE ? [] : validateMandatory(text.split(/[\s,]+/).filter(Boolean)),
    validate: validateMandatory,
  },
  mdns: {
    description: "Whether to find peers on the local network, and to be found there.",
    allowed: "true or false",
    defaultText: "true",
    flag: "--no-mdns",
    env: "P2P_CHAT_MDNS",
    choices: ["true", "false"],
    schema: { type: "boolean" },
    default: () => true,
    parse: parseBoolean,
    validate: validateBoolean,
  },
  readReceipts: {
    description: "Whether peers see which of their messages you have read, and you which of yours.",
    allowed: "true or false",
    defaultText: "true",
    flag: "--no-read-receipts",
    env: "P2P_CHAT_READ_RECEIPTS",
    choices: ["true", "false"],
    schema: { type: "boolean" },
    default: () => true,
    parse: parseBoolean,
    validate: validateBoolean,
  },
  notifications: {
    description:
      "What tells of a message that is not in sight: the terminal's bell, a desktop notice, or nothing.",
    allowed: NOTIFICATIONS.join(", "),
    defaultText: "bell",
    flag: "--notifications",
    env: "P2P_CHAT_NOTIFICATIONS",
    choices: NOTIFICATIONS,
    schema: { type: "string", enum: NOTIFICATIONS },
    default: () => "bell",
    parse: (text) => oneOf(NOTIFICATIONS, text.trim().toLowerCase()),
    validate: (value) => oneOf(NOTIFICATIONS, value),
  },
  classicPort: {
    description: "TCP port on which the old programs reach this one, in plain text.",
    allowed: "a whole number from 1 to 65535, or none",
    defaultText: NONE,
    flag: "--classic-port",
    env: "P2P_CHAT_CLASSIC_PORT",
    schema: { type: ["integer", "null"], minimum: 1, maximum: 65535 },
    default: () => undefined,
    parse: (text) =>
      text.trim() === NONE
        ? undefined
        : validateClassicPort(/^\d{1,5}$/.test(text.trim()) ? Number(text) : text),
    validate: validateClassicPort,
  },
  classicHost: {
    description: "IP address for classicPort; 127.0.0.1 is this machine alone, 0.0.0.0 everybody.",
    allowed: "an IPv4 or IPv6 address of this machine, such as 127.0.0.1 or 0.0.0.0",
    defaultText: "127.0.0.1",
    flag: "--classic-host",
    env: "P2P_CHAT_CLASSIC_HOST",
    schema: IP_SCHEMA,
    default: () => "127.0.0.1",
    parse: validateHost,
    validate: validateHost,
  },
  classicDialect: {
    description: "What to speak to an old program that has not said anything yet.",
    allowed: "a (a connection for each message) or b (a conversation with answers)",
    defaultText: "a",
    flag: "--classic-dialect",
    env: "P2P_CHAT_CLASSIC_DIALECT",
    choices: CLASSIC_DIALECTS,
    schema: { type: "string", enum: CLASSIC_DIALECTS },
    default: () => "a",
    parse: (text) => oneOf(CLASSIC_DIALECTS, text.trim().toLowerCase()),
    validate: (value) => oneOf(CLASSIC_DIALECTS, value),
  },
  classicLong: {
    description: "What becomes of a message that is too long for an old program of dialect a.",
    allowed: "split or refuse",
    defaultText: "split",
    flag: "--classic-long",
    env: "P2P_CHAT_CLASSIC_LONG",
    choices: CLASSIC_LONG,
    schema: { type: "string", enum: CLASSIC_LONG },
    default: () => "split",
    parse: (text) => oneOf(CLASSIC_LONG, text.trim().toLowerCase()),
    validate: (value) => oneOf(CLASSIC_LONG, value),
  },
  classicTeam: {
    description: "What old programs are told as the name of this peer.",
    allowed: `1 to ${NAME_MAX_LENGTH} characters without spaces, or none`,
    defaultText: "the name, with _ for spaces",
    flag: "--classic-team",
    env: "P2P_CHAT_CLASSIC_TEAM",
    schema: {
      type: ["string", "null"],
      pattern: `^\\s*\\S{1,${NAME_MAX_LENGTH}}\\s*$`,
    },
    default: () => undefined,
    parse: (text) => text.trim() === NONE ? undefined : validateTeam(text),
    validate: validateTeam,
  },
  logLevel: {
    description: "How much is logged.",
    allowed: LOG_LEVELS.join(", "),
    defaultText: "warning",
    flag: "--log-level",
    env: "P2P_CHAT_LOG_LEVEL",
    choices: LOG_LEVELS,
    schema: { type: "string", enum: LOG_LEVELS },
    default: () => "warning",
    parse: (text) => validateLogLevel(text.trim().toLowerCase()),
    validate: validateLogLevel,
  },
  logFile: {
    description: "File to which log lines are appended, instead of to standard error.",
    allowed: "a path, or none",
    defaultText: NONE,
    flag: "--log-file",
    env: "P2P_CHAT_LOG_FILE",
    schema: { type: ["string", "null"], pattern: String.raw`\S` },
    default: () => undefined,
    parse: (text) => text.trim() === NONE ? undefined : validateLogFile(text),
    validate: validateLogFile,
  },
};

/** The keys in the order of the table. */
export const CONFIG_KEYS = Object.keys(CONFIG_TABLE).filter(isConfigKey);

export function isConfigKey(text: string): text is ConfigKey {
  return Object.hasOwn(CONFIG_TABLE, text);
}

/** A value as `parse` of its key understands it again; `none` for an empty list and for no file. */
export function formatConfigValue(value: ConfigValue): string {
  if (value === undefined) return NONE;
  if (typeof value !== "object") return String(value);
  return value.length === 0 ? NONE : value.join(", ");
}

/** A value as the configuration file holds it. */
export function configValueToJson(value: ConfigValue): unknown {
  return value === undefined ? null : value;
}

function defaultName({ profileName, env }: DefaultContext): string {
  if (profileName !== "default") return profileName;
  for (const variable of ["USER", "USERNAME", "LOGNAME"]) {
    const user = env(variable)?.trim();
    if (user !== undefined && isName(user)) return user;
  }
  return "peer";
}

function isName(text: string): boolean {
  // Bidi overrides and isolates, line separators and lone surrogates control a display as well.
  return text.length >= 1 && text.length <= NAME_MAX_LENGTH &&
    !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u.test(text);
}

function validateName(value: unknown): string {
  const name = typeof value === "string" ? value.trim() : "";
  if (!isName(name)) throw new WrongValue(value);
  return name;
}

function validateHost(value: unknown): string {
  const ip = typeof value === "string" ? parseIp(value.trim()) : undefined;
  if (ip === undefined) throw new WrongValue(value);
  return ip.text;
}

function validatePort(value: unknown): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > 65535) {
    throw new WrongValue(value);
  }
  return value;
}

function validateMandatory(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new WrongValue(value);
  const addresses = value.map((item: unknown) => {
    if (typeof item !== "string") throw new WrongValue(item);
    try {
      if (isClassicId(item.trim().toLowerCase())) return parseClassicId(item).peerId;
      parseAddress(item);
    } catch (cause) {
      throw new WrongValue(item, { cause });
    }
    return item.trim();
  });
  return [...new Set(addresses)];
}

function parseBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (TRUE_WORDS.includes(word)) return true;
  if (FALSE_WORDS.includes(word)) return false;
  throw new WrongValue(text);
}

function validateBoolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw new WrongValue(value);
  return value;
}

function validateLogLevel(value: unknown): LogLevel {
  return oneOf(LOG_LEVELS, value);
}

function validateClassicPort(value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  const port = validatePort(value);
  if (port === 0) throw new WrongValue(value);
  return port;
}

function validateTeam(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const team = validateName(value);
  if (/\s/.test(team)) throw new WrongValue(value);
  return team;
}

function oneOf<Word extends string>(words: readonly Word[], value: unknown): Word {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new WrongValue(value);
  return word;
}

function validateLogFile(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== "string" || value.trim() === "" || value.includes("\0")) {
    throw new WrongValue(value);
  }
  return value;
}

const ALL_INTERFACES: readonly string[] = ["0.0.0.0", "::"];

/** Whether peers and classic peers are to reach this one at the same place, which only one of them can. */
export function isOnePlace(
  { host, port, classicHost, classicPort }: Pick<
    Config,
    "host" | "port" | "classicHost" | "classicPort"
  >,
): boolean {
  if (port === 0 || port !== classicPort) return false;
  return host === classicHost || [host, classicHost].some((each) => ALL_INTERFACES.includes(each));
}
