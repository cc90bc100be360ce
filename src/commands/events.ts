/**
 * `events`: everything that the node tells, as NDJSON, until it is told to stop. It only looks on:
 * unlike `listen` it counts as nobody who has seen a message, so none is marked as shown.
 *
 * It works through the node that runs. Where none does it is the node, on any free port like all
 * commands that are no `listen`. `ready` comes first; nothing that happens after it is missed.
 *
 * It prints JSON in any case, errors too. It ends as `until_stopped.ts` says.
 */
import { merge, object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import type { NodeEvent } from "../node/chat_node.ts";
import type { Command } from "./command.ts";
import { printEventLine, printReadyLine } from "./listen.ts";
import {
  type ProfileOptions,
  profileOptions,
  type SettingOptions,
  settingOptions,
} from "./options.ts";
import { openSession } from "./session.ts";
import { untilStopped } from "./until_stopped.ts";
import { wordList } from "./word_list.ts";

const EVENTS = [
  "ready",
  "message",
  "state",
  "peer-up",
  "peer-down",
  "notice",
] as const satisfies readonly (NodeEvent["event"] | "ready")[];

export interface EventsOptions extends ProfileOptions, SettingOptions {
  /** What to print; undefined: everything. */
  readonly only?: readonly (typeof EVENTS[number])[] | undefined;
}

export const events: Command<EventsOptions> = {
  name: "events",
  summary: "Print everything that happens as JSON lines, until it is stopped.",
  examples: [
    "p2p-chat events",
    "p2p-chat events --only message | jq -r .text",
  ],
  parser: merge(
    object({
      only: optional(
        option("--only", wordList("EVENTS", EVENTS), {
          description: message`${text(`Only these, commas between: ${EVENTS.join(", ")}.`)}`,
        }),
      ),
      json: map(
        option("--json", { description: message`Print JSON; there is no other form.` }),
        () => true,
      ),
    }),
    settingOptions,
    profileOptions,
  ),

  async run({ only = EVENTS, ...options }, context) {
    await using session = await openSession(
      options,
      { command: "events", listen: "ephemeral" },
      context,
    );
    const { node } = session;
    const wanted = new Set<string>(only);
    const print = (event: NodeEvent) => {
      if (wanted.has(event.event)) printEventLine(event, session, context);
    };
    const meanwhile: NodeEvent[] = [];
    let take = (event: NodeEvent): void => {
      meanwhile.push(event);
    };
    using _events = node.subscribe((event) => take(event));
    // With any answer it is sure that the node has taken the subscription.
    await node.counts();
    if (wanted.has("ready")) printReadyLine(session, context);
    meanwhile.forEach(print);
    take = print;
    return await untilStopped(node, context);
  },
};
