/**
 * `listen`: runs a node and prints what arrives, until it is told to stop.
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
import { ndjsonLine } from "./ndjson.ts";
import { nodeEventLine } from "./node_lines.ts";
import { eventText } from "./node_text.ts";
import {
  jsonOption,
  listeningOptions,
  type ProfileOptions,
  profileOptions,
  type SettingOptions,
} from "./options.ts";
import { openSession, type Session } from "./session.ts";

export type ListenOptions = ProfileOptions & SettingOptions;

export const listen: Command<ListenOptions> = {
  name: "listen",
  summary: "Run a node and print what arrives, until it is stopped.",
  examples: [
    "p2p-chat listen --name red --port 7000",
    "p2p-chat listen --mandatory 192.168.1.20:7000 --json",
  ],
  parser: merge(object({ json: jsonOption }), listeningOptions, profileOptions),

  async run(options, context) {
    const { terminal, signal } = context;
    await using session = await openSession(
      options,
      { command: "listen", listen: "configured" },
      context,
    );
    // In one go: nothing can arrive between the line that says so and the subscription.
    if (options.json) printReadyLine(session, context);
    else printHeader(session, context);
    const print = options.json ? printEventLine : printText;
    using _events = session.node.subscribe((event) => print(event, session, context));

    await aborted(either(signal, terminal.closed));
    if (!signal.aborted) return EXIT_CODES.done;
    if (!(signal.reason instanceof Interruption)) throw signal.reason;
    return signal.reason.by === "SIGINT" ? EXIT_CODES.interrupted : EXIT_CODES.done;
  },
};

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

function printText(event: NodeEvent, { node }: Session, { terminal, now }: CommandContext): void {
  const text = eventText(event, node.displayName.bind(node), createStyle(terminal.colors), now());
  if (text?.kind === "result") terminal.print(text.line);
  else if (text !== undefined) terminal.remark(text.line);
}

/** @returns 0 where no address says */
function portOf(addresses: readonly string[]): number {
  const [first] = addresses;
  return first === undefined ? 0 : parseAddress(first).port;
}
