/** What `why` found, for people and for programs. */
import { adviceFor, type Findings, findingsText } from "../../chat_screen/why/findings.ts";
import { BLOCKED_BY_YOU } from "../../node/blocked.ts";
import { createStyle } from "../../terminal/style.ts";
import type { CommandContext } from "../command.ts";
import { isoTime, ndjsonLine, type WhyLine } from "../ndjson.ts";
import { searchFields, timeOrNull } from "../node_lines.ts";
import type { WhyOptions } from "../why.ts";
import { wrapLine } from "../../terminal/wrap_line.ts";

export { findingsText } from "../../chat_screen/why/findings.ts";

const HANGING_INDENT = 4;

export function printFindings(
  findings: Findings,
  { peer, json }: WhyOptions,
  { terminal, now }: Pick<CommandContext, "terminal" | "now">,
): void {
  if (json) return terminal.print(ndjsonLine(whyLine(findings, peer)));
  const lines = findingsText(findings, now(), createStyle(terminal.colors));
  const columns = terminal.interactive ? terminal.columns : Infinity;
  for (const line of lines.flatMap((line) => wrapLine(line, columns, HANGING_INDENT))) {
    terminal.print(line);
  }
}

function whyLine(findings: Findings, target: string): WhyLine {
  const { side, owner, isRunning, active, addresses, waiting, search, failure } = findings;
  return {
    event: "why",
    target,
    peerId: side.peerId,
    name: side.name,
    classic: side.classic,
    connected: owner === undefined ? active !== undefined : null,
    address: active?.address ?? side.address,
    path: active?.path ?? null,
    roundTripMs: active?.roundTripMs ?? null,
    connectedSince: timeOrNull(active?.connectedSince),
    lastSeen: timeOrNull(active?.lastSeen),
    addresses: addresses.map((one) => ({
      address: one.address,
      lastTried: timeOrNull(one.triedAt),
      lastError: one.failure ?? null,
      lastWorked: one.lastWorked > 0 ? isoTime(one.lastWorked) : null,
    })),
    waiting,
    ...searchFields(search, isRunning),
    ...(failure === undefined ? {} : { lastError: failure }),
    ...(failure === BLOCKED_BY_YOU ? { nextAttempt: null } : {}),
    owner: owner ?? null,
    advice: adviceFor(findings),
  };
}
