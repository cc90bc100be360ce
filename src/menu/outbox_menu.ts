/**
 * "Outbox": what is not delivered yet, for whom and why, and what a person can do about it: try all
 * at once, take a message back, ask why somebody is not reached.
 */
import { aborted, Deadline } from "../deadline.ts";
import { withMark } from "../commands/message_state.ts";
import { otherName } from "../commands/node_text.ts";
import { outboxLines } from "../commands/outbox/list.ts";
import type { Conversation, OwnMessage } from "../history/message_record.ts";
import type { OutboxEntry } from "../history/mod.ts";
import { startProgress } from "../terminal/progress.ts";
import type { Choice } from "../terminal/prompts/prompter.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { truncate } from "../terminal/width.ts";
import { breakable } from "./breakable.ts";
import type { OpenMenu } from "./open_menu.ts";
import { orBack } from "../terminal/prompts/or_back.ts";
import { showWhy } from "./why_not_reached.ts";

/** Messages that are looked at; more would be felt. */
const MOST_ENTRIES = 1_000;
/** Messages to each recipient; more is no overview. */
const SHOWN = 10;
/** Choices in one list. */
const MOST_CHOICES = 50;
/** How long "try all now" looks what comes of it before it asks on; a refused dial is faster. */
const TRYING_MS = 1_500;
/** So that a question with it fits on a row of 40 columns. */
const NAME_COLUMNS = 18;
/** Of a message, beside its recipient: enough to know which one is meant. */
const BESIDE_COLUMNS = "> ".length + "  to ".length + ", → sent".length;
const LEAST_TEXT_COLUMNS = 12;
const MOST_TEXT_COLUMNS = 50;

type Action = "retry" | "cancel" | "why" | "back";

/**
 * Shows and asks until the person goes back or nothing waits any more.
 * @throws PromptCancelled except by Escape; ChatError `storage-busy`, `storage-failed`; the signal's
 *   reason
 */
export async function showOutbox(menu: OpenMenu): Promise<void> {
  const { node, terminal, prompter, displayName, signal, now } = menu;
  let isListed = false;
  for (;;) {
    const entries = await node.outbox(MOST_ENTRIES);
    if (entries.length === 0) return prompter.note(["nothing waits"]);
    if (!isListed) {
      prompter.note(
        outboxLines(entries, {
          displayName,
          isRunning: true,
          shown: SHOWN,
          rest: "",
          now: now(),
          terminal,
        }),
      );
    }
    const recipients = recipientsOf(entries);
    const action = await orBack(() =>
      prompter.select<Action>({ message: "Outbox", choices: actions(recipients, menu) }, { signal })
    );
    if (action === undefined || action === "back") return;
    // What was only explained stands above still.
    isListed = action === "why";
    await orBack(async () => {
      if (action === "retry") await tryAll(menu);
      else if (action === "cancel") await takeBack(entries, menu);
      else await explain(recipients, menu);
    });
  }
}

function actions(
  recipients: readonly Conversation[],
  { displayName }: OpenMenu,
): Choice<Action>[] {
  const [first, ...others] = recipients;
  const who = first === undefined || others.length > 0
    ? "a peer"
    : truncate(otherName(first, displayName), NAME_COLUMNS);
  return [
    { name: "Try all now", value: "retry" },
    { name: "Take a message back", value: "cancel" },
    { name: `Why is ${who} not reached?`, value: "why" },
    { name: "Back", value: "back", number: 0 },
  ];
}

/** Each once, in the order of their first message. */
function recipientsOf(entries: readonly OutboxEntry[]): Conversation[] {
  const recipients = new Map<string, Conversation>();
  for (const { message: { conversation } } of entries) {
    const key = conversation.kind === "peer" ? conversation.peerId : conversation.address;
    if (!recipients.has(key)) recipients.set(key, conversation);
  }
  return [...recipients.values()];
}

/** Dials everybody, and waits a little for what comes of it: the list is shown again afterwards. */
async function tryAll({ node, terminal, prompter, signal }: OpenMenu): Promise<void> {
  await breakable(terminal, signal, async (either) => {
    using _progress = startProgress(terminal, "trying; Esc goes on", {
      signal: either,
      delayMs: 0,
    });
    using deadline = new Deadline(TRYING_MS, either);
    const over = aborted(deadline.signal);
    let changed = Promise.withResolvers<void>();
    using _states = node.subscribe(({ event }) => {
      if (event !== "state") return;
      changed.resolve();
      changed = Promise.withResolvers();
    });
    await node.retry();
    while (!deadline.signal.aborted) {
      // From before it is looked: a change meanwhile is a reason to look again.
      const { promise } = changed;
      if ((await node.outbox(1)).length === 0) return;
      await Promise.race([promise, over]);
    }
  });
  signal.throwIfAborted();
  if ((await node.outbox(1)).length > 0) {
    prompter.note(["tried; what is delivered later is told here"]);
  }
}

async function takeBack(entries: readonly OutboxEntry[], menu: OpenMenu): Promise<void> {
  const { node, news, terminal, prompter, displayName, signal } = menu;
  const room = terminal.columns - NAME_COLUMNS - BESIDE_COLUMNS;
  const maxColumns = Math.min(Math.max(room, LEAST_TEXT_COLUMNS), MOST_TEXT_COLUMNS);
  const choices = entries.slice(0, MOST_CHOICES).map(({ message }) => ({
    name: sanitise(message.text, { maxColumns }),
    value: message.id,
    hint: `to ${truncate(otherName(message.conversation, displayName), NAME_COLUMNS)}` +
      (message.state === "sent" ? `, ${withMark("sent")}` : ""),
  }));
  const id = await prompter.select<string>({
    message: "Take back",
    choices: [...choices, { name: "Back", value: "", number: 0 }],
  }, { signal });
  if (id === "") return;
  using hold = news.hold();
  const before = await node.cancel(id);
  if (before !== undefined) hold.told({ ...before, state: "cancelled" });
  prompter.note([takenBackText(before)]);
}

/** @param before the message as it was; undefined where it did not wait any more */
export function takenBackText(before: OwnMessage | undefined): string {
  if (before === undefined) return "too late: it does not wait any more";
  return withMark(
    "cancelled",
    before.state === "sent"
      ? "cancelled; it was sent already and may have arrived all the same"
      : "cancelled; it will not be sent",
  );
}

async function explain(recipients: readonly Conversation[], menu: OpenMenu): Promise<void> {
  const { prompter, displayName, signal } = menu;
  const [first, ...others] = recipients;
  if (first === undefined) return;
  const recipient = others.length === 0 ? first : await prompter.select<Conversation | undefined>({
    message: "Why not reached",
    choices: [
      ...recipients.slice(0, MOST_CHOICES).map((value) => ({
        name: otherName(value, displayName),
        value,
      })),
      { name: "Back", value: undefined, number: 0 },
    ],
  }, { signal });
  if (recipient !== undefined) await showWhy(recipient, menu);
}
