/** Whom one can write to, and what an answer to "to whom" means. */
import type { DisplayName } from "../commands/node_lines.ts";
import type { ChatNode, Recipient } from "../node/chat_node.ts";
import type { ActivePeer, KnownPeer } from "../presence/active_peer.ts";
import { formatAgo, formatDuration } from "../terminal/duration.ts";
import type { Style } from "../terminal/style.ts";
import { truncate } from "../terminal/width.ts";

/** One peer in a list. */
export interface PeerChoice {
  readonly peerId: string;
  /** Harmless and short. */
  readonly name: string;
  /** Whether it is here, as a mark and in words. */
  readonly hint: string;
}

/** Away peers that are listed; older ones can still be written to by name or address. */
const MAX_AWAY = 20;
/** So that name and hint fit on a row of 40 columns. */
const NAME_COLUMNS = 18;

/** Active peers first, longest connected first; then the others, most recently seen first. */
export function peerChoices(
  active: readonly ActivePeer[],
  known: readonly KnownPeer[],
  displayName: DisplayName,
  style: Style,
  now: number,
): PeerChoice[] {
  const here = new Set(active.map(({ peerId }) => peerId));
  const away = known.filter(({ peerId }) => !here.has(peerId)).slice(0, MAX_AWAY);
  const name = (peerId: string) => truncate(displayName(peerId), NAME_COLUMNS);
  return [
    ...active.map(({ peerId, roundTripMs }) => ({
      peerId,
      name: name(peerId),
      hint: style.good("● here") +
        (roundTripMs === undefined ? "" : `, ${formatDuration(roundTripMs)}`),
    })),
    ...away.map(({ peerId, lastSeen }) => ({
      peerId,
      name: name(peerId),
      hint: lastSeen === 0 ? "○ never met" : `○ away, ${formatAgo(lastSeen, now)}`,
    })),
  ];
}

/**
 * A typed answer: the number of a choice, from 1, or whatever the node understands as a peer.
 * @throws ChatError `no-such-peer`, `ambiguous-peer`, `bad-address`
 */
export async function understandPeer(
  answer: string,
  choices: readonly PeerChoice[],
  node: Pick<ChatNode, "resolve">,
): Promise<Recipient> {
  const text = answer.trim();
  const choice = /^[1-9]\d{0,2}$/.test(text) ? choices[Number(text) - 1] : undefined;
  return choice === undefined ? await node.resolve(text) : { kind: "peer", peerId: choice.peerId };
}
