/** From options to the profile that is meant and its settings; changes nothing on the disk. */
import { mergeConfig, type MergedConfig } from "../config/merge_config.ts";
import { readConfigFile } from "../config/config_file.ts";
import { locateProfile, type Profile } from "../config/paths.ts";
import type { CommandContext } from "./command.ts";
import type { ProfileOptions, SettingOptions } from "./options.ts";

/** A profile with its settings, and where each came from. */
export interface Settings extends MergedConfig {
  readonly profile: Profile;
}

/** @throws ChatError `bad-profile`, `profile-unusable`, `bad-config`, `bad-usage` */
export async function readSettings(
  options: ProfileOptions & SettingOptions,
  { env }: Pick<CommandContext, "env">,
): Promise<Settings> {
  const profile = locateProfile({ os: Deno.build.os, env }, options);
  const values = await readConfigFile(profile.configFile);
  const { name, host, port, mandatory, mdns, readReceipts, notifications, logFile, logLevel } =
    options;
  const { classicPort, classicHost, classicDialect, classicLong, classicTeam } = options;
  const merged = mergeConfig({
    profileName: profile.name,
    env,
    flags: {
      name,
      host,
      port,
      mandatory,
      mdns,
      readReceipts,
      notifications,
      classicPort,
      classicHost,
      classicDialect,
      classicLong,
      classicTeam,
      logFile,
      logLevel,
    },
    file: { path: profile.configFile, values },
  });
  return { ...merged, profile };
}
