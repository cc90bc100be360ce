/**
 * "Settings": shows the settings of the profile, asks for new values and saves each at once in the
 * configuration file. They count from the next start of the node; the caller starts it anew.
 */
import { readSettings, type Settings } from "../commands/settings.ts";
import type { ProfileOptions, SettingOptions } from "../commands/options.ts";
import type { Config } from "../config/config.ts";
import { setInConfigFile } from "../config/config_file.ts";
import { describeOrigin, type Origin } from "../config/merge_config.ts";
import type { Environment } from "../config/paths.ts";
import type { Prompter } from "../terminal/prompts/prompter.ts";
import { orBack } from "./or_back.ts";
import {
  ASKED_KEYS,
  type AskedKey,
  type ListenProbe,
  parseAnswer,
  settingLabel,
  settingQuestion,
  settingText,
} from "./setting_questions.ts";

export interface SettingsInit {
  readonly options: ProfileOptions & SettingOptions;
  readonly env: Environment;
  readonly prompter: Prompter;
  readonly probe: ListenProbe;
  readonly signal: AbortSignal;
}

/**
 * Asks until the person goes back.
 * @throws PromptCancelled except by Escape; the signal's reason; ChatError where nothing was saved
 */
export async function changeSettings(init: SettingsInit): Promise<void> {
  const { options, env, prompter, signal } = init;
  let last: AskedKey | undefined;
  for (;;) {
    const settings = await readSettings(options, { env });
    const key = await orBack(() =>
      prompter.select<AskedKey | "back">({
        message: "Settings",
        choices: [
          ...ASKED_KEYS.map((each) => ({
            name: settingLabel(each),
            value: each,
            hint: settingHint(each, settings),
          })),
          { name: "Back", value: "back", number: 0 },
        ],
        ...(last === undefined ? {} : { default: last }),
      }, { signal })
    );
    if (key === undefined || key === "back") return;
    await orBack(() => change(key, settings, init));
    last = key;
  }
}

/** Whether a node with the settings `before` has to be started anew for `after`. */
export function needsRestart(before: Config, after: Config): boolean {
  return ASKED_KEYS.some((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}

/** The value, and what says so in place of the file. */
export function settingHint(
  key: AskedKey,
  { config, origins: { [key]: origin } }: Settings,
): string {
  const text = settingText(key, config);
  return isFromFile(origin) ? text : `${text}, from ${describeOrigin(origin)}`;
}

async function change(
  key: AskedKey,
  settings: Settings,
  { options, env, prompter, probe, signal }: SettingsInit,
): Promise<void> {
  const { profile, config } = settings;
  const answer = await prompter.input(settingQuestion(key, config, probe), { signal });
  const value = parseAnswer(key, answer);
  // What a flag says for this run must not get into the file by an empty answer.
  if (JSON.stringify(value) === JSON.stringify(config[key])) return prompter.note(["unchanged"]);
  await setInConfigFile(profile.configFile, key, value);
  const { origins: { [key]: origin } } = await readSettings(options, { env });
  prompter.note([
    isFromFile(origin)
      ? "saved; the node starts anew with it when you leave the settings"
      : `saved; in this run ${describeOrigin(origin)} counts instead`,
  ]);
}

function isFromFile({ kind }: Origin): boolean {
  return kind === "file" || kind === "default";
}
