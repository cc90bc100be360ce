/** Finds out how it stands with reaching a peer, by trying it now. */
import { formatAddress } from "../../config/address.ts";
import { aborted, Deadline } from "../../deadline.ts";
import { ChatError } from "../../errors.ts";
import type { Conversation } from "../../history/message_record.ts";
import type { DialledAddress } from "../../history/mod.ts";
import type { ChatNode, Recipient } from "../../node/chat_node.ts";
import type { KnownPeer } from "../../presence/active_peer.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import { otherSide, recipientText } from "../peer_text.ts";
import type { Findings } from "./findings.ts";

/** How long a peer that was just reached may take to acknowledge what waits. */
const ACKNOWLEDGE_MS = 3_000;

/** How long to try, and how to end that. */
export interface Trying {
  readonly signal: AbortSignal;
  /** The clock, ms since the epoch. */
  readonly now: () => number;
  /** Aborts when a person has seen enough: what is known by then is told. */
  readonly enough?: AbortSignal;
}

/**
 * Tries to reach somebody through a node that goes on running.
 * @throws the reason of `signal`; ChatError `bad-usage` (oneself), `storage-failed`
 */
export async function tryNow(
  node: ChatNode,
  meant: Recipient,
  timeoutMs: number,
  { signal, enough = signal, now }: Trying,
): Promise<Findings> {
  const startedAt = now();
  const failure = await attempt(node, meant, timeoutMs, { signal, enough });
  if (failure === undefined) await acknowledged(node, meant, enough);
  signal.throwIfAborted();
  const recipient = knownAt(meant, await node.knownPeers());
  const { active, addresses, waiting, search } = await node.reachability(recipient);
  const conversation: Conversation = active === undefined
    ? recipient
    : { kind: "peer", peerId: active.peerId };
  const displayName = node.displayName.bind(node);
  return {
    title: recipientText(conversation, displayName),
    side: otherSide(conversation, displayName),
    owner: undefined,
    isRunning: true,
    active,
    addresses: withMeant(
      meant.address,
      addresses,
      failure === undefined ? undefined : startedAt,
      failure,
    ),
    waiting,
    search,
    failure: active === undefined ? failure : undefined,
  };
}

/** What waits for an address is given to the peer that was last reached there. */
function knownAt(meant: Recipient, known: readonly KnownPeer[]): Recipient {
  if (meant.kind === "peer") return meant;
  const [one, another] = known.filter(({ addresses }) => addresses.includes(meant.address));
  return one !== undefined && another === undefined ? { kind: "peer", peerId: one.peerId } : meant;
}

/**
 * @returns why it failed, one line safe for a terminal; undefined when the peer is connected, or it
 *   was enough
 */
async function attempt(
  node: ChatNode,
  recipient: Recipient,
  timeoutMs: number,
  { signal, enough }: { readonly signal: AbortSignal; readonly enough: AbortSignal },
): Promise<string | undefined> {
  using deadline = new Deadline(timeoutMs, enough);
  try {
    await node.connect(recipient, { signal: deadline.signal });
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.expired) return "no answer in time";
    if (enough.aborted) return undefined;
    if (!(error instanceof ChatError)) throw error;
    return withoutLabel(sanitise(error.message), node, recipient);
  }
}

/** The node says first whom it means; the findings say that already. */
function withoutLabel(words: string, node: ChatNode, recipient: Recipient): string {
  const label = recipient.kind === "peer"
    ? node.displayName(recipient.peerId)
    : formatAddress(recipient.address);
  return words.startsWith(`${label}: `) ? words.slice(label.length + 2) : words;
}

/** Resolves when nothing waits any more, or after a time that should have been enough. */
async function acknowledged(
  node: ChatNode,
  recipient: Recipient,
  signal: AbortSignal,
): Promise<void> {
  using deadline = new Deadline(ACKNOWLEDGE_MS, signal);
  const over = aborted(deadline.signal);
  let changed = Promise.withResolvers<void>();
  using _states = node.subscribe(({ event }) => {
    if (event !== "state") return;
    changed.resolve();
    changed = Promise.withResolvers();
  });
  while (!deadline.signal.aborted) {
    // From before it is looked: a change meanwhile is a reason to look again.
    const { promise } = changed;
    if ((await node.reachability(recipient)).waiting === 0) return;
    await Promise.race([promise, over]);
  }
}

/** An address that a person named is worth a line, also where nobody was ever reached at it. */
export function withMeant(
  meant: string | undefined,
  addresses: readonly DialledAddress[],
  triedAt: number | undefined,
  failure: string | undefined,
): readonly DialledAddress[] {
  if (meant === undefined || addresses.some(({ address }) => address === meant)) return addresses;
  return [{ address: meant, lastWorked: 0, triedAt, failure }, ...addresses];
}
