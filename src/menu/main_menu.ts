/** The main menu: what can be chosen, and doing it, until the person leaves. */
import { reportFailure } from "../commands/failure.ts";
import { ChatError } from "../errors.ts";
import type { Counts } from "../node/chat_node.ts";
import { type Choice, PromptCancelled, type SelectQuestion } from "../terminal/prompts/prompter.ts";
import { checkUp } from "./check_up.ts";
import { connectPeers } from "./connect_peers.ts";
import { showContacts } from "./contacts_menu.ts";
import { showConversations } from "./conversations.ts";
import { selectFresh } from "./fresh_select.ts";
import type { OpenMenu } from "./open_menu.ts";
import { showOutbox } from "./outbox_menu.ts";
import { showPeers } from "./peers_live.ts";
import { searchMessages } from "./search_messages.ts";
import { sendMessage } from "./send_message.ts";
import { showAddress, showHistory } from "./show.ts";
import { showUnread } from "./unread_messages.ts";
import { askWhy } from "./why_not_reached.ts";

type Entry =
  | "send"
  | "peers"
  | "connect"
  | "history"
  | "address"
  | "settings"
  | "outbox"
  | "why"
  | "unread"
  | "contacts"
  | "conversations"
  | "search"
  | "doctor"
  | "quit";

/** What is done beside the menu. */
export interface Beside {
  /** The profile's folder. */
  readonly folder: string;
  /** Asks for settings; resolves to whether the node has to be started anew. */
  readonly settings: () => Promise<boolean>;
  /** Runs the command `doctor`. */
  readonly doctor: (signal: AbortSignal) => Promise<unknown>;
}

/**
 * Asks and does until the person leaves, or has changed what needs a new start of the node. What
 * goes wrong is told, and the menu goes on.
 * @throws PromptCancelled (Ctrl-C, end of the input); the signal's reason; whatever is no ChatError
 */
export async function mainMenu(menu: OpenMenu, beside: Beside): Promise<"quit" | "restart"> {
  const { terminal, signal } = menu;
  let entry: Entry = "send";
  let preferred: string | undefined;
  for (;;) {
    try {
      entry = await selectFresh<Entry>(menu, () => mainQuestion(menu, entry));
      if (entry === "quit") return "quit";
      if (entry === "settings" && await beside.settings()) return "restart";
      else if (entry === "send") preferred = await sendMessage(menu, preferred);
      else if (entry === "peers") await showPeers(menu);
      else if (entry === "connect") await connectPeers(menu);
      else if (entry === "unread") await showUnread(menu);
      else if (entry === "history") await showHistory(menu);
      else if (entry === "outbox") await showOutbox(menu);
      else if (entry === "why") await askWhy(menu);
      else if (entry === "contacts") await showContacts(menu);
      else if (entry === "conversations") await showConversations(menu);
      else if (entry === "search") await searchMessages(menu);
      else if (entry === "doctor") await checkUp(menu, beside.doctor);
      else if (entry === "address") await showAddress(menu, beside.folder);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PromptCancelled && error.kind === "escape") continue;
      if (error instanceof PromptCancelled || !(error instanceof ChatError)) throw error;
      reportFailure(error, terminal, {});
    }
  }
}

async function mainQuestion(menu: OpenMenu, last: Entry): Promise<SelectQuestion<Entry>> {
  const { interactive } = menu.terminal;
  const counts = await countsOf(menu);
  return {
    message: "What next?",
    choices: entries(interactive, counts),
    // A line-by-line menu without a default: an empty line too many in a script does nothing.
    ...(interactive ? { default: nextEntry(last, counts) } : {}),
  };
}

/** One key reads on, page by page; when nothing is unread any more, the first entry is proposed. */
function nextEntry(last: Entry, { unread }: Counts): Entry {
  return unread > 0 && last === "send" ? "unread" : last;
}

/** A menu without counts is still a menu: what cannot be read now is told by the entry itself. */
async function countsOf({ node }: OpenMenu): Promise<Counts> {
  try {
    return await node.counts();
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    return { waiting: 0, unread: 0 };
  }
}

/**
 * The numbers 0 to 3 and their words are those of the first, Python, program; no number ever gets
 * another meaning, since scripts answer with them.
 */
export function entries(interactive: boolean, { waiting, unread }: Counts): Choice<Entry>[] {
  const listed: readonly Choice<Entry>[] = [
    { name: "Send message", value: "send", number: 1 },
    { name: "Query active peers", value: "peers", number: 2 },
    {
      name: interactive ? "Connect to known peers" : "Connect to active peers",
      value: "connect",
      number: 3,
    },
    { name: "History", value: "history", number: 4 },
    { name: "My address", value: "address", number: 5 },
    { name: "Settings", value: "settings", number: 6 },
    { name: counted("Outbox", waiting, "waiting"), value: "outbox", number: 7 },
    { name: "Why is a peer not reached?", value: "why", number: 8 },
    { name: counted("Unread messages", unread), value: "unread", number: 9 },
    { name: "Contacts", value: "contacts", number: 10 },
    { name: "Conversations", value: "conversations", number: 11 },
    { name: "Search messages", value: "search", number: 12 },
    { name: "Doctor: is all in order?", value: "doctor", number: 13 },
    { name: "Quit", value: "quit", number: 0 },
  ];
  const order = interactive ? SCREEN_ORDER : LINE_ORDER;
  return order.flatMap((entry) => listed.filter(({ value }) => value === entry))
    .filter(({ value }) => value !== "unread" || unread > 0);
}

/** What belongs together; the first four where their numbers are, for who types digits here too. */
const SCREEN_ORDER: readonly Entry[] = [
  "send",
  "peers",
  "connect",
  "history",
  "conversations",
  "unread",
  "search",
  "outbox",
  "why",
  "contacts",
  "address",
  "settings",
  "doctor",
  "quit",
];

/** By number. */
const LINE_ORDER: readonly Entry[] = [
  "send",
  "peers",
  "connect",
  "history",
  "address",
  "settings",
  "outbox",
  "why",
  "unread",
  "contacts",
  "conversations",
  "search",
  "doctor",
  "quit",
];

function counted(name: string, count: number, word = ""): string {
  return count === 0 ? name : `${name} (${[count, word].join(" ").trim()})`;
}
