/** `/rename`, `/block` and `/unblock`: what a person decides about a peer. */
import { checkAlias } from "../../../config/alias.ts";
import type { SlashContext } from "../outcome.ts";
import { targetOf } from "../target.ts";
import { peerWithId } from "../../peer_text.ts";

/** @throws ChatError `bad-usage`: no alias, or one that is taken; as `targetOf()` */
export async function rename(alias: string, context: SlashContext): Promise<string[]> {
  const { node } = context;
  const { peerId, name } = await targetOf(undefined, context);
  await node.changeContacts([{ peerId, alias: checkAlias(alias) }]);
  return [`${name} is now called ${peerWithId(peerId, (id) => node.displayName(id))}`];
}

/** @throws ChatError as `targetOf()` and `ChatNode.changeContacts()` */
export async function block(peer: string | undefined, context: SlashContext): Promise<string[]> {
  const { node, now } = context;
  const { peerId, name, contact } = await targetOf(peer, context);
  // When it was blocked first stays.
  if (contact?.blockedAt !== undefined) return [`${name} was blocked already`];
  await node.changeContacts([{ peerId, blockedAt: now() }]);
  return [
    `blocked ${name}`,
    "it cannot connect and is not told why; what waits for it stays queued; /unblock takes it back",
  ];
}

/** @throws ChatError as `targetOf()` and `ChatNode.changeContacts()` */
export async function unblock(peer: string | undefined, context: SlashContext): Promise<string[]> {
  const { node } = context;
  const { peerId, name, contact } = await targetOf(peer, context);
  if (contact?.blockedAt === undefined) return [`${name} is not blocked`];
  await node.changeContacts([{ peerId, blockedAt: 0 }]);
  return [`unblocked ${name}`];
}
