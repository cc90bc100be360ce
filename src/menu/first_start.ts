/**
 * The first start of a profile: asks for team name, IP address and port, and keeps all three answers
 * in the configuration file, also those that are the defaults, so that nobody is asked again and a
 * later default changes nothing for them. What a flag or a variable says counts for this run, and is
 * neither asked nor kept.
 */
import type { Config, ConfigValue } from "../config/config.ts";
import { setInConfigFile } from "../config/config_file.ts";
import type { MergedConfig } from "../config/merge_config.ts";
import { openProfile } from "../config/profile.ts";
import type { Settings } from "../commands/settings.ts";
import { PromptCancelled, type Prompter } from "../terminal/prompts/prompter.ts";
import { nextFreePort } from "./listen_probe.ts";
import {
  type ListenProbe,
  parseAnswer,
  settingQuestion,
} from "../commands/config/setting_questions.ts";

const FIRST_KEYS = ["name", "host", "port"] as const;
export type FirstKey = typeof FIRST_KEYS[number];

/** Answers by key, in the order of the questions. */
export type Answers = ReadonlyMap<FirstKey, ConfigValue>;

/**
 * What is asked. A person is asked whatever was not said; a script that said anything is asked
 * nothing, so that its first line is an answer to the menu, whatever it said.
 */
export function firstQuestions(
  { origins }: Pick<MergedConfig, "origins">,
  interactive: boolean,
): FirstKey[] {
  const open = FIRST_KEYS.filter((key) => origins[key].kind === "default");
  return interactive || open.length === FIRST_KEYS.length ? open : [];
}

/**
 * Asks, where this is the first start.
 * @throws PromptCancelled; the signal's reason; ChatError where the answers cannot be saved
 */
export async function firstStart(
  settings: Settings,
  interactive: boolean,
  prompter: Prompter,
  probe: ListenProbe,
  signal: AbortSignal,
): Promise<void> {
  const { profile } = settings;
  if (await exists(profile.configFile)) return;
  const keys = firstQuestions(settings, interactive);
  if (keys.length === 0) return;
  prompter.note([
    "Welcome to p2p-chat: chat from peer to peer, without a server.",
    "Enter takes what is proposed; everything can be changed later under Settings.",
  ]);
  const answers = await askInTurn(keys, settings.config, prompter, probe, signal);
  await openProfile(profile);
  for (const [key, value] of answers) await setInConfigFile(profile.configFile, key, value);
}

/** Asks one after the other; Escape goes back to the one before. */
export async function askInTurn(
  keys: readonly FirstKey[],
  config: Config,
  prompter: Prompter,
  probe: ListenProbe,
  signal: AbortSignal,
): Promise<Answers> {
  const answers = new Map<FirstKey, ConfigValue>();
  for (let index = 0; index < keys.length;) {
    const [key] = keys.slice(index);
    if (key === undefined) break;
    const current: Config = { ...config, ...Object.fromEntries(answers) };
    const { host, port } = current;
    const proposed = key === "port"
      ? { ...current, port: nextFreePort(host, port, probe) }
      : current;
    try {
      const answer = await prompter.input(settingQuestion(key, proposed, probe), { signal });
      answers.set(key, parseAnswer(key, answer));
      index++;
    } catch (error) {
      if (!(error instanceof PromptCancelled && error.kind === "escape")) throw error;
      index = Math.max(0, index - 1);
    }
  }
  return answers;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
