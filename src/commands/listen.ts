/**
 * `listen`: runs a node and prints what arrives, until it is told to stop. First comes what arrived in
 * earlier runs and was never shown.
 *
 * A message is shown at least once, and in the next run not again, unless this one is killed after the
 * printing and before that is noted (`shown_messages.ts`).
 *
 * Exit code: stopping is how a listener ends, so SIGTERM and SIGHUP (a service manager, a closed
 * terminal) and a reader that closed the pipe (`listen | head -1`) are success, 0. Only Ctrl-C, by
 * which a person cuts a run short, is 130, so that a script around it stops as well.
 */
import { merge, object } from "@optique/core/constructs";
import { formatAddress, parseAddress } from "../config/address.ts";
import type { NodeEvent } from "../node/chat_node.ts";
import { createStyle } from "../terminal/style.ts";
import type { Command, CommandContext } from "./command.ts";
import { aborted, either } from "./deadline.ts";
import { EXIT_CODES } from "./failure.ts";
import { Interruption } from "./interruption.ts";
import { formatDay } from "./local_time.ts";
import { ndjsonLine } from "./ndjson.ts";
import { nodeEventLine } from "./node_lines.ts";
import { eventText } from "./node_text.ts";
import {
  jsonOption,
  lastingOptions,
  type ProfileOptions,
  profileOptions,
  type SettingOptions,
} from "./options.ts";
import { openSession, type Session } from "./session.ts";
import { ShownMessages } from "./shown_messages.ts";
import { unreadPages } from "./unread_pages.ts";

export type ListenOptions = ProfileOptions & SettingOptions;

export const listen: Command<ListenOptions> = {
  name: "listen",
  summary: "Run a node and print what arrives, until it is stopped.",
  examples: [
    "p2p-chat listen --name red --port 7000",
    "p2p-chat listen --mandatory 192.168.1.20:7000 --json",
  ],
  parser: merge(object({ json: jsonOption }), lastingOptions, profileOptions),

  async run(options, context) {
    const { terminal, signal } = context;
    const ended = either(signal, terminal.closed);
    while (await listenOnce(options, context, ended) === "node gone") {
      terminal.remark("the node that ran is gone; going on");
    }
    if (!signal.aborted) return EXIT_CODES.done;
    if (!(signal.reason instanceof Interruption)) throw signal.reason;
    return signal.reason.by === "SIGINT" ? EXIT_CODES.interrupted : EXIT_CODES.done;
  },
};

/** Listens until `ended` aborts, or until the node of another process, through which it works, is gone. */
async function listenOnce(
  options: ListenOptions,
  context: CommandContext,
  ended: AbortSignal,
): Promise<"ended" | "node gone"> {
  await using session = await openSession(
    options,
    { command: "listen", listen: "configured" },
    context,
  );
  const { ended: gone } = session.node;
  // In one go: nothing can arrive between the line that says so and the subscription.
  if (options.json) printReadyLine(session, context);
  else printHeader(session, context);
  try {
    await showAll(session, options, context, either(ended, gone));
  } catch (error) {
    if (error !== gone.reason) throw error;
  }
  return gone.aborted && !ended.aborted ? "node gone" : "ended";
}

/**
 * Prints what was never shown, then what has happened meanwhile, then what happens until `ended`
 * aborts.
 */
export async function showAll(
  session: Session,
  { json }: Pick<ListenOptions, "json">,
  context: CommandContext,
  ended: AbortSignal,
): Promise<void> {
  const { node } = session;
  await using shown = new ShownMessages(node, context.terminal);
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
export function printReadyLine({ node, profile }: Session, { terminal }: CommandContext): void {
  const addresses = node.addresses();
  const { name, peerId } = node;
  terminal.print(ndjsonLine({
    event: "ready",
    name,
    peerId,
    addresses,
    port: portOf(addresses),
    profile: profile.name,
  }));
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
