/**
 * `peers --watch`: who is here, until it is stopped. On a screen a table that stands at the bottom and
 * is drawn anew only when something in it changes (`watch_screen.ts`); into a pipe, and with `--plain`,
 * the table once and then a line for each who comes or goes; with `--json` the same as lines of JSON.
 */
import type { NodeEvent } from "../../node/chat_node.ts";
import type { ActivePeer } from "../../presence/active_peer.ts";
import { asScreen } from "../../terminal/screen_terminal.ts";
import { createStyle } from "../../terminal/style.ts";
import type { CommandContext } from "../command.ts";
import { ndjsonLine } from "../ndjson.ts";
import { activePeerLine, nodeEventLine } from "../node_lines.ts";
import { eventText } from "../node_text.ts";
import type { Session } from "../session.ts";
import { stopping, untilStopped } from "../until_stopped.ts";
import { type PeersTable, watchOnScreen } from "./watch_screen.ts";

/** How to show who comes and goes. */
interface Printer {
  /** Who is here at first. */
  all(peers: readonly ActivePeer[]): void;
  change(event: PeerEvent): void;
}

type PeerEvent = Extract<NodeEvent, { readonly event: "peer-up" | "peer-down" }>;

/**
 * @returns the exit code
 * @throws ChatError, also `node-stopped`
 */
export async function watchPeers(
  session: Session,
  { json, plain }: { readonly json?: boolean | undefined; readonly plain: boolean },
  context: CommandContext,
  table: PeersTable,
): Promise<number> {
  const { node } = session;
  const { terminal } = context;
  const screen = json || plain ? undefined : asScreen(terminal);
  if (screen !== undefined) return await watchOnScreen(screen, session, context, table);
  const printer = json ? jsonPrinter(session, context) : textPrinter(session, context, table);
  const stop = stopping(node, context);
  const present = new Set<string>();
  const show = (event: PeerEvent) => {
    const { peerId } = event.peer;
    // What came before the list was read is in it already.
    if (event.event === "peer-up" ? present.has(peerId) : !present.delete(peerId)) return;
    if (event.event === "peer-up") present.add(peerId);
    printer.change(event);
  };
  const meanwhile: PeerEvent[] = [];
  let take = (event: PeerEvent): void => {
    meanwhile.push(event);
  };
  using _events = node.subscribe((event) => {
    if (event.event === "peer-up" || event.event === "peer-down") take(event);
  });
  try {
    const peers = await node.peers();
    for (const { peerId } of peers) present.add(peerId);
    printer.all(peers);
    meanwhile.forEach(show);
    take = show;
  } catch (error) {
    // A node that stops answers nothing any more; how it stopped says more.
    if (!stop.aborted) throw error;
  }
  return await untilStopped(node, context);
}

function jsonPrinter({ node }: Session, { terminal }: CommandContext): Printer {
  const displayName = node.displayName.bind(node);
  return {
    all(peers) {
      for (const peer of peers) terminal.print(ndjsonLine(activePeerLine(peer, displayName)));
    },
    change: (event) => terminal.print(ndjsonLine(nodeEventLine(event, displayName))),
  };
}

function textPrinter(
  { node }: Session,
  { terminal }: CommandContext,
  table: PeersTable,
): Printer {
  const style = createStyle(terminal.colors);
  return {
    all(peers) {
      if (peers.length === 0) terminal.remark("nobody is here yet");
      else for (const line of table(peers)) terminal.print(line);
    },
    change(event) {
      const text = eventText(event, node.displayName.bind(node), style);
      if (text !== undefined) terminal.print(text.line);
    },
  };
}
