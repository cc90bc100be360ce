/** Active peers, as a table or in words: who is here, where, and how well they answer. Pure. */
import { formatAddress } from "../config/address.ts";
import { CLASSIC_WORDS, isClassicId } from "../config/classic_id.ts";
import { shortPeerId } from "../node/recipient.ts";
import type { ActivePeer } from "../presence/active_peer.ts";
import { formatAgo, formatDuration } from "../terminal/duration.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { type Column, formatTable, type TableOptions } from "../terminal/table.ts";
import { type DisplayName, peerWithId, sourceText } from "./peer_text.ts";

/** Where is more than how and since when: an address that is cut is of no use. */
const COLUMNS: readonly Column[] = [
  { header: "name", shrinks: true },
  { header: "peer id" },
  { header: "address", shrinks: true },
  { header: "path" },
  { header: "rtt", align: "right" },
  { header: "found", optional: true },
  { header: "since", align: "right", optional: true },
  { header: "last seen", optional: true },
];

/** How a classic peer is connected. */
const PLAIN_TEXT = "plain text";

/** A header, and a line for each peer. @param now ms since the epoch */
export function peerTable(
  peers: readonly ActivePeer[],
  displayName: DisplayName,
  now: number,
  look: Pick<TableOptions, "width" | "style">,
): string[] {
  return formatTable({
    columns: COLUMNS,
    rows: peers.map((peer) => peerRow(peer, displayName, now)),
    ...look,
  });
}

/** The same for people who hear it: a line for each, without columns. @param now ms since the epoch */
export function peerSentences(
  peers: readonly ActivePeer[],
  displayName: DisplayName,
  now: number,
): string[] {
  return peers.map((peer) => {
    const { peerId, address, path, roundTripMs, connectedSince } = peer;
    const parts = [
      peerWithId(peerId, displayName),
      ...(isClassicId(peerId) ? [CLASSIC_WORDS] : []),
      sanitise(formatAddress(address)),
      path,
      ...(roundTripMs === undefined ? [] : [`round trip ${formatDuration(roundTripMs)}`]),
      `here for ${formatDuration(now - connectedSince)}`,
    ];
    return parts.join(", ");
  });
}

function peerRow(peer: ActivePeer, displayName: DisplayName, now: number): string[] {
  const { peerId, address, path, roundTripMs, source, connectedSince, lastSeen } = peer;
  return [
    displayName(peerId),
    shortPeerId(peerId),
    // The id of a classic peer says where it is; nothing that may be cut off says what it is.
    ...(isClassicId(peerId) ? ["", PLAIN_TEXT] : [sanitise(formatAddress(address)), path]),
    roundTripMs === undefined ? "" : formatDuration(roundTripMs),
    sourceText(source),
    formatDuration(now - connectedSince),
    formatAgo(lastSeen, now),
  ];
}
