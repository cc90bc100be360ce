/** `help states`. */
import type { MessageState } from "../../history/message_record.ts";
import { stateColumn } from "../message_state.ts";
import { exitCodeRows } from "./exit_codes.ts";
import { commands, heading, paragraph, terms, type Topic } from "./topic.ts";

const MEANINGS: { readonly [State in MessageState]: string } = {
  queued: "on disk here, not yet handed to a connection",
  sent: "written to a connection, not yet acknowledged; old programs may never do so",
  delivered: "on the recipient's disk",
  read: "shown to a person there, if both sides allow it (setting readReceipts)",
  refused: "the recipient said no, and why",
  cancelled: "taken back; if it arrived all the same, it becomes delivered after that",
};

export const states: Topic = {
  name: "states",
  summary: "Where a message is, and the exit codes.",
  blocks: [
    paragraph(`Every message of yours is in one of these states. Each has a mark and a word:`),
    terms(...stateRows()),
    paragraph(`A message is on disk before send returns. What is not acknowledged goes out again
      after every broken connection and every restart, in order, for as long as it takes: nothing
      expires. On the other side each message is in the history once.`),
    heading("The outbox"),
    paragraph(`The outbox holds what is queued or sent. It goes out while any node runs on the
      profile: listen, the menu, or the short run of another command.`),
    commands(
      "p2p-chat outbox              what waits, for whom, and why",
      "p2p-chat outbox retry        try everybody now",
      "p2p-chat outbox cancel ID    take one back",
      "p2p-chat why PEER            what was tried, and what would help",
    ),
    heading("Exit codes"),
    terms(...exitCodeRows()),
    paragraph(
      `How far send waits: --until queued, sent or delivered (the default), and --timeout.`,
    ),
  ],
};

function stateRows(): (readonly [string, string])[] {
  const rows: (readonly [string, string])[] = [];
  for (const [state, meaning] of Object.entries(MEANINGS)) {
    if (isState(state)) rows.push([stateColumn(state), meaning]);
  }
  return rows;
}

function isState(text: string): text is MessageState {
  return Object.hasOwn(MEANINGS, text);
}
