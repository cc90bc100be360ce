/** The slash commands: what they are called, what they take, what they do, in the order of /help. */

/** What stands behind the name of a command: the whole rest of the line. */
export type ArgumentKind =
  | "none"
  | "command"
  | "peer"
  | "count"
  | "text"
  | "answer"
  | "alias"
  | "message";

interface Spec {
  readonly name: string;
  readonly takes: ArgumentKind;
  /** As the usage shows it; in brackets where it may be left out, empty where there is none. */
  readonly metavar: string;
  /** One sentence, without its full stop. */
  readonly summary: string;
  /** What else is worth knowing, whole sentences. */
  readonly details?: string;
}

export const SLASH_COMMANDS = [
  {
    name: "help",
    takes: "command",
    metavar: "[COMMAND]",
    summary: "show all commands, or more about one",
  },
  { name: "peers", takes: "none", metavar: "", summary: "show who is here" },
  {
    name: "connect",
    takes: "peer",
    metavar: "PEER",
    summary: "connect to a peer, such as 192.168.1.20:7000",
  },
  {
    name: "open",
    takes: "peer",
    metavar: "PEER",
    summary: "go on with the conversation with another peer",
  },
  {
    name: "who",
    takes: "peer",
    metavar: "[PEER]",
    summary: "show what is known of this peer, or of another one",
  },
  {
    name: "why",
    takes: "peer",
    metavar: "[PEER]",
    summary: "try to reach this peer now, and tell what would help",
  },
  {
    name: "history",
    takes: "count",
    metavar: "[N]",
    summary: "show the last messages of this conversation",
    details: "Without N it is the last 20.",
  },
  {
    name: "search",
    takes: "text",
    metavar: "TEXT",
    summary: "find messages of this conversation that contain a text",
  },
  {
    name: "verify",
    takes: "answer",
    metavar: "[yes|no]",
    summary: "compare fingerprints, to know that nobody sits in between",
    details: "/verify shows both. Read them to each other, by telephone or side by side. " +
      "/verify yes notes that they are the same on the other side, /verify no takes it back.",
  },
  {
    name: "rename",
    takes: "alias",
    metavar: "ALIAS",
    summary: "give this peer a name of your own",
    details: "It wins over what the peer calls itself; nobody else sees it.",
  },
  {
    name: "block",
    takes: "peer",
    metavar: "[PEER]",
    summary: "let this peer connect no more",
    details: "It is not told why. What waits for it stays queued. /unblock takes it back.",
  },
  {
    name: "unblock",
    takes: "peer",
    metavar: "[PEER]",
    summary: "let a blocked peer connect again",
  },
  {
    name: "outbox",
    takes: "none",
    metavar: "",
    summary: "show what is not delivered yet, and why",
  },
  {
    name: "cancel",
    takes: "message",
    metavar: "ID",
    summary: "take a message back that is not delivered yet",
    details: "/outbox shows the last 8 characters of each ID.",
  },
  {
    name: "retry",
    takes: "none",
    metavar: "",
    summary: "try now to deliver everything that waits",
  },
  { name: "clear", takes: "none", metavar: "", summary: "clear the screen; nothing is deleted" },
  { name: "quit", takes: "none", metavar: "", summary: "leave the conversation" },
] as const satisfies readonly Spec[];

export type SlashName = typeof SLASH_COMMANDS[number]["name"];

/** One slash command. */
export interface SlashSpec extends Spec {
  readonly name: SlashName;
}

/** Other words that mean a command: what other chats call it. */
const SYNONYMS: ReadonlyMap<string, SlashName> = new Map([
  ["chat", "open"],
  ["exit", "quit"],
]);

/** The command of this name, in either case; undefined: there is none. */
export function slashSpec(name: string): SlashSpec | undefined {
  const wanted = name.toLowerCase();
  const meant = SYNONYMS.get(wanted) ?? wanted;
  return SLASH_COMMANDS.find((spec) => spec.name === meant);
}

/** E.g. `/why [PEER]`. */
export function usageOf({ name, metavar }: Pick<SlashSpec, "name" | "metavar">): string {
  return metavar === "" ? `/${name}` : `/${name} ${metavar}`;
}

/** Whether the command means nothing without what it takes. */
export function needsArgument({ metavar }: Pick<SlashSpec, "metavar">): boolean {
  return metavar !== "" && !metavar.startsWith("[");
}
