/**
 * `listen`: runs a node and prints what arrives, until it is told to stop. First comes what arrived in
 * earlier runs and was never shown.
 *
 * A message is shown at least once, and in the next run not again, unless this one is killed after the
 * printing and before that is noted (`shown_messages.ts`).
 *
 * With `--exec` a program is run for each message, and decides what counts as shown (`exec/`). With
 * `--quiet` nothing is shown: a node for others to work through.
 *
 * Run as a service, with no terminal on any of its streams, it reads its settings again at SIGHUP
 * (`reload.ts`). `--ready-file` tells the service manager that it listens.
 *
 * Exit code: stopping is how a listener ends, so SIGTERM and SIGHUP (a service manager, a closed
 * terminal) and a reader that closed the pipe (`listen | head -1`) are success, 0. Only Ctrl-C, by
 * which a person cuts a run short, is 130, so that a script around it stops as well.
 */
import { group, merge, object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { formatAddress, parseAddress } from "../config/address.ts";
import { ChatError } from "../errors.ts";
import type { ReceivedMessage } from "../history/message_record.ts";
import type { NodeEvent } from "../node/chat_node.ts";
import { createStyle } from "../terminal/style.ts";
import type { Command, CommandContext } from "./command.ts";
import { aborted, either } from "../deadline.ts";
import { execFields, type ExecOptions, type ExecPlan, planExec } from "./exec/exec_options.ts";
import { EXIT_CODES } from "./failure.ts";
import { Interruption } from "./interruption.ts";
import { formatDay } from "../terminal/local_time.ts";
import { ndjsonLine, type ReadyLine } from "./ndjson.ts";
import { nodeEventLine } from "./node_lines.ts";
import { eventText } from "./node_text.ts";
import {
  anyText,
  jsonOption,
  lastingOptions,
  type ProfileOptions,
  profileOptions,
  type SettingOptions,
} from "./options.ts";
import { ReadyFile } from "./ready_file.ts";
import { SettingsReload } from "./reload.ts";
import { openSession, type Session } from "./session.ts";
import { type PrintedMessages, ShownMessages } from "../chat_screen/shown_messages.ts";
import { unreadPages } from "./unread_pages.ts";

export type ListenOptions = ProfileOptions & SettingOptions & ExecOptions & {
  /** Where to say that the node listens, see `ready_file.ts`. */
  readonly readyFile?: string | undefined;
  /** Show nothing, and so mark nothing: what arrives waits for the menu or another command. */
  readonly quiet?: boolean | undefined;
};

export const listen: Command<ListenOptions> = {
  name: "listen",
  summary: "Run a node and print what arrives, until it is stopped.",
  examples: [
    "p2p-chat listen --name red --port 7000",
    "p2p-chat listen --mandatory 192.168.1.20:7000 --json",
    "p2p-chat listen --exec ./on-message.sh --exec-timeout 10s",
  ],
  parser: merge(
    object({ json: jsonOption }),
    group(
      "As a service",
      object({
        ...execFields(),
        quiet: option("--quiet", {
          description: message`${
            text("Print no messages; they stay unread, for the menu to show.")
          }`,
        }),
        readyFile: optional(
          option("--ready-file", anyText("FILE"), {
            description: message`${text("Write a line there once the node listens.")}`,
          }),
        ),
      }),
    ),
    lastingOptions,
    profileOptions,
  ),

  async run(options, context) {
    const { terminal, signal } = context;
    const plan = await planExec(options, context);
    if (options.quiet && plan !== undefined) {
      throw new ChatError("bad-usage", "--quiet does not go with --exec", {
        hint: "leave --quiet out: the program decides what counts as read",
      });
    }
    await using ready = options.readyFile === undefined
      ? undefined
      : await ReadyFile.prepare(options.readyFile);
    // From the beginning, so that a reload in the middle of the start does not end it.
    let reload: SettingsReload | undefined;
    let reloadEarly = false;
    using _reloads = context.onReload?.(() => {
      if (reload === undefined) reloadEarly = true;
      else reload.request();
    });
    const ended = either(signal, terminal.closed);
    let told = false;
    const onOpen = async (session: Session) => {
      if (!told) await ready?.write(ndjsonLine(readyLine(session)));
      told = true;
      // In one go: nothing can arrive between the line that says so and the subscription.
      if (options.json) printReadyLine(session, context);
      else printHeader(session, context);
      reload = new SettingsReload(session, options, context, (text) => {
        const event: NodeEvent = { event: "notice", at: context.now(), text };
        (options.json ? printEventLine : printText)(event, session, context);
      });
      if (reloadEarly) reload.request();
      reloadEarly = false;
    };
    const once = (unmarked: readonly ReceivedMessage[]) =>
      listenOnce(options, plan, context, ended, onOpen, unmarked);
    for (let left = await once([]); left !== undefined; left = await once(left)) {
      terminal.remark("the node that ran is gone; going on");
    }
    await reload?.settled();
    if (!signal.aborted) return EXIT_CODES.done;
    if (!(signal.reason instanceof Interruption)) throw signal.reason;
    return signal.reason.by === "SIGINT" ? EXIT_CODES.interrupted : EXIT_CODES.done;
  },
};

/**
 * Listens until `ended` aborts, or until the node of another process, through which it works, is gone.
 * @param unmarked printed before, and to be marked
 * @returns undefined: it ended; else the node is gone, and these were printed and not marked
 */
async function listenOnce(
  options: ListenOptions,
  plan: ExecPlan | undefined,
  context: CommandContext,
  ended: AbortSignal,
  onOpen: (session: Session) => Promise<void>,
  unmarked: readonly ReceivedMessage[],
): Promise<readonly ReceivedMessage[] | undefined> {
  await using session = await openSession(
    options,
    { command: "listen", listen: "configured" },
    context,
  );
  const { node, profile } = session;
  const { ended: gone } = node;
  await onOpen(session);
  const over = either(ended, gone);
  if (options.quiet) {
    const print = options.json ? printEventLine : printText;
    using _notices = node.subscribe((event) => {
      if (event.event === "notice") print(event, session, context);
    });
    await aborted(over);
    return ended.aborted ? undefined : [];
  }
  await using shown = plan === undefined
    ? new ShownMessages(node, context.terminal)
    : new (await import("./exec/exec_queue.ts")).ExecQueue({
      plan,
      profile,
      node,
      terminal: context.terminal,
    });
  if (plan === undefined) shown.printed(unmarked);
  try {
    await showAll(session, options, context, over, shown);
  } catch (error) {
    if (error !== gone.reason) throw error;
  }
  return ended.aborted ? undefined : shown.unmarked;
}

/**
 * Prints what was never shown, then what has happened meanwhile, then what happens until `ended`
 * aborts.
 * @param shown is told of every incoming message that was printed
 */
export async function showAll(
  session: Session,
  { json }: Pick<ListenOptions, "json">,
  context: CommandContext,
  ended: AbortSignal,
  shown: PrintedMessages,
): Promise<void> {
  const { node } = session;
  const print = json ? printEventLine : printText;
  const show = (event: NodeEvent) => {
    print(event, session, context);
    if (event.event === "message") shown.printed([event.message]);
  };
  const meanwhile: NodeEvent[] = [];
  let take = (event: NodeEvent): void => {
    meanwhile.push(event);
  };
  using _events = node.subscribe((event) => take(event));
  // What is not marked yet would come once more.
  await Promise.race([shown.settled(), aborted(ended)]);
  const days = new DayRemarks(context);
  if (!json) days.begin((await node.counts()).unread);
  for await (const page of unreadPages(node)) {
    for (const message of page) {
      if (!json) days.turnTo(message.receivedAt);
      show({ event: "message", message });
    }
    await Promise.race([shown.settled(), aborted(ended)]);
    if (ended.aborted) return;
  }
  if (!json) days.turnTo(context.now());
  meanwhile.forEach(show);
  take = show;
  await aborted(ended);
}

/** What a person has to know of messages from before: that there are any, and of which day. */
class DayRemarks {
  readonly #context: CommandContext;
  /** The lines themselves say only the time. */
  #day: string;

  constructor(context: CommandContext) {
    this.#context = context;
    this.#day = formatDay(context.now());
  }

  begin(count: number): void {
    if (count === 0) return;
    const messages = count === 1 ? "message" : "messages";
    this.#remark(`${count} ${messages} arrived while you were away`);
  }

  turnTo(time: number): void {
    const day = formatDay(time);
    if (day !== this.#day) this.#remark(day);
    this.#day = day;
  }

  #remark(line: string): void {
    const { terminal } = this.#context;
    terminal.remark(createStyle(terminal.colors).dim(line));
  }
}

/** Says as JSON that the node runs. */
export function printReadyLine(session: Session, { terminal }: CommandContext): void {
  terminal.print(ndjsonLine(readyLine(session)));
}

function readyLine({ node, profile }: Session): ReadyLine {
  const addresses = node.addresses();
  const { name, peerId } = node;
  const port = portOf(addresses);
  return { event: "ready", name, peerId, addresses, port, profile: profile.name };
}

function printHeader({ node }: Session, { terminal }: CommandContext): void {
  const style = createStyle(terminal.colors);
  const [first = "", ...others] = node.addresses().map(formatAddress);
  terminal.remark(`${style.bold(node.name)} is listening`);
  terminal.remark(`  peer id  ${node.peerId}`);
  terminal.remark(`  address  ${first}`);
  for (const address of others) terminal.remark(`           ${address}`);
  terminal.remark(`  stop     Ctrl-C`);
}

/** Prints an event of the node as JSON. */
export function printEventLine(
  event: NodeEvent,
  { node }: Session,
  { terminal }: CommandContext,
): void {
  terminal.print(ndjsonLine(nodeEventLine(event, node.displayName.bind(node))));
}

function printText(event: NodeEvent, { node }: Session, { terminal }: CommandContext): void {
  const text = eventText(event, node.displayName.bind(node), createStyle(terminal.colors));
  if (text?.kind === "result") terminal.print(text.line);
  else if (text !== undefined) terminal.remark(text.line);
}

/** @returns 0 where no address says */
function portOf(addresses: readonly string[]): number {
  const [first] = addresses;
  return first === undefined ? 0 : parseAddress(first).port;
}
