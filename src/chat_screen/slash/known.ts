/** What a node has for the completion of slash commands to offer. */
import { formatAddress } from "../../config/address.ts";
import type { ChatNode } from "../../node/chat_node.ts";
import { shortPeerId } from "../../node/recipient.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { shortMessageId } from "../outbox_groups.ts";
import { otherName } from "../peer_text.ts";
import type { Candidate, Known } from "./complete.ts";

/** More waits rarely, and nobody types one of a thousand. */
const MOST_MESSAGES = 200;
const EXCERPT_COLUMNS = 30;
/** What has this in it is shown for a name, and is none: a name with the beginning of an id. */
const NOT_A_NAME = /[()]/;

/**
 * Contacts, active peers and remembered ones by their names, or by the beginnings of their ids where a
 * name could mean somebody else; addresses of peers; messages that wait. All of it is harmless.
 * @throws ChatError as the node
 */
export async function knownTo(node: ChatNode): Promise<Known> {
  const [contacts, active, remembered, outbox] = await Promise.all([
    node.contacts(),
    node.peers(),
    node.knownPeers(),
    node.outbox(MOST_MESSAGES),
  ]);
  const peerIds = new Set(
    [...contacts, ...active, ...remembered].map(({ peerId }) => peerId)
      .filter((peerId) => peerId !== node.peerId),
  );
  const addresses = new Set([
    ...active.map(({ address }) => address),
    ...remembered.flatMap((peer) => peer.addresses),
  ]);
  const byAddress = new Map([
    ...remembered.flatMap((peer) => peer.addresses.map((each) => [each, peer.peerId] as const)),
    ...active.map((peer) => [peer.address, peer.peerId] as const),
  ]);
  return {
    peers: peersBy([...peerIds], (peerId) => node.displayName(peerId)),
    addresses: [...addresses].map((address) => ({
      text: sanitise(formatAddress(address)),
      about: node.displayName(byAddress.get(address) ?? ""),
    })),
    messages: outbox.map(({ message }) => ({
      text: shortMessageId(message.id),
      about: `to ${otherName(message.conversation, (id) => node.displayName(id))}: ${
        sanitise(message.text, { maxColumns: EXCERPT_COLUMNS })
      }`,
    })),
  };
}

function peersBy(peerIds: readonly string[], name: (peerId: string) => string): Candidate[] {
  const named = Map.groupBy(peerIds, (peerId) => name(peerId).toLowerCase());
  return peerIds.map((peerId) => {
    const [shown, short] = [name(peerId), shortPeerId(peerId)];
    const isClear = named.get(shown.toLowerCase())?.length === 1 && !NOT_A_NAME.test(shown) &&
      !shown.includes(":") && !shown.startsWith("/");
    return isClear ? { text: shown, about: short } : { text: short, about: shown };
  });
}
