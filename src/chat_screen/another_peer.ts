/**
 * Before something is written: whether the peer is the one that the person knows by this address or
 * name. Both are only hints, and anybody can take them; where somebody else has done so, a person
 * decides before anything is sent.
 *
 * Nobody is asked about a peer that was written to, that is a contact, or that nobody is mistaken for.
 * A peer that does not answer now is not compared: what waits for its address goes to the peer that was
 * last there, as the node sees to.
 */
import { formatAddress } from "../config/address.ts";
import { looksOf } from "../config/alias.ts";
import { Deadline } from "../deadline.ts";
import { ChatError } from "../errors.ts";
import type { ChatNode, Recipient } from "../node/chat_node.ts";
import { sanitise } from "../terminal/sanitise.ts";
import { peerWithId } from "./peer_text.ts";

/** Why a person should look twice. */
export interface Doubt {
  /** Who is meant now. */
  readonly peerId: string;
  /** A sentence, safe for a terminal. */
  readonly text: string;
}

/** What to do about a doubt. */
export const DOUBT_HINT = "Anybody can take an address or a name. To be sure, compare fingerprints";

/** A peer that is there answers sooner. */
const ANSWER_MS = 3_000;
/** Own messages are looked for among so many. */
const LAST_MESSAGES = 200;

/**
 * @param signal gives up waiting for an answer at an address
 * @returns undefined where all is as it was
 * @throws ChatError `storage-failed`; the signal's reason
 */
export async function doubtAbout(
  recipient: Recipient,
  node: ChatNode,
  signal: AbortSignal,
): Promise<Doubt | undefined> {
  if (recipient.kind === "peer") return await namesakeDoubt(recipient.peerId, node);
  const [last, ...earlier] = await reachedAt(recipient.address, node);
  if (last === undefined) return undefined;
  const now = await whoAnswers(recipient, node, signal);
  if (now === undefined) return undefined;
  // Who was found there a moment ago, by whatever attempt, is as new to the person as who is found now.
  const former = now === last ? await friendBefore(now, earlier, node) : last;
  if (former === undefined) return await namesakeDoubt(now, node);
  const where = sanitise(formatAddress(recipient.address));
  const [newcomer, friend] = [now, former].map((each) => withId(each, node));
  return { peerId: now, text: `${where} is now somebody else: ${newcomer} instead of ${friend}.` };
}

/** Where somebody comes with the name, but not the key, of the peer that one talks to. */
export async function rivalDoubt(
  newcomer: string,
  peerId: string,
  node: ChatNode,
): Promise<Doubt | undefined> {
  if (!(await namesakesOf(newcomer, node)).includes(peerId)) return undefined;
  if (await isFriend(newcomer, node)) return undefined;
  const [other, here] = [newcomer, peerId].map((each) => withId(each, node));
  return {
    peerId: newcomer,
    text: `${other} has come, and is not the one you talk to: that is ${here}.`,
  };
}

/** Whether it has the name of somebody else whom the person knows. */
async function namesakeDoubt(peerId: string, node: ChatNode): Promise<Doubt | undefined> {
  const other = await friendBefore(peerId, await namesakesOf(peerId, node), node);
  if (other === undefined) return undefined;
  const [stranger, friend] = [peerId, other].map((each) => withId(each, node));
  return {
    peerId,
    text: `${stranger} is not the one you know by this name: that is ${friend}.`,
  };
}

/** Everybody else with a name, or an alias, that looks like the name of this peer. */
async function namesakesOf(peerId: string, node: ChatNode): Promise<string[]> {
  const [known, active, contacts] = await Promise.all([
    node.knownPeers(),
    node.peers(),
    node.contacts(),
  ]);
  const name = [...active, ...known].find((each) => each.peerId === peerId)?.name ?? "";
  const looks = looksOf(sanitise(name));
  if (looks === "") return [];
  const isAlike = (text = "") => looksOf(sanitise(text)) === looks;
  const alike = new Set([
    ...contacts.filter(({ alias }) => isAlike(alias)).map((each) => each.peerId),
    ...known.filter((each) => isAlike(each.name)).map((each) => each.peerId),
  ]);
  alike.delete(peerId);
  return [...alike];
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
  if (earlier.length === 0 || await isFriend(now, node)) return undefined;
  for (const peerId of earlier) if (await isFriend(peerId, node)) return peerId;
  return undefined;
}

/** Undefined: nobody, within the time for it. */
async function whoAnswers(
  recipient: Recipient,
  node: Pick<ChatNode, "connect">,
  signal: AbortSignal,
): Promise<string | undefined> {
  using deadline = new Deadline(ANSWER_MS, signal);
  try {
    return (await node.connect(recipient, { signal: deadline.signal })).peerId;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ChatError) && !deadline.signal.aborted) throw error;
    return undefined;
  }
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

function withId(peerId: string, node: Pick<ChatNode, "displayName">): string {
  return peerWithId(peerId, (each) => node.displayName(each));
}
