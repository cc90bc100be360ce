/**
 * Before something is written: whether the peer is the one that the person knows by this address or
 * name. Both are only hints, and anybody can take them; where somebody else has done so, a person
 * decides before anything is sent.
 *
 * Nobody is asked again about a peer that was written to, that is a contact, or that nobody is mistaken
 * for. A peer that does not answer now is not compared: what waits for its address goes to the peer that
 * was last there, as the node sees to.
 */
import { Deadline } from "../commands/deadline.ts";
import { peerWithId } from "../commands/node_text.ts";
import { wrapLine } from "../commands/wrap.ts";
import { formatAddress } from "../config/address.ts";
import { looksOf } from "../config/alias.ts";
import { ChatError } from "../errors.ts";
import type { ChatNode, Recipient } from "../node/chat_node.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { inSight } from "./in_sight.ts";
import type { OpenMenu } from "./open_menu.ts";

/** A peer that is there answers sooner. */
const ANSWER_MS = 3_000;
/** Own messages are looked for among so many. */
const LAST_MESSAGES = 200;
const HINT =
  "Anybody can take an address or a name. To be sure, compare fingerprints under Contacts.";

/**
 * Asks only where there is a reason to.
 * @returns whether the person wants to write to whoever is there now
 * @throws PromptCancelled, also `escape` where the person does not wait for an answer; ChatError
 *   `storage-failed`; the signal's reason
 */
export async function isAccepted(recipient: Recipient, menu: OpenMenu): Promise<boolean> {
  const reason = await reasonToAsk(recipient, menu);
  if (reason === undefined) return true;
  const { prompter, style, terminal, signal } = menu;
  const columns = terminal.interactive ? terminal.columns : Infinity;
  prompter.note([
    ...wrapLine(reason, columns, 0).map((line) => style.warn(line)),
    ...wrapLine(HINT, columns, 0),
  ]);
  return await prompter.confirm({ message: "Send all the same?", default: false }, { signal });
}

/** @returns a sentence; undefined where all is as it was */
async function reasonToAsk(recipient: Recipient, menu: OpenMenu): Promise<string | undefined> {
  const { node, displayName } = menu;
  if (recipient.kind === "peer") return await namesakeText(recipient.peerId, menu);
  const [last, ...earlier] = await reachedAt(recipient.address, node);
  if (last === undefined) return undefined;
  const now = await whoAnswers(recipient, menu);
  if (now === undefined) return undefined;
  // Who was found there a moment ago, by whatever attempt, is as new to the person as who is found now.
  const former = now === last ? await friendBefore(now, earlier, node) : last;
  if (former === undefined) return await namesakeText(now, menu);
  const where = sanitise(formatAddress(recipient.address));
  return `${where} is now somebody else: ${peerWithId(now, displayName)} instead of ` +
    `${peerWithId(former, displayName)}.`;
}

/** The peers that were reached at an address, the last one first. What peers say counts nothing. */
async function reachedAt(
  address: string,
  node: Pick<ChatNode, "knownPeers" | "reachability">,
): Promise<string[]> {
  const found: { readonly peerId: string; readonly lastWorked: number }[] = [];
  for (const { peerId, addresses } of await node.knownPeers()) {
    if (!addresses.includes(address)) continue;
    const { addresses: dialled } = await node.reachability({ kind: "peer", peerId });
    const lastWorked = dialled.find((each) => each.address === address)?.lastWorked ?? 0;
    if (lastWorked > 0) found.push({ peerId, lastWorked });
  }
  return found.sort((one, other) => other.lastWorked - one.lastWorked).map(({ peerId }) => peerId);
}

/** Somebody known who was there before, where the one who is there now is not known. */
async function friendBefore(
  now: string,
  earlier: readonly string[],
  node: ChatNode,
): Promise<string | undefined> {
  if (await isFriend(now, node)) return undefined;
  for (const peerId of earlier) if (await isFriend(peerId, node)) return peerId;
  return undefined;
}

/** Undefined: nobody, within the time for it. */
async function whoAnswers(recipient: Recipient, menu: OpenMenu): Promise<string | undefined> {
  return await inSight(menu, "looking who is there", async (signal) => {
    using deadline = new Deadline(ANSWER_MS, signal);
    try {
      return (await menu.node.connect(recipient, { signal: deadline.signal })).peerId;
    } catch (error) {
      if (!(error instanceof ChatError) && !deadline.signal.aborted) throw error;
      return undefined;
    }
  });
}

/** Whether it has the name of somebody else whom the person knows. */
async function namesakeText(
  peerId: string,
  { node, displayName }: OpenMenu,
): Promise<string | undefined> {
  const [known, active, contacts] = await Promise.all([
    node.knownPeers(),
    node.peers(),
    node.contacts(),
  ]);
  const name = [...active, ...known].find((each) => each.peerId === peerId)?.name ?? "";
  const looks = looksOf(sanitise(name));
  if (looks === "") return undefined;
  const isAlike = (text = "") => looksOf(sanitise(text)) === looks;
  const alike = new Set([
    ...contacts.filter(({ alias }) => isAlike(alias)).map((each) => each.peerId),
    ...known.filter((each) => isAlike(each.name)).map((each) => each.peerId),
  ]);
  alike.delete(peerId);
  const other = await friendBefore(peerId, [...alike], node);
  if (other === undefined) return undefined;
  return `${peerWithId(peerId, displayName)} is not the one you know by this name: ` +
    `that is ${peerWithId(other, displayName)}.`;
}

/** A contact, or somebody to whom the person has written. */
async function isFriend(
  peerId: string,
  node: Pick<ChatNode, "contacts" | "history">,
): Promise<boolean> {
  if ((await node.contacts()).some((each) => each.peerId === peerId)) return true;
  const conversation = { kind: "peer", peerId } as const;
  const messages = await node.history({ conversation, limit: LAST_MESSAGES });
  return messages.some(({ direction }) => direction === "out");
}
