/** `help settings`: from the table of the settings. */
import { CONFIG_KEYS, CONFIG_TABLE } from "../../config/config.ts";
import { SCHEMA_FILE } from "../../config/json_schema.ts";
import { type Block, commands, heading, paragraph, terms, type Topic } from "./topic.ts";

export const settings: Topic = {
  name: "settings",
  summary: "All settings: file, environment and options.",
  blocks: [
    paragraph(`An option of the command wins over the environment, the environment over the file
      config.json in the profile's folder, the file over the default. A variable that is set to
      nothing counts as not set.`),
    commands(
      "p2p-chat config show              what counts, and where it comes from",
      "p2p-chat config set port 7001     write a setting to the file",
      "p2p-chat config unset port        let its default count again",
      "p2p-chat config edit              change several, on the terminal",
      "p2p-chat config path              where the file is",
    ),
    ...CONFIG_KEYS.flatMap(settingBlocks),
    heading("Which profile"),
    terms(
      ["--profile NAME", "or P2P_CHAT_PROFILE; else default"],
      ["--home DIR", "or P2P_CHAT_HOME: the folder that holds the profiles (see: help files)"],
    ),
    heading("Other variables"),
    terms(["NO_COLOR", "set to anything: no colours"]),
    heading("The file in an editor"),
    paragraph(`The file is JSON. Where the program writes it, it names its schema, ${SCHEMA_FILE}
      beside it: many editors then offer the keys and mark mistakes. A file of your own needs no
      "$schema". An unknown key, or a value that is not allowed, is an error, and all of them are told
      at once.`),
    commands("p2p-chat config schema > config.schema.json"),
    paragraph(
      `A node that runs reads the file at its next start; listen as a service also at SIGHUP.`,
    ),
  ],
};

function settingBlocks(key: typeof CONFIG_KEYS[number]): Block[] {
  const { description, allowed, defaultText, flag, env } = CONFIG_TABLE[key];
  return [
    heading(key),
    terms(
      ["what", description],
      ["allowed", allowed],
      ["default", defaultText],
      ["option", flag],
      ["environment", env],
    ),
  ];
}
