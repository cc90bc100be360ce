/**
 * Options that several commands have, each described once. What a setting may be is decided by the
 * table of `src/config/config.ts`; here its text is only taken.
 */
import { group, object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { map, multiple, optional } from "@optique/core/modifiers";
import type { Suggestion } from "@optique/core/parser";
import { argument, option } from "@optique/core/primitives";
import { string, type ValueParser } from "@optique/core/valueparser";
import { CONFIG_TABLE, type ConfigKey } from "../config/config.ts";
import type { ReportOptions } from "./command.ts";

/** Which profile, and how to report. */
export interface ProfileOptions extends ReportOptions {
  readonly profile?: string | undefined;
  readonly home?: string | undefined;
}

/** Settings for one run, as text; the keys are those of the configuration. */
export interface SettingOptions {
  readonly name?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly mandatory?: readonly string[] | undefined;
  readonly mdns?: false | undefined;
  readonly readReceipts?: false | undefined;
  readonly notifications?: string | undefined;
  readonly classicPort?: string | undefined;
  readonly classicHost?: string | undefined;
  readonly classicDialect?: string | undefined;
  readonly classicLong?: string | undefined;
  readonly classicTeam?: string | undefined;
  readonly logFile?: string | undefined;
  readonly logLevel?: string | undefined;
  /** Work through no other process: run a node here, or none at all. */
  readonly direct?: boolean | undefined;
}

type Metavar = ValueParser["metavar"];

/**
 * What a suggestion says where the names are in a profile: completion, which knows the profile, puts
 * them in its place (`completion/suggestions.ts`). No name holds a NUL.
 */
export const NAMES = { peers: "\0peers", profiles: "\0profiles" } as const;

/** Takes any text; shell completion offers `choices`, and for a PEER the names that are known. */
export function anyText(
  metavar: Metavar,
  choices: readonly string[] = [],
): ValueParser<"sync", string> {
  return {
    ...string({ metavar }),
    *suggest(prefix: string): Iterable<Suggestion> {
      if (metavar === "PEER") yield { kind: "literal", text: NAMES.peers };
      for (const choice of choices) {
        if (choice.startsWith(prefix)) yield { kind: "literal", text: choice };
      }
    },
  };
}

/** Takes a path; shell completion offers what is there. */
export function anyPath(
  metavar: Metavar,
  type: "file" | "directory",
): ValueParser<"sync", string> {
  return {
    ...string({ metavar }),
    *suggest(prefix: string): Iterable<Suggestion> {
      yield { kind: "file", type, pattern: prefix };
    },
  };
}

/** Takes the name of a profile; shell completion offers those that are there. */
function profileText(): ValueParser<"sync", string> {
  return {
    ...string({ metavar: "NAME" }),
    *suggest(): Iterable<Suggestion> {
      yield { kind: "literal", text: NAMES.profiles };
    },
  };
}

/** An argument that must be there. */
export function requiredArgument<Value>(parser: ValueParser<"sync", Value>, description: string) {
  return argument(parser, {
    description: message`${text(description)}`,
    errors: { endOfInput: message`${text(parser.metavar)} is missing` },
  });
}

/** An argument that may be left out. */
export function optionalArgument<Value>(parser: ValueParser<"sync", Value>, description: string) {
  return optional(argument(parser, { description: message`${text(description)}` }));
}

/** Who, as `resolveRecipient` understands it. */
export const PEER_DESCRIPTION =
  "Alias or name, peer id or its beginning, host:port, multiaddr, or classic:HOST:PORT.";

/** `--json`, where a command prints results. */
export const jsonOption = option("--json", {
  description: message`Print JSON, one object a line.`,
});

/** `--profile`, `--home` and `--verbose`: every command has them. */
export const profileOptions = group(
  "Profile",
  object({
    profile: optional(
      option("--profile", profileText(), {
        description: message`Use this profile instead of ${text("`default`")}.`,
      }),
    ),
    home: optional(
      option("--home", anyPath("DIR", "directory"), {
        description: message`Keep profiles in this folder.`,
      }),
    ),
    verbose: option("--verbose", {
      description: message`Log more, and show the causes of errors.`,
    }),
  }),
);

/** What can be set for one run of a node that takes any free port. */
export const settingOptions = group(
  "Settings for this run",
  object({ ...settingFields(), direct: directOption() }),
);

/** The same for a node on the configured port. */
export const listeningOptions = group(
  "Settings for this run",
  object({ ...settingFields(), port: setting("port", "PORT") }),
);

/** The same for a command that works through the node of another process where there is one. */
export const lastingOptions = group(
  "Settings for this run",
  object({ ...settingFields(), port: setting("port", "PORT"), direct: directOption() }),
);

/** `--direct`, for commands that otherwise work through the node of another process. */
export function directOption() {
  return option("--direct", {
    description: message`Do not work through a node that runs already; for debugging.`,
  });
}

function settingFields() {
  return {
    name: setting("name", "NAME"),
    host: setting("host", "IP"),
    mandatory: map(
      multiple(
        option("--mandatory", anyText("ADDRESS"), {
          description: message`${text("Keep connected to this peer; may be repeated.")}`,
        }),
      ),
      (addresses) => addresses.length === 0 ? undefined : addresses,
    ),
    mdns: map(
      option("--no-mdns", {
        description: message`Neither find nor be found on the local network.`,
      }),
      (off) => off ? false as const : undefined,
    ),
    readReceipts: map(
      option("--no-read-receipts", {
        description: message`Neither tell nor note which messages were read.`,
      }),
      (off) => off ? false as const : undefined,
    ),
    notifications: setting("notifications", "HOW"),
    classicPort: setting("classicPort", "PORT"),
    classicHost: setting("classicHost", "IP"),
    classicDialect: setting("classicDialect", "DIALECT"),
    classicLong: setting("classicLong", "HOW"),
    classicTeam: setting("classicTeam", "NAME"),
    logFile: setting("logFile", "FILE"),
    logLevel: setting("logLevel", "LEVEL"),
  };
}

type TextKey = Exclude<ConfigKey, "mandatory" | "mdns" | "readReceipts">;

function setting(key: TextKey, metavar: Metavar) {
  const { description, choices } = CONFIG_TABLE[key];
  const flags = {
    name: "--name",
    host: "--host",
    port: "--port",
    notifications: "--notifications",
    classicPort: "--classic-port",
    classicHost: "--classic-host",
    classicDialect: "--classic-dialect",
    classicLong: "--classic-long",
    classicTeam: "--classic-team",
    logFile: "--log-file",
    logLevel: "--log-level",
  } as const;
  const parser = key === "logFile" ? anyPath(metavar, "file") : anyText(metavar, choices);
  return optional(option(flags[key], parser, { description: message`${text(description)}` }));
}
