/**
 * `config`: shows and changes the settings in a profile's configuration file. It takes no lock: a
 * node that runs meanwhile reads the file at its next start, and a remark says so.
 */
import { merge, object, or } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import type { Parser } from "@optique/core/parser";
import { command, constant } from "@optique/core/primitives";
import {
  CONFIG_KEYS,
  CONFIG_TABLE,
  type ConfigKey,
  configValueToJson,
  formatConfigValue,
} from "../config/config.ts";
import { setInConfigFile, unsetInConfigFile } from "../config/config_file.ts";
import { describeOrigin, parseSetting, requireConfigKey } from "../config/merge_config.ts";
import { locateProfile } from "../config/paths.ts";
import { openProfile } from "../config/profile.ts";
import { quote } from "../config/quote.ts";
import { ChatError } from "../errors.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle } from "../terminal/style.ts";
import { formatTable } from "../terminal/table.ts";
import type { Command, CommandContext } from "./command.ts";
import { EXIT_CODES } from "./failure.ts";
import { ndjsonLine, type SettingLine } from "./ndjson.ts";
import {
  anyText,
  jsonOption,
  type ProfileOptions,
  profileOptions,
  requiredArgument,
} from "./options.ts";
import { readSettings, type Settings } from "./settings.ts";

export type ConfigOptions =
  & ProfileOptions
  & (
    | { readonly action: "show" | "edit" | "path" | "schema" }
    | { readonly action: "get" | "unset"; readonly key: string }
    | { readonly action: "set"; readonly key: string; readonly value: string }
  );

const ACTIONS = ["show", "get", "set", "unset", "edit", "path", "schema"] as const;

const key = requiredArgument(anyText("KEY", CONFIG_KEYS), `One of ${CONFIG_KEYS.join(", ")}.`);
const value = requiredArgument(anyText("VALUE"), "The new value; several with commas between.");

export const config: Command<ConfigOptions> = {
  name: "config",
  summary: "Show and change the settings of a profile.",
  examples: [
    "p2p-chat config show",
    "p2p-chat config get port",
    "p2p-chat config set port 7001",
    "p2p-chat config set mandatory hub.example:7000,192.168.1.20:7000",
    "p2p-chat config unset port",
    "p2p-chat config edit",
    "p2p-chat config path --profile work",
    "p2p-chat config schema > config.schema.json",
  ],
  parser: or(
    action(
      "show",
      "All settings, and where each comes from.",
      merge(object({ action: constant("show"), json: jsonOption }), profileOptions),
    ),
    action(
      "get",
      "One setting.",
      merge(object({ action: constant("get"), key, json: jsonOption }), profileOptions),
    ),
    action(
      "set",
      "Write a setting to the configuration file.",
      merge(object({ action: constant("set"), key, value }), profileOptions),
    ),
    action(
      "unset",
      "Take a setting out of the file: its default counts again.",
      merge(object({ action: constant("unset"), key }), profileOptions),
    ),
    action(
      "edit",
      "Change settings on the terminal; or in $EDITOR, where the program may start it.",
      merge(object({ action: constant("edit") }), profileOptions),
    ),
    action(
      "path",
      "Where the configuration file is.",
      merge(object({ action: constant("path") }), profileOptions),
    ),
    action(
      "schema",
      "The JSON schema of the configuration file, for editors.",
      merge(object({ action: constant("schema") }), profileOptions),
    ),
    { errors: { noMatch: message`config needs one of ${text(ACTIONS.join(", "))}` } },
  ),

  async run(options, context) {
    switch (options.action) {
      case "show":
        show(CONFIG_KEYS, await readSettings(options, context), options, context);
        return EXIT_CODES.done;
      case "get": {
        const known = requireConfigKey(options.key);
        const settings = await readSettings(options, context);
        if (options.json) show([known], settings, options, context);
        else context.terminal.print(sanitise(formatConfigValue(settings.config[known])));
        return EXIT_CODES.done;
      }
      case "set": {
        const { key, value } = parseSetting(options.key, options.value);
        const profile = locate(options, context);
        await openProfile(profile);
        await setInConfigFile(profile.configFile, key, value);
        const { env } = CONFIG_TABLE[key];
        if (context.env(env)) context.terminal.remark(`saved; ${env} counts while it is set`);
        const { remarkOnNode } = await import("./config/edit.ts");
        await remarkOnNode(profile, context);
        return EXIT_CODES.done;
      }
      case "unset": {
        const profile = locate(options, context);
        const { configFile } = profile;
        if (await unsetInConfigFile(configFile, options.key)) {
          const { remarkOnNode } = await import("./config/edit.ts");
          await remarkOnNode(profile, context);
          return EXIT_CODES.done;
        }
        // Also a key that no version knows can be taken out of the file, but not one that is not there.
        const known = requireConfigKey(options.key);
        throw new ChatError("bad-usage", `${quote(known)} is not set in ${configFile}`, {
          hint: "p2p-chat config show tells where each setting comes from",
        });
      }
      case "edit": {
        const { editSettings } = await import("./config/edit.ts");
        await editSettings(options, context);
        return EXIT_CODES.done;
      }
      case "schema": {
        const { configSchema } = await import("../config/json_schema.ts");
        context.terminal.print(JSON.stringify(configSchema(), null, 2));
        return EXIT_CODES.done;
      }
      case "path":
        context.terminal.print(sanitise(locate(options, context).configFile));
        return EXIT_CODES.done;
    }
  },
};

function action<Options, State>(
  name: ConfigOptions["action"],
  description: string,
  parser: Parser<"sync", Options, State>,
) {
  const sentence = message`${text(description)}`;
  return command(name, parser, { brief: sentence, description: sentence });
}

function locate(options: ProfileOptions, { env }: CommandContext) {
  return locateProfile({ os: Deno.build.os, env }, options);
}

function show(
  keys: readonly ConfigKey[],
  { config, origins }: Settings,
  { json }: ProfileOptions,
  { terminal }: CommandContext,
): void {
  if (json) {
    for (const key of keys) terminal.print(ndjsonLine(settingLine(key)));
    return;
  }
  const style = createStyle(terminal.colors);
  const rows = keys.map((key) => [
    key,
    sanitise(formatConfigValue(config[key])),
    { text: sanitise(describeOrigin(origins[key])), style: style.dim },
  ]);
  const columns = [{ header: "setting" }, { header: "value" }, { header: "from" }];
  for (const line of formatTable({ columns, rows, style })) terminal.print(line);

  function settingLine(key: ConfigKey): SettingLine {
    const origin = origins[key];
    return {
      event: "setting",
      key,
      value: configValueToJson(config[key]),
      origin: origin.kind,
      from: origin.kind === "default" ? null : describeOrigin(origin),
    };
  }
}
