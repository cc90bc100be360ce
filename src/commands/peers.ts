/**
 * `peers`: who is here. With the node that runs, or one of its own, it looks around for a moment and
 * prints the active peers; with `--known` it only reads who is remembered; with `--watch` it goes on
 * (`peers/watch.ts`).
 */
import { merge, object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { peerTable } from "../chat_screen/peer_table.ts";
import { formatAddress } from "../config/address.ts";
import { classicMultiaddr, isClassicId } from "../config/classic_id.ts";
import { ChatError } from "../errors.ts";
import type { RememberedPeer } from "../history/mod.ts";
import { shortPeerId } from "../node/recipient.ts";
import type { ActivePeer } from "../presence/active_peer.ts";
import { formatAgo } from "../terminal/duration.ts";
import { startProgress } from "../terminal/progress.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { createStyle } from "../terminal/style.ts";
import { type Column, formatTable } from "../terminal/table.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { readMemory } from "./beside_owner.ts";
import type { Command, CommandContext } from "./command.ts";
import { duration } from "./duration.ts";
import { EXIT_CODES } from "./failure.ts";
import { lookAround } from "./look_around.ts";
import { isoTime, ndjsonLine, type PeerLine } from "./ndjson.ts";
import { activePeerLine, type DisplayName } from "./node_lines.ts";
import { sourceText } from "./node_text.ts";
import {
  jsonOption,
  type ProfileOptions,
  profileOptions,
  type SettingOptions,
  settingOptions,
} from "./options.ts";
import { openSession } from "./session.ts";

export interface PeersOptions extends ProfileOptions, SettingOptions {
  /** All remembered peers instead of the active ones. */
  readonly known: boolean;
  /** Go on with who comes and goes, until it is stopped. */
  readonly watch: boolean;
  /** With `watch` no table that is drawn again and again. */
  readonly plain: boolean;
  /** How long to look around at most, ms. */
  readonly wait: number;
}

const DEFAULT_WAIT_MS = 3_000;

export const peers: Command<PeersOptions> = {
  name: "peers",
  summary: "Show the active peers, or all that are remembered.",
  examples: [
    "p2p-chat peers --wait 10s",
    "p2p-chat peers --watch",
    "p2p-chat peers --known --json",
  ],
  parser: merge(
    object({
      known: option("--known", {
        description: message`All remembered peers; starts no node.`,
      }),
      watch: option("--watch", {
        description: message`Go on with who comes and goes, until it is stopped.`,
      }),
      plain: option("--plain", {
        description: message`With --watch: a line for each change, also on a terminal.`,
      }),
      wait: withDefault(
        option("--wait", duration(), {
          description: message`${text("How long to look around at most (default 3s).")}`,
        }),
        DEFAULT_WAIT_MS,
      ),
      json: jsonOption,
    }),
    settingOptions,
    profileOptions,
  ),

  async run(options, context) {
    refuseContradictions(options);
    if (options.watch) return await watch(options, context);
    if (options.known) await showKnown(options, context);
    else await showActive(options, context);
    return EXIT_CODES.done;
  },
};

/** @throws ChatError `bad-usage` */
function refuseContradictions({ known, watch, plain }: PeersOptions): void {
  if (known && watch) {
    throw new ChatError("bad-usage", "--watch does not go with --known", {
      hint: "nothing changes in what is remembered; leave one of the two out",
    });
  }
  if (plain && !watch) {
    throw new ChatError("bad-usage", "--plain goes with --watch only", {
      hint: "leave it out, or see: p2p-chat peers --help",
    });
  }
}

async function watch(options: PeersOptions, context: CommandContext): Promise<number> {
  await using session = await openSession(
    options,
    { command: "peers", listen: "ephemeral" },
    context,
  );
  const { watchPeers } = await import("./peers/watch.ts");
  const displayName = session.node.displayName.bind(session.node);
  const table = (active: readonly ActivePeer[]) => activePeersTable(active, displayName, context);
  return await watchPeers(session, options, context, table);
}

async function showActive(options: PeersOptions, context: CommandContext): Promise<void> {
  await using session = await openSession(
    options,
    { command: "peers", listen: "ephemeral" },
    context,
  );
  const { node } = session;
  {
    using _progress = startProgress(context.terminal, "looking for peers", context);
    await lookAround(node, options.wait, context.signal);
  }
  const active = await node.peers();
  const displayName = node.displayName.bind(node);
  if (options.json) {
    printLines(active.map((peer) => activePeerLine(peer, displayName)), context);
  } else if (active.length === 0) {
    context.terminal.remark("nobody is here; `p2p-chat connect HOST:PORT` reaches a first peer");
  } else {
    const lines = activePeersTable(active, displayName, context);
    for (const line of lines) context.terminal.print(line);
  }
}

async function showKnown(options: PeersOptions, context: CommandContext): Promise<void> {
  using memory = await readMemory(options, context);
  if (options.json) {
    printLines(memory.peers.map((peer) => knownLine(peer, memory.displayName)), context);
  } else if (memory.peers.length === 0) {
    context.terminal.remark("no peer is known yet; `p2p-chat connect HOST:PORT` reaches a first");
  } else {
    const rows = memory.peers.map((peer) => knownRow(peer, memory.displayName, context.now()));
    for (const line of table(KNOWN_COLUMNS, rows, context.terminal)) context.terminal.print(line);
  }
}

/** Active peers as a table, a line each. */
export function activePeersTable(
  peers: readonly ActivePeer[],
  displayName: DisplayName,
  { terminal, now }: Pick<CommandContext, "terminal" | "now">,
): string[] {
  return peerTable(peers, displayName, now(), lookOf(terminal));
}

const KNOWN_COLUMNS: readonly Column[] = [
  { header: "name", shrinks: true },
  { header: "peer id" },
  { header: "address", shrinks: true },
  { header: "found", shrinks: true },
  { header: "last seen" },
];

function knownRow(peer: RememberedPeer, displayName: DisplayName, now: number): string[] {
  const { peerId, source, lastSeen } = peer;
  // The id of a classic peer says it.
  const [address] = peer.addresses;
  return [
    displayName(peerId),
    shortPeerId(peerId),
    address === undefined ? "" : sanitise(formatAddress(address)),
    sourceText(source),
    // An address that came with an imported contact.
    lastSeen === 0 ? "never" : formatAgo(lastSeen, now),
  ];
}

/** The one that worked last. */
function addressOf({ peerId, addresses: [address] }: RememberedPeer): string | undefined {
  return isClassicId(peerId) ? classicMultiaddr(peerId) : address;
}

function knownLine(peer: RememberedPeer, displayName: DisplayName): PeerLine {
  const { peerId, source, lastSeen } = peer;
  return {
    event: "peer",
    connected: null,
    peerId,
    name: displayName(peerId),
    classic: isClassicId(peerId),
    address: addressOf(peer) ?? null,
    path: null,
    roundTripMs: null,
    source,
    connectedSince: null,
    lastSeen: lastSeen === 0 ? null : isoTime(lastSeen),
  };
}

function printLines(lines: readonly PeerLine[], { terminal }: CommandContext): void {
  for (const line of lines) terminal.print(ndjsonLine(line));
}

function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  terminal: Terminal,
): string[] {
  return formatTable({ columns, rows, ...lookOf(terminal) });
}

/** A pipe gets everything, a terminal what fits on a line. */
function lookOf({ interactive, columns, colors }: Terminal) {
  return { width: interactive ? columns : Infinity, style: createStyle(colors) };
}
