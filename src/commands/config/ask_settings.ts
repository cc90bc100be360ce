/**
 * Shows settings of the profile, asks for new values and saves each at once in the configuration
 * file. A node that runs does not notice; what becomes of it is the caller's business.
 */
import type { ConfigKey } from "../../config/config.ts";
import { setInConfigFile } from "../../config/config_file.ts";
import { describeOrigin, type Origin } from "../../config/merge_config.ts";
import type { Environment } from "../../config/paths.ts";
import { orBack } from "../../terminal/prompts/or_back.ts";
import type { Prompter } from "../../terminal/prompts/prompter.ts";
import type { ProfileOptions, SettingOptions } from "../options.ts";
import { readSettings, type Settings } from "../settings.ts";
import {
  type ListenProbe,
  parseAnswer,
  settingLabel,
  settingQuestion,
  settingText,
} from "./setting_questions.ts";

/** Settings behind an entry of their own, which shows the value of the first one. */
export interface SettingGroup {
  readonly label: string;
  readonly keys: readonly [ConfigKey, ...ConfigKey[]];
}

export interface AskInit {
  readonly options: ProfileOptions & SettingOptions;
  readonly env: Environment;
  readonly prompter: Prompter;
  readonly probe: ListenProbe;
  readonly signal: AbortSignal;
  /** What can be changed, in the order in which it is offered. */
  readonly keys: readonly (ConfigKey | SettingGroup)[];
  /** What stands above them; default: `Settings`. */
  readonly title?: string;
  /** The entry that ends it. */
  readonly leave: string;
  /** What to say of a value that was saved, where nothing else counts instead. */
  readonly saved: (key: ConfigKey) => string;
}

/**
 * Asks until the person goes back.
 * @throws PromptCancelled except by Escape; the signal's reason; ChatError where nothing was saved
 */
export async function askSettings(init: AskInit): Promise<void> {
  const { options, env, prompter, signal, keys, title = "Settings", leave } = init;
  let last: ConfigKey | SettingGroup | undefined;
  for (;;) {
    const settings = await readSettings(options, { env });
    const chosen = await orBack(() =>
      prompter.select<ConfigKey | SettingGroup | "back">({
        message: title,
        choices: [
          ...keys.map((each) => ({ ...entryFor(each, settings), value: each })),
          { name: leave, value: "back", number: 0 },
        ],
        ...(last === undefined ? {} : { default: last }),
      }, { signal })
    );
    if (chosen === undefined || chosen === "back") return;
    if (typeof chosen === "string") await orBack(() => change(chosen, settings, init));
    else await askSettings({ ...init, keys: chosen.keys, title: chosen.label });
    last = chosen;
  }
}

function entryFor(entry: ConfigKey | SettingGroup, settings: Settings) {
  const [key, name] = typeof entry === "string"
    ? [entry, settingLabel(entry)]
    : [entry.keys[0], entry.label];
  return { name, hint: settingHint(key, settings) };
}

/** The value, and what says so in place of the file. */
export function settingHint(
  key: ConfigKey,
  { config, origins: { [key]: origin } }: Settings,
): string {
  const text = settingText(key, config);
  return isFromFile(origin) ? text : `${text}, from ${describeOrigin(origin)}`;
}

async function change(
  key: ConfigKey,
  settings: Settings,
  { options, env, prompter, probe, signal, saved }: AskInit,
): Promise<void> {
  const { profile, config } = settings;
  const answer = await prompter.input(settingQuestion(key, config, probe), { signal });
  const value = parseAnswer(key, answer);
  // What a flag says for this run must not get into the file by an empty answer.
  if (JSON.stringify(value) === JSON.stringify(config[key])) return prompter.note(["unchanged"]);
  await setInConfigFile(profile.configFile, key, value);
  const { origins: { [key]: origin } } = await readSettings(options, { env });
  prompter.note([
    isFromFile(origin) ? saved(key) : `saved; in this run ${describeOrigin(origin)} counts instead`,
  ]);
}

function isFromFile({ kind }: Origin): boolean {
  return kind === "file" || kind === "default";
}
