/**
 * `outbox`: what is not delivered yet, and why.
 *
 * - alone, it reads the database beside whoever owns the profile, and changes nothing
 * - `cancel` takes messages back, through the node that runs, or in the database. Exit code: 0 if all of them were taken back;
 *   1 if one does not wait, because it was delivered meanwhile or never was; 2 if an ID could mean
 *   several, and then none is taken back
 * - `retry` has the node that runs, or one of its own, try at once. Exit code: 0 if nothing waits any more, 3
 *   if something still does when the time is up
 */
import { merge, object, or } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { multiple, withDefault } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { argument, command, constant, option } from "@optique/core/primitives";
import type { Command } from "./command.ts";
import { duration } from "./duration.ts";
import {
  anyText,
  directOption,
  jsonOption,
  type ProfileOptions,
  profileOptions,
  type SettingOptions,
  settingOptions,
} from "./options.ts";

export type OutboxOptions = ListOptions | CancelOptions | RetryOptions;

export interface ListOptions extends ProfileOptions {
  readonly action: "list";
  /** Every message, not only the first few to each recipient. */
  readonly all: boolean;
}

export interface CancelOptions extends ProfileOptions {
  readonly action: "cancel";
  /** Ids, or ends or beginnings of ids; at least one. */
  readonly ids: readonly string[];
  /** Not through the node that runs, but in the database beside it. */
  readonly direct: boolean;
}

export interface RetryOptions extends ProfileOptions, SettingOptions {
  readonly action: "retry";
  /** How long to wait for the acknowledgements, ms. */
  readonly timeout: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;

const cancel = merge(
  object({
    action: constant("cancel"),
    ids: multiple(
      argument(anyText("ID"), {
        description: message`${text("The id of a message, or its end as `outbox` shows it.")}`,
        errors: { endOfInput: message`ID is missing` },
      }),
      { min: 1, errors: { tooFew: message`ID is missing` } },
    ),
    direct: directOption(),
    json: jsonOption,
  }),
  profileOptions,
);

const retry = merge(
  object({
    action: constant("retry"),
    timeout: withDefault(
      option("--timeout", duration(), {
        description: message`${
          text(
            "How long to try, such as 500ms, 30s, 2m (default 30s). Exit code 3: some still wait.",
          )
        }`,
      }),
      DEFAULT_TIMEOUT_MS,
    ),
    json: jsonOption,
  }),
  settingOptions,
  profileOptions,
);

const list = merge(
  object({
    action: constant("list"),
    all: option("--all", {
      description: message`All messages, not only the first 20 to each recipient.`,
    }),
    json: jsonOption,
  }),
  profileOptions,
);

export const outbox: Command<OutboxOptions> = {
  name: "outbox",
  summary: "Show what is not delivered yet and why; take it back or try again.",
  examples: [
    "p2p-chat outbox",
    "p2p-chat outbox cancel 3f9c2a1b",
    "p2p-chat outbox retry --timeout 1m",
  ],
  // Of alternatives, none fits where nothing at all is written.
  parser: withDefault(
    or(
      action("cancel", "Take messages back that are not delivered yet.", cancel),
      action("retry", "Try to deliver now everything that waits.", retry),
      list,
    ),
    { action: "list", all: false },
  ),

  async run(options, context) {
    switch (options.action) {
      case "list":
        return await (await import("./outbox/list.ts")).listOutbox(options, context);
      case "cancel":
        return await (await import("./outbox/cancel.ts")).cancelMessages(options, context);
      case "retry":
        return await (await import("./outbox/retry.ts")).retryOutbox(options, context);
    }
  },
};

function action<Options, State>(
  name: OutboxOptions["action"],
  description: string,
  parser: Parser<"sync", Options, State>,
) {
  const sentence = message`${text(description)}`;
  return command(name, parser, { brief: sentence, description: sentence });
}
