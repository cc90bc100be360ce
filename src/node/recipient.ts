/** From what a person writes for PEER to who is meant. Pure: the known peers are passed in. */
import { parseAddress } from "../config/address.ts";
import { foldName } from "../config/alias.ts";
import {
  classicPlace,
  isClassicId,
  markClassic,
  parseClassicId,
  unmarkClassic,
} from "../config/classic_id.ts";
import { isPeerId } from "../config/peer_id_text.ts";
import { ChatError } from "../errors.ts";
import { sanitise } from "../terminal/sanitise.ts";
import type { Recipient } from "./chat_node.ts";

/** All peer ids of Ed25519 keys begin like this, so it may be left out of a beginning. */
const COMMON_PREFIX = "12D3KooW";
/** A beginning shorter than this, after the common prefix, is more likely a mistyped name. */
const MIN_BEGINNING_CHARACTERS = 4;

/** Enough characters of a peer id to tell people's peers apart, and to write for PEER. */
const SHORT_ID_CHARACTERS = 6;

/** The first characters of a peer id that differ from one to the next; of a classic peer all of it. */
export function shortPeerId(peerId: string): string {
  if (isClassicId(peerId)) return peerId;
  return peerId.replace(COMMON_PREFIX, "").slice(0, SHORT_ID_CHARACTERS);
}

/** What to call a peer of which no name is known. */
export function namelessPeer(peerId: string): string {
  return isClassicId(peerId) ? markClassic(classicPlace(peerId)) : shortPeerId(peerId);
}

/** A name as it is shown, with the beginning of the peer id behind it unless the name says it already. */
export function withShortId(name: string, peerId: string): string {
  const short = classicPlace(shortPeerId(peerId));
  return name.includes(short) ? name : `${name} (${short})`;
}

/** Somebody whom PEER could mean. */
export interface Candidate {
  readonly peerId: string;
  /** As the peer gave it. */
  readonly name: string;
  /** As the person gave it, unique among all candidates. */
  readonly alias?: string | undefined;
  /** It cannot make the name of another peer ambiguous. */
  readonly blocked?: boolean;
}

/**
 * Understands `classic:HOST:PORT`, an alias, a name, a peer id or the beginning of one, `host:port`, or a
 * multiaddr, in this order. Aliases and names match in either case; an alias wins over whoever has that
 * name. An address stays an address: who is there shows when it answers.
 *
 * What a classic peer calls itself means it only with the mark behind it: a message for somebody with a
 * key must never go out in plain text because of a name.
 * @throws ChatError `no-such-peer`, `ambiguous-peer`, `bad-address`
 */
export function resolveRecipient(text: string, known: readonly Candidate[]): Recipient {
  const wanted = text.trim();
  const quoted = JSON.stringify(sanitise(wanted));
  if (isClassicId(wanted.toLowerCase())) {
    return { kind: "peer", peerId: parseClassicId(wanted).peerId };
  }
  const folded = foldName(wanted);
  const [classic, keyed] = partition(known, ({ peerId }) => isClassicId(peerId));
  if (folded !== "") {
    const contact = known.find(({ alias }) => alias !== undefined && foldName(alias) === folded);
    if (contact !== undefined) return { kind: "peer", peerId: contact.peerId };
    const named = keyed.filter(({ name }) => foldName(name) === folded);
    const admitted = named.filter(({ blocked }) => !blocked);
    if (named.length > 0) return single(admitted.length > 0 ? admitted : named, quoted);
  }
  const marked = unmarkClassic(wanted);
  if (marked !== undefined) {
    const called = classic.filter((peer) => isCalled(peer, marked));
    if (called.length > 0) return single(called, quoted);
  }
  if (isPeerId(wanted)) return { kind: "peer", peerId: wanted };
  if (wanted.includes(":") || wanted.startsWith("/")) {
    const { address, peerId } = parseAddress(wanted);
    return peerId === undefined ? { kind: "address", address } : { kind: "peer", peerId, address };
  }
  if (wanted.replace(COMMON_PREFIX, "").length >= MIN_BEGINNING_CHARACTERS) {
    const begun = known.filter(({ peerId }) =>
      peerId.startsWith(wanted) || peerId.startsWith(COMMON_PREFIX + wanted)
    );
    if (begun.length > 0) return single(begun, quoted);
  }
  const inPlain = classic.find((peer) => isCalled(peer, wanted));
  if (inPlain !== undefined) {
    throw new ChatError("no-such-peer", `${quoted} is what a classic peer calls itself`, {
      hint: `to write to it in plain text, write ${inPlain.peerId}, or give it an alias`,
    });
  }
  throw new ChatError("no-such-peer", `no peer is known as ${quoted}`, {
    hint: "write host:port to reach a new peer; `p2p-chat peers --known` lists the known ones",
  });
}

/** Whether a classic peer is called so: what it says, what the person says, or where it is. */
function isCalled({ peerId, name, alias }: Candidate, text: string): boolean {
  const [said, place] = [sanitise(name), classicPlace(peerId)];
  return [said, alias ?? "", place, `${said} (${place})`].map(foldName).includes(foldName(text));
}

function partition<Item>(items: readonly Item[], test: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

function single(candidates: readonly Candidate[], quoted: string): Recipient {
  const [first, second] = candidates;
  if (first !== undefined && second === undefined) return { kind: "peer", peerId: first.peerId };
  const ids = candidates.slice(0, 3).map(({ peerId }) => peerId).join(", ");
  throw new ChatError("ambiguous-peer", `${quoted} fits ${candidates.length} peers: ${ids}`, {
    hint:
      "write more of the peer id, or give one of them an alias: p2p-chat contact alias PEER ALIAS",
  });
}
