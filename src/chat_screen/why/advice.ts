/**
 * What would help to reach a peer, derived from what is known of it. Pure. Of the failures only the
 * words are known, since that is how they are remembered; their test holds them against the words that
 * `src/node/dial_failure.ts` gives.
 */
import { formatAddress } from "../../config/address.ts";
import type { DialledAddress } from "../../history/mod.ts";
import { BLOCKED_BY_YOU } from "../../node/blocked.ts";
import { sanitise } from "../../terminal/sanitise.ts";

/** What is known of reaching somebody. */
export interface Facts {
  /** Undefined: only the process that owns the profile knows. */
  readonly connected: boolean | undefined;
  readonly addresses: readonly DialledAddress[];
  readonly waiting: number;
  /** Why the last attempt as a whole failed, where that is known. */
  readonly failure: string | undefined;
  /** What should be running there; default: this one. */
  readonly program?: string;
}

type Advice = (where: string, program: string) => string;

/** What failures sound like, and what to do about each; the first that fits counts. */
const REMEDIES: readonly (readonly [pattern: RegExp, advice: Advice])[] = [
  [
    /nobody listens there/,
    (where, program) =>
      `Nobody listens at ${where}: is ${program} running there, and on that port?`,
  ],
  [
    /another peer than expected/,
    (where) =>
      `Another peer answers at ${where}: it may have moved; ask for its new address, ` +
      "and connect to that once.",
  ],
  [
    /not p2p-chat/,
    (where) =>
      `Something other than p2p-chat answers at ${where}: ask for the right port; ` +
      "`p2p-chat id` shows it there.",
  ],
  [
    /no answer/,
    (where) =>
      `No answer from ${where}: is that machine on, and in the same network? ` +
      "A firewall or a router may be in between.",
  ],
  [
    /no way to that host|cannot use such an address/,
    (where) => `This machine has no way to ${where}: is it in the right network itself?`,
  ],
  [/does not resolve/, (where) => `The name in ${where} is unknown: is it spelled right?`],
  [/this very node/, (where) => `This very node is at ${where}: give the address of another peer.`],
  [
    /closed the connection|connection was cut/,
    (where) => `At ${where} the connection is cut at once: it may be full, or leaving; try again.`,
  ],
];

const BLOCKED_ADVICE = "You have blocked it: `p2p-chat contact unblock PEER` allows it again.";
const NO_ADDRESS = "No address of it is known: connect to its host:port once, " +
  "or wait until it connects by itself.";
/** Failures of a peer that is connected, but does not answer. */
const UNANSWERED = /^no answer for/;

/** One sentence for each thing to do, the most telling first; at least one. */
export function advise(facts: Facts): string[] {
  const { connected, addresses, waiting, program = "p2p-chat" } = facts;
  if (connected) return [connectedAdvice(waiting, program)];
  if (facts.failure === BLOCKED_BY_YOU) return [BLOCKED_ADVICE];
  const failures = failuresByRemedy(facts);
  const sentences = [...failures].map(([advice, places]) => advice(listed([...places]), program));
  if (sentences.length > 0) return sentences;
  if (addresses.length === 0) return [NO_ADDRESS];
  if (facts.failure !== undefined) return [`The last attempt failed: ${sanitise(facts.failure)}.`];
  if (connected === false) return ["It was not reached in time: try again."];
  return [
    waiting > 0
      ? "No attempt has failed so far: it is being tried now, or was reached."
      : "Nothing waits for it, and no attempt to reach it has failed.",
  ];
}

function connectedAdvice(waiting: number, program: string): string {
  if (waiting === 0) return "All is well: it is connected, and nothing waits.";
  return "It is connected, but does not acknowledge what waits: that goes out again by itself; " +
    `if it stays so, start ${program} anew there.`;
}

/** Where each remedy is in place; the failures of the addresses say more than that of the whole. */
function failuresByRemedy({ addresses, failure }: Facts): Map<Advice, Set<string>> {
  const remedies = new Map<Advice, Set<string>>();
  const note = (words: string | undefined, where: string) => {
    if (words === undefined || UNANSWERED.test(words)) return;
    const [, advice] = REMEDIES.find(([pattern]) => pattern.test(words)) ?? [];
    if (advice === undefined) return;
    remedies.set(advice, (remedies.get(advice) ?? new Set()).add(where));
  };
  for (const one of addresses) note(one.failure, sanitise(formatAddress(one.address)));
  const [only, other] = addresses;
  const anywhere = other === undefined && only !== undefined ? only.address : undefined;
  if (remedies.size === 0) {
    note(failure, anywhere === undefined ? "its addresses" : sanitise(formatAddress(anywhere)));
  }
  return remedies;
}

function listed(places: readonly string[]): string {
  if (places.length <= 1) return places[0] ?? "";
  return places.length === 2
    ? places.join(" and ")
    : `${places[0]}, ${places[1]} and ${places.length - 2} more`;
}
