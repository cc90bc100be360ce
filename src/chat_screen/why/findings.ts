/** How it stands with reaching a peer, in lines for people; nothing of a peer acts on a terminal. Pure. */
import { formatAddress } from "../../config/address.ts";
import { CLASSIC_WORDS } from "../../config/classic_id.ts";
import type { DialledAddress, Search } from "../../history/mod.ts";
import { BLOCKED_BY_YOU } from "../../node/blocked.ts";
import type { ActivePeer } from "../../presence/active_peer.ts";
import { formatAgo, formatDuration } from "../../terminal/duration.ts";
import { sanitise } from "../../terminal/sanitise.ts";
import type { Style } from "../../terminal/style.ts";
import { formatTable } from "../../terminal/table.ts";
import type { OtherSide } from "../peer_text.ts";
import { nextText, triedText } from "../search_text.ts";
import { advise } from "./advice.ts";

/** How it stands with reaching somebody. */
export interface Findings {
  /** Who is meant, harmless. */
  readonly title: string;
  readonly side: OtherSide;
  /** Which process owns the profile, in a sentence; undefined: none, so this one has tried. */
  readonly owner: string | undefined;
  /** Whether a node goes on trying: that of the owner, or this process. */
  readonly isRunning: boolean;
  /** The peer as it is connected now; undefined if it is not, or where that is not known. */
  readonly active: ActivePeer | undefined;
  readonly addresses: readonly DialledAddress[];
  readonly waiting: number;
  readonly search: Search | undefined;
  /** Why the last attempt as a whole failed, one line safe for a terminal. */
  readonly failure: string | undefined;
}

const INDENT = "  ";

/** @param now ms since the epoch */
export function findingsText(findings: Findings, now: number, style: Style): string[] {
  const { title, owner, active, waiting, failure } = findings;
  const isWell = waiting === 0 && failure === undefined;
  const hint = style.accent("hint:");
  const details = [
    ...(findings.side.classic ? [CLASSIC_WORDS] : []),
    ...(active === undefined ? [] : [pathText(active, now)]),
    ...waitingLines(findings, now),
    ...addressLines(findings, now),
  ];
  return [
    `${style.bold(title)} ${stateText(findings)}`,
    ...(owner === undefined ? [] : [INDENT + style.dim(`${owner}; this is what it noted`)]),
    ...details.map((line) => INDENT + line),
    ...adviceFor(findings).map((sentence) => isWell ? sentence : `${hint} ${sentence}`),
  ];
}

function stateText({ owner, active, failure }: Findings): string {
  if (active !== undefined) return "is connected";
  if (failure === BLOCKED_BY_YOU) return `is ${BLOCKED_BY_YOU}`;
  return owner === undefined || failure !== undefined
    ? "is not reached"
    : "may be connected or not";
}

function pathText(
  { address, path, roundTripMs, connectedSince }: ActivePeer,
  now: number,
): string {
  const parts = [
    sanitise(formatAddress(address)),
    path,
    ...(roundTripMs === undefined ? [] : [`round trip ${formatDuration(roundTripMs)}`]),
    `for ${formatDuration(now - connectedSince)}`,
  ];
  return `by ${parts.join(", ")}`;
}

function waitingLines(
  { waiting, isRunning, active, search, failure }: Findings,
  now: number,
): string[] {
  if (waiting === 0) return ["nothing waits for it"];
  const count = waiting === 1 ? "1 message waits" : `${waiting} messages wait`;
  if (failure === BLOCKED_BY_YOU) return [count];
  if (active !== undefined) return [count];
  return [
    count,
    // Where this process has tried only now, the addresses tell how that went.
    ...(search === undefined || !isRunning ? [] : [triedText(search, now)]),
    nextText(search?.nextAttempt, isRunning, now),
  ];
}

function addressLines({ addresses, failure }: Findings, now: number): string[] {
  const [, ...rows] = formatTable({
    columns: [{ header: "" }, { header: "" }],
    rows: addresses.map((one) => [sanitise(formatAddress(one.address)), dialText(one, now)]),
  });
  // Where no address says why it failed, the attempt as a whole does.
  const isTold = failure === undefined || failure === BLOCKED_BY_YOU ||
    addresses.some((one) => one.failure !== undefined);
  return isTold ? rows : [...rows, `tried now: ${sanitise(failure)}`];
}

function dialText({ lastWorked, triedAt, failure }: DialledAddress, now: number): string {
  const worked = lastWorked > 0 ? `worked ${formatAgo(lastWorked, now)}` : undefined;
  if (triedAt === undefined) return worked ?? "not dialled yet";
  if (failure === undefined) return `worked ${formatAgo(triedAt, now)}`;
  return [`${formatAgo(triedAt, now)}: ${sanitise(failure)}`, worked]
    .filter((part) => part !== undefined).join("; ");
}

/** What would help, a sentence each. */
export function adviceFor(findings: Findings): string[] {
  const { owner, active } = findings;
  const connected = owner === undefined ? active !== undefined : undefined;
  const program = findings.side.classic ? "the old program" : "p2p-chat";
  return advise({ ...findings, connected, program });
}
