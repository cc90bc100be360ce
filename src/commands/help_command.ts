/**
 * `help`: with the name of a topic it prints that text. Without a name, and with that of a command, it
 * is the `--help` of the program or of the command, and does not come here (`program.ts`).
 */
import { object } from "@optique/core/constructs";
import { nearest } from "../config/nearest.ts";
import { quote } from "../config/quote.ts";
import { ChatError } from "../errors.ts";
import { createStyle } from "../terminal/style.ts";
import type { Command, ReportOptions } from "./command.ts";
import { EXIT_CODES } from "./failure.ts";
import { TOPICS } from "./help_topics/table.ts";
import { anyText, optionalArgument } from "./options.ts";
import { COMMANDS } from "./table.ts";

export interface HelpOptions extends ReportOptions {
  readonly topic?: string | undefined;
}

export const help: Command<HelpOptions> = {
  name: "help",
  summary: "Show the help of a command, or a longer text on a topic.",
  examples: ["p2p-chat help", "p2p-chat help config set", "p2p-chat help states"],
  parser: object({
    topic: optionalArgument(
      anyText("TOPIC", [...COMMANDS.keys(), ...TOPICS.keys()]),
      `A command, or one of ${[...TOPICS.keys()].join(", ")}.`,
    ),
  }),

  async run({ topic = "" }, { terminal }) {
    // Also as it is written in usage lines: `help PEER`.
    const found = TOPICS.get(topic.toLowerCase());
    if (found === undefined) throw unknownTopic(topic);
    const { topicLines } = await import("./help_topics/topic.ts");
    const style = createStyle(terminal.colors);
    for (const line of topicLines(await found.load(), terminal.columns, style)) {
      terminal.print(line);
    }
    return EXIT_CODES.done;
  },
};

function unknownTopic(word: string): ChatError {
  const meant = nearest(word, [...COMMANDS.keys(), ...TOPICS.keys()]);
  return new ChatError("bad-usage", `there is no help on ${quote(word)}`, {
    hint: meant === undefined
      ? "p2p-chat help lists commands and topics"
      : `did you mean ${quote(meant)}?`,
  });
}
