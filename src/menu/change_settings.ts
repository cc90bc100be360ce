/**
 * "Settings": the settings that the menu offers. Those of the node count from its next start; the
 * caller starts it anew. The others count at once.
 */
import { type AskInit, askSettings, type SettingGroup } from "../commands/config/ask_settings.ts";
import type { Config, ConfigKey } from "../config/config.ts";

/** What few need, in a list of its own. */
const OLD_PROGRAMS: SettingGroup = {
  label: "Old programs",
  keys: ["classicPort", "classicHost", "classicDialect", "classicLong", "classicTeam"],
};
const NODE_KEYS: readonly ConfigKey[] = [
  "name",
  "host",
  "port",
  "mandatory",
  "mdns",
  "readReceipts",
];
/** What can be changed in the menu, in the order in which people see it. */
const MENU_KEYS: readonly (ConfigKey | SettingGroup)[] = [
  ...NODE_KEYS,
  "notifications",
  OLD_PROGRAMS,
];
const RESTART_KEYS: readonly ConfigKey[] = [...NODE_KEYS, ...OLD_PROGRAMS.keys];

export type SettingsInit = Omit<AskInit, "keys" | "title" | "leave" | "saved">;

/**
 * Asks until the person goes back.
 * @throws PromptCancelled except by Escape; the signal's reason; ChatError where nothing was saved
 */
export async function changeSettings(init: SettingsInit): Promise<void> {
  await askSettings({
    ...init,
    keys: MENU_KEYS,
    leave: "Back",
    saved: (key) =>
      RESTART_KEYS.includes(key)
        ? "saved; the node starts anew with it when you leave the settings"
        : "saved; it counts from now on",
  });
}

/** Whether a node with the settings `before` has to be started anew for `after`. */
export function needsRestart(before: Config, after: Config): boolean {
  return RESTART_KEYS.some((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}
