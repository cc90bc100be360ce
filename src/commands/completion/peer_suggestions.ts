/**
 * What to offer for PEER: the contacts of a profile and the peers that it remembers. It reads beside the process that owns
 * the profile, takes no lock and makes nothing.
 */
import { isClassicId } from "../../config/classic_id.ts";
import { shortPeerId } from "../../node/recipient.ts";
import { readMemory } from "../beside_owner.ts";
import type { CommandContext } from "../command.ts";
import type { ProfileOptions } from "../options.ts";

/** A way to write one peer. */
export interface PeerSuggestion {
  /** Means this peer alone, and needs no more than quotes in a shell. */
  readonly text: string;
  /** What else is known of it. */
  readonly description: string;
}

/** What means something to no shell, and is no option and no address. */
const PLAIN_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]*$/u;

/**
 * Each contact and each peer, most recently seen first, by its alias or name, or by a beginning of its
 * id where that would not do: where there is none, several have it, or it is no plain one. Classic peers
 * are offered by their aliases only.
 * @throws ChatError as `readMemory`
 */
export async function peerSuggestions(
  options: ProfileOptions,
  context: Pick<CommandContext, "env">,
): Promise<PeerSuggestion[]> {
  using memory = await readMemory(options, context);
  const { contacts, peers } = memory;
  const peerIds = [...new Set([...contacts, ...peers].map(({ peerId }) => peerId))];
  const named = Map.groupBy(peerIds, (peerId) => memory.displayName(peerId).toLowerCase());
  const aliases = new Map(contacts.map(({ peerId, alias = "" }) => [peerId, alias]));
  return peerIds.flatMap((peerId): PeerSuggestion[] => {
    const name = memory.displayName(peerId);
    if (isClassicId(peerId)) {
      // Shells end a word at the colons of its id, and a name of its own means nobody.
      const alias = aliases.get(peerId) ?? "";
      return PLAIN_NAME.test(alias) ? [{ text: alias, description: name }] : [];
    }
    const short = shortPeerId(peerId);
    const isClear = named.get(name.toLowerCase())?.length === 1 && PLAIN_NAME.test(name);
    return [isClear ? { text: name, description: short } : { text: short, description: name }];
  });
}
