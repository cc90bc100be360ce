/**
 * "Settings": the settings that the menu offers. They count from the next start of the node; the
 * caller starts it anew.
 */
import { type AskInit, askSettings } from "../commands/config/ask_settings.ts";
import type { Config } from "../config/config.ts";

/** What can be changed in the menu, in the order in which people see it. */
const MENU_KEYS = ["name", "host", "port", "mandatory", "mdns", "readReceipts"] as const;

export type SettingsInit = Omit<AskInit, "keys" | "leave" | "saved">;

/**
 * Asks until the person goes back.
 * @throws PromptCancelled except by Escape; the signal's reason; ChatError where nothing was saved
 */
export async function changeSettings(init: SettingsInit): Promise<void> {
  await askSettings({
    ...init,
    keys: MENU_KEYS,
    leave: "Back",
    saved: "saved; the node starts anew with it when you leave the settings",
  });
}

/** Whether a node with the settings `before` has to be started anew for `after`. */
export function needsRestart(before: Config, after: Config): boolean {
  return MENU_KEYS.some((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
}
