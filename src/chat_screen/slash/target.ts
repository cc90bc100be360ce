/** Whom a slash command is about. */
import { ChatError } from "../../errors.ts";
import type { Contact } from "../../history/mod.ts";
import type { ChatNode, Recipient } from "../../node/chat_node.ts";
import { otherName, peerWithId } from "../peer_text.ts";
import type { SlashContext } from "./outcome.ts";

/** A peer that is known by its id. */
export interface Target {
  readonly peerId: string;
  /** With the beginning of its id; harmless. */
  readonly name: string;
  /** What the person decided about it; undefined: nothing. */
  readonly contact: Contact | undefined;
}

/**
 * The peer that is named, or that of the conversation.
 * @throws ChatError `no-such-peer`, `ambiguous-peer`, `bad-address`; `bad-usage`: an address is nobody,
 *   and whoever answers there may be another one tomorrow; or it is oneself
 */
export async function targetOf(
  peer: string | undefined,
  { node, recipient }: Pick<SlashContext, "node" | "recipient">,
): Promise<Target> {
  const meant = await recipientOf(peer, { node, recipient });
  if (meant.kind === "address") {
    throw new ChatError("bad-usage", `nobody has answered yet at ${otherName(meant, () => "")}`, {
      hint: "/connect PEER tells who answers there; then write the name",
    });
  }
  const { peerId } = meant;
  if (peerId === node.peerId) throw new ChatError("bad-usage", "that is this very profile");
  const contact = (await node.contacts()).find((each) => each.peerId === peerId);
  return { peerId, name: peerWithId(peerId, (id) => node.displayName(id)), contact };
}

/**
 * Who is named, or the other side of the conversation; an address stays one.
 * @throws ChatError `no-such-peer`, `ambiguous-peer`, `bad-address`
 */
export async function recipientOf(
  peer: string | undefined,
  { node, recipient }: { readonly node: ChatNode; readonly recipient: Recipient },
): Promise<Recipient> {
  return peer === undefined ? recipient : await node.resolve(peer);
}
