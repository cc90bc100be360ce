/**
 * Settings as questions: what to ask for each, what stands in it at first, and what is wrong with an
 * answer. The rules are those of the table in `src/config/config.ts`. Pure.
 */
import {
  type Config,
  CONFIG_TABLE,
  type ConfigKey,
  type ConfigValue,
  formatConfigValue,
  isOnePlace,
} from "../../config/config.ts";
import { parseSetting } from "../../config/merge_config.ts";
import { ChatError } from "../../errors.ts";
import type { InputQuestion } from "../../terminal/prompts/prompter.ts";
import { sanitise } from "../../terminal/sanitise.ts";

/** Says why this machine cannot listen there at present; undefined where it can. */
export type ListenProbe = (host: string, port: number) => string | undefined;

const PLACE_KEYS: readonly ConfigKey[] = ["host", "port", "classicHost", "classicPort"];
const TAKEN_BY_PEERS = "peers reach this program there";
const TAKEN_BY_OLD_PROGRAMS = "old programs reach this one there";
const ALL_INTERFACES = "all interfaces";
const ALL_INTERFACES_HOST = "0.0.0.0";

const LABELS: { readonly [Key in ConfigKey]: string } = {
  name: "Team name",
  host: "IP address",
  port: "Port",
  mandatory: "Mandatory peers",
  mdns: "Local network",
  readReceipts: "Read receipts",
  notifications: "Notifications",
  classicPort: "Port for old programs",
  classicHost: "IP address for them",
  classicDialect: "Their dialect",
  classicLong: "Too long for them",
  classicTeam: "Name for them",
  logLevel: "Log level",
  logFile: "Log file",
};

const MESSAGES: { readonly [Key in ConfigKey]: string } = {
  name: "Team name",
  host: "IP address to listen on",
  port: "Port",
  mandatory: "Mandatory peers, host:port with commas between, or none",
  mdns: "Find, and be found by, peers on the local network (yes or no)",
  readReceipts:
    "Peers see which of their messages you have read, and you which of yours (yes or no)",
  notifications:
    `What tells of messages that are not in sight: ${CONFIG_TABLE.notifications.allowed}`,
  classicPort: "Port on which the old Python programs reach this one, in plain text, or none",
  classicHost: "IP address for that port; 127.0.0.1 is this machine alone",
  classicDialect: "What to speak to an old program that has not said anything yet: a or b",
  classicLong: "A message too long for an old program of dialect a: split or refuse",
  classicTeam: "What old programs are told as your name: no spaces, or none for the team name",
  logLevel: `How much is logged: ${CONFIG_TABLE.logLevel.allowed}`,
  logFile: "File for log lines, or none for standard error",
};

/** A setting in two or three words. */
export function settingLabel(key: ConfigKey): string {
  return LABELS[key];
}

/** The value of a setting as people see and type it; harmless. */
export function settingText(key: ConfigKey, { [key]: value }: Config): string {
  if (key === "host" && value === ALL_INTERFACES_HOST) return ALL_INTERFACES;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return sanitise(formatConfigValue(value));
}

/** @throws ChatError `bad-usage` */
export function parseAnswer(key: ConfigKey, answer: string): ConfigValue {
  const isAll = key === "host" && /^all( interfaces)?$/i.test(answer.trim());
  return parseSetting(key, isAll ? ALL_INTERFACES_HOST : answer).value;
}

/**
 * The question for one setting.
 * @param current what an empty answer keeps
 * @param probe for hosts and ports: whether the answer could be listened on
 */
export function settingQuestion(
  key: ConfigKey,
  current: Config,
  probe: ListenProbe,
): InputQuestion {
  return {
    message: MESSAGES[key],
    default: settingText(key, current),
    validate: (answer) => faultOf(key, answer, current, probe),
  };
}

function faultOf(
  key: ConfigKey,
  answer: string,
  current: Config,
  probe: ListenProbe,
): string | undefined {
  let value: ConfigValue;
  try {
    value = parseAnswer(key, answer);
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return sanitise(error.message);
  }
  // What is there already is in use by nobody else than this very program.
  if (value === current[key]) return undefined;
  if (PLACE_KEYS.includes(key) && isOnePlace({ ...current, [key]: value })) {
    return key.startsWith("classic") ? TAKEN_BY_PEERS : TAKEN_BY_OLD_PROGRAMS;
  }
  if ((key === "host" || key === "classicHost") && typeof value === "string") {
    return probe(value, 0);
  }
  if (key === "port" && typeof value === "number") return probe(current.host, value);
  if (key === "classicPort" && typeof value === "number") return probe(current.classicHost, value);
  return undefined;
}
