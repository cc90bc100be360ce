/**
 * `doctor`: looks at everything that p2p-chat needs on this machine and says what to do about what
 * is not in order. It makes nothing, changes nothing and keeps no lock, so it runs beside a node as
 * well as before the first start; SQLite alone may leave its side files beside the database.
 *
 * Exit code: 0 if nothing is bad, else 1.
 */
import { merge, object } from "@optique/core/constructs";
import { locateProfile } from "../config/paths.ts";
import { ChatError } from "../errors.ts";
import { startProgress } from "../terminal/progress.ts";
import { createStyle } from "../terminal/style.ts";
import type { Command, CommandContext } from "./command.ts";
import { failed, type Finding, type Outcome, type Subject, withConfig } from "./doctor/finding.ts";
import { findingLines, summaryLine } from "./doctor/report.ts";
import { EXIT_CODES } from "./failure.ts";
import { type CheckLine, ndjsonLine } from "./ndjson.ts";
import {
  jsonOption,
  listeningOptions,
  type ProfileOptions,
  profileOptions,
  type SettingOptions,
} from "./options.ts";
import { readSettings, type Settings } from "./settings.ts";

export interface DoctorOptions extends ProfileOptions, SettingOptions {}

export const doctor: Command<DoctorOptions> = {
  name: "doctor",
  summary: "Check profile, network and clock; say what to do.",
  examples: ["p2p-chat doctor", "p2p-chat doctor --profile work --json"],
  parser: merge(object({ json: jsonOption }), listeningOptions, profileOptions),

  async run(options, context) {
    const { terminal, signal } = context;
    const style = createStyle(terminal.colors);
    // A pipe gets a line for each, a terminal what fits on it.
    const columns = terminal.interactive ? terminal.columns : Infinity;
    const findings: Finding[] = [];
    {
      using progress = startProgress(terminal, "checking", { signal });
      for await (const finding of check(options, context, (what) => progress.update(what))) {
        findings.push(finding);
        if (options.json) terminal.print(ndjsonLine(checkLine(finding)));
        else for (const line of findingLines(finding, style, columns)) terminal.print(line);
      }
    }
    if (!options.json) terminal.print(summaryLine(findings, style));
    return findings.some(({ status }) => status === "bad") ? EXIT_CODES.failed : EXIT_CODES.done;
  },
};

/** @throws ChatError `bad-usage`, `bad-profile`, `profile-unusable`: it is not known what to check */
async function* check(
  options: DoctorOptions,
  context: CommandContext,
  tell: (what: string) => void,
): AsyncGenerator<Finding, void, void> {
  const { env, signal } = context;
  const profile = locateProfile({ os: Deno.build.os, env }, options);
  const settings = await settingsOrFault(options, context);
  const subject: Subject = {
    profile,
    settings: "config" in settings ? settings : undefined,
    now: context.now(),
    signal,
  };

  const { checkProfile } = await import("./doctor/profile_check.ts");
  yield { check: "profile", ...await checkProfile(subject) };
  yield { check: "settings", ...await describeSettings(settings) };
  const { checkIdentity } = await import("./doctor/identity_check.ts");
  yield { check: "identity", ...await checkIdentity(subject) };
  tell("checking the database");
  const { checkDatabase } = await import("./doctor/database_check.ts");
  const { outcome, inspection } = checkDatabase(subject);
  yield { check: "database", ...outcome };
  const { checkControl } = await import("./doctor/control_check.ts");
  yield { check: "control", ...await checkControl(profile) };
  const { checkClock } = await import("./doctor/clock_check.ts");
  yield { check: "clock", ...checkClock(subject.now, inspection?.newest) };
  signal.throwIfAborted();
  yield* checkNetwork(subject, tell);
}

async function* checkNetwork(
  subject: Subject,
  tell: (what: string) => void,
): AsyncGenerator<Finding, void, void> {
  tell("checking the network");
  const { checkPort, checkClassicPort } = await import("./doctor/port_check.ts");
  yield {
    check: "port",
    ...await withConfig(subject, (config) => checkPort(config, subject.profile)),
  };
  if (subject.settings !== undefined) {
    const classic = await checkClassicPort(subject.settings.config, subject.profile);
    if (classic !== undefined) yield { check: "classic", ...classic };
  }
  const { checkAddresses, checkMulticast } = await import("./doctor/addresses_check.ts");
  const interfaces = Deno.networkInterfaces();
  yield {
    check: "addresses",
    ...withConfig(subject, (config) => checkAddresses(config, interfaces)),
  };
  yield { check: "mdns", ...await withConfig(subject, (config) => checkMulticast(config)) };

  const mandatory = subject.settings?.config.mandatory ?? [];
  tell(`calling ${mandatory.length} mandatory ${mandatory.length === 1 ? "peer" : "peers"}`);
  const { checkMandatory } = await import("./doctor/mandatory_check.ts");
  const called = mandatory.map((target) => checkMandatory(target, subject.signal));
  // Told in the order of the settings; what fails before its turn fails here all the same.
  for (const outcome of await Promise.all(called)) yield { check: "mandatory", ...outcome };
  if (mandatory.length === 0) {
    yield {
      check: "mandatory",
      ...withConfig(subject, (): Outcome => ({ status: "skipped", message: "none are set" })),
    };
  }
}

/** The settings, or what is wrong with them. */
async function settingsOrFault(
  options: DoctorOptions,
  context: CommandContext,
): Promise<Settings | Outcome> {
  try {
    return await readSettings(options, context);
  } catch (error) {
    if (error instanceof ChatError && error.code === "bad-config") return failed(error);
    throw error;
  }
}

async function describeSettings(settings: Settings | Outcome): Promise<Outcome> {
  if (!("config" in settings)) return settings;
  const { checkSettings } = await import("./doctor/settings_check.ts");
  return checkSettings(settings);
}

function checkLine({ check, status, message, hint }: Finding): CheckLine {
  return { event: "check", check, status, message, hint: hint ?? null };
}
