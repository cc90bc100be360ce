/**
 * Reads the settings again while a node runs, and says what became of them: what takes effect at once,
 * what only the next start changes, or why all stays as it was. A file with a mistake changes nothing.
 *
 * Flags and environment win as they did at the start, so what they say never changes.
 */
import {
  type Config,
  CONFIG_KEYS,
  type ConfigKey,
  type ConfigValue,
  formatConfigValue,
} from "../config/config.ts";
import { quote } from "../config/quote.ts";
import { ChatError } from "../errors.ts";
import { sanitise } from "../terminal/sanitise.ts";
import type { CommandContext } from "./command.ts";
import type { ProfileOptions, SettingOptions } from "./options.ts";
import type { Session } from "./session.ts";
import { readSettings } from "./settings.ts";

/** Known to other peers, or to the system, by what it was at the start. */
const NEXT_START: ReadonlySet<ConfigKey> = new Set([
  "host",
  "port",
  "mdns",
  "classicPort",
  "classicHost",
  "classicDialect",
  "classicLong",
]);

/** Reads again on demand, one time after the other. */
export class SettingsReload {
  readonly #session: Session;
  readonly #options: ProfileOptions & SettingOptions;
  readonly #context: Pick<CommandContext, "env">;
  readonly #tell: (text: string) => void;
  /** What was read last and found to be right. */
  #config: Config;
  #reading: Promise<void> | undefined;
  /** Asked for while it was reading: the file may have changed behind it. */
  #again = false;

  /** @param tell takes one line, harmless */
  constructor(
    session: Session,
    options: ProfileOptions & SettingOptions,
    context: Pick<CommandContext, "env">,
    tell: (text: string) => void,
  ) {
    this.#session = session;
    this.#options = options;
    this.#context = context;
    this.#tell = tell;
    this.#config = session.config;
  }

  /** Begins to read, or to read once more after this time. */
  request(): void {
    this.#again = true;
    this.#reading ??= this.#readAll();
  }

  /** Resolves when nothing is being read. */
  async settled(): Promise<void> {
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        this.#tell(sanitise(await this.#read()));
      }
    } finally {
      this.#reading = undefined;
    }
  }

  async #read(): Promise<string> {
    const { apply } = this.#session;
    if (apply === undefined) {
      return "the node is that of another process, which has to read the settings";
    }
    try {
      const settings = await readSettings(this.#options, this.#context);
      apply(settings);
      const before = this.#config;
      this.#config = settings.config;
      return describe(before, settings.config, this.#session.config);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      const hint = error.hint === undefined ? "" : ` (${error.hint})`;
      return `the settings stay as they were: ${error.message}${hint}`;
    }
  }
}

/** @param atStart what a setting that waits for the next start is until then */
function describe(before: Config, after: Config, atStart: Config): string {
  const now: string[] = [];
  const later: string[] = [];
  for (const key of CONFIG_KEYS) {
    const value = shown(after[key]);
    if (!NEXT_START.has(key)) {
      if (value !== shown(before[key])) now.push(`${key} is now ${value}`);
    } else if (value !== shown(atStart[key])) {
      later.push(
        `${key} ${value} waits for the next start, until then it is ${shown(atStart[key])}`,
      );
    }
  }
  return `settings read again: ${[...now, ...later].join("; ") || "nothing changed"}`;
}

function shown(value: ConfigValue): string {
  return typeof value === "string" ? quote(value) : formatConfigValue(value);
}
