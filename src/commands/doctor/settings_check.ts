/** Whether the settings make sense, and where they come from. */
import { CONFIG_KEYS } from "../../config/config.ts";
import type { Settings } from "../settings.ts";
import type { Outcome } from "./finding.ts";

export function checkSettings({ origins, profile }: Settings): Outcome {
  const from = (kind: (typeof origins)["name"]["kind"]) =>
    CONFIG_KEYS.filter((key) => origins[key].kind === kind);
  const sources = [
    ["the environment", from("environment")],
    ["this command", from("flag")],
  ] as const;
  const file = from("file");
  const parts = [
    file.length > 0
      ? `${profile.configFile} sets ${file.join(", ")}`
      : `nothing is set in ${profile.configFile}, the defaults count`,
    ...sources.filter(([, keys]) => keys.length > 0).map(([who, keys]) =>
      `${who} sets ${keys.join(", ")}`
    ),
  ];
  return { status: "ok", message: parts.join("; ") };
}
