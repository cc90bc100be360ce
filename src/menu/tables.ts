/** What the commands `peers`, `connect`, `history` and `id` show, as lines. */
import { formatClock, formatDay } from "../commands/local_time.ts";
import type { DisplayName } from "../commands/node_lines.ts";
import { otherName, peerWithId, sourceText } from "../commands/node_text.ts";
import { formatAddress } from "../config/address.ts";
import type { MessageRecord } from "../history/message_record.ts";
import type { ConnectResult } from "../node/chat_node.ts";
import { shortPeerId } from "../node/recipient.ts";
import type { ActivePeer } from "../presence/active_peer.ts";
import { formatAgo, formatDuration } from "../terminal/duration.ts";
import { sanitise } from "../terminal/sanitise.ts";
import type { Style } from "../terminal/style.ts";
import { type Cell, type Column, formatTable } from "../terminal/table.ts";

const ACTIVE_COLUMNS: readonly Column[] = [
  { header: "name", shrinks: true },
  { header: "peer id" },
  { header: "address", shrinks: true },
  { header: "path" },
  { header: "rtt", align: "right" },
  { header: "found", shrinks: true },
  { header: "since", align: "right" },
  { header: "last seen" },
];

export function activePeersTable(
  peers: readonly ActivePeer[],
  displayName: DisplayName,
  { now, width, style }: { now: number; width: number; style: Style },
): string[] {
  const rows = peers.map((peer) => [
    displayName(peer.peerId),
    shortPeerId(peer.peerId),
    sanitise(formatAddress(peer.address)),
    peer.path,
    peer.roundTripMs === undefined ? "" : formatDuration(peer.roundTripMs),
    sourceText(peer.source),
    formatDuration(now - peer.connectedSince),
    formatAgo(peer.lastSeen, now),
  ]);
  return formatTable({ columns: ACTIVE_COLUMNS, rows, width, style });
}

export function connectTable(
  results: readonly ConnectResult[],
  displayName: DisplayName,
  style: Style,
): string[] {
  const rows = results.map(({ target, peer, error = "" }): Cell[] =>
    peer === undefined ? [sanitise(target), { text: "failed", style: style.bad }, error] : [
      sanitise(target),
      { text: "connected", style: style.good },
      `${peerWithId(peer.peerId, displayName)} at ${sanitise(formatAddress(peer.address))}`,
    ]
  );
  const columns = [{ header: "peer" }, { header: "result" }, { header: "who, or why not" }];
  return formatTable({ columns, rows, style });
}

export function historyLines(
  messages: readonly MessageRecord[],
  displayName: DisplayName,
  style: Style,
): string[] {
  let day = "";
  return messages.flatMap((message) => {
    const time = message.direction === "in" ? message.receivedAt : message.sentAt;
    const line = `${style.dim(formatClock(time))} ${historyText(message, displayName, style)}`;
    if (formatDay(time) === day) return [line];
    day = formatDay(time);
    return [style.dim(day), line];
  });
}

function historyText(message: MessageRecord, displayName: DisplayName, style: Style): string {
  const name = otherName(message.conversation, displayName);
  const text = sanitise(message.text);
  if (message.direction === "in") return `${style.bold(`${name}:`)} ${text}`;
  const reason = message.reason === undefined ? "" : ` (${sanitise(message.reason)})`;
  return `you to ${style.bold(name)}, ${message.state}${reason}: ${text}`;
}

const LABEL_COLUMNS = "fingerprint".length + 2;
/** Half of its 12 groups of five digits. */
const HALF_FINGERPRINT = 6 * 6;

export function identityLines(
  { name, peerId, fingerprint, addresses, folder }: {
    readonly name: string;
    readonly peerId: string;
    readonly fingerprint: string;
    readonly addresses: readonly string[];
    readonly folder: string;
  },
  style: Style,
): string[] {
  const row = (label: string, value: string) => `${style.dim(label.padEnd(LABEL_COLUMNS))}${value}`;
  return [
    row("name", style.bold(name)),
    row("peer id", peerId),
    row("fingerprint", fingerprint.slice(0, HALF_FINGERPRINT).trim()),
    row("", fingerprint.slice(HALF_FINGERPRINT).trim()),
    ...addresses.map((address, index) => row(index === 0 ? "address" : "", address)),
    row("profile", sanitise(folder)),
  ];
}
