/** `help scripting`: short; `src/commands/ndjson.ts` is the contract. */
import { exitCodeRows } from "./exit_codes.ts";
import { commands, heading, paragraph, terms, type Topic } from "./topic.ts";

export const scripting: Topic = {
  name: "scripting",
  summary: "The program in scripts: JSON lines and exit codes.",
  blocks: [
    paragraph(`Every action is a command. Results go to standard output, everything else to standard
      error. Where standard output is no terminal there are no colours.`),
    heading("JSON lines"),
    paragraph(
      `With --json a command prints one JSON object a line, "event" first. Times are ISO 8601
      in UTC, ids are strings, durations are in milliseconds; what is not known is null. A field is
      never reused for something else; new fields and new events may come, so ignore what you do not
      know. src/commands/NDJSON.md in the sources lists all events and fields.`,
    ),
    commands(
      "p2p-chat listen --json | jq -r 'select(.event == \"message\") | .text'",
      "p2p-chat peers --json | jq -r .name",
    ),
    paragraph(`A command that fails prints an "error" line last, with a code that stays the same,
      a message and a hint for people.`),
    heading("Messages"),
    commands(
      'p2p-chat send red "built"        # the text as arguments',
      "git log -1 | p2p-chat send red   # or from standard input",
      "p2p-chat send red --until queued --json hello   # do not wait for the answer",
    ),
    commands(
      "tail -f build.log | p2p-chat pipe red   # a line, a message; --resume goes on after a break",
      "p2p-chat events --only message          # everything that happens, as JSON lines",
      "p2p-chat history --follow --json --after 120",
    ),
    paragraph(`Where a node runs on the profile, commands work through it and need no start of their
      own. Control characters in the text of others are escaped in JSON, so printing a line does
      nothing to a terminal.`),
    heading("Exit codes"),
    terms(...exitCodeRows()),
  ],
};
