/** What the tests demand of peers. */
import { assertEquals } from "@std/assert";
import type { PeerUpLine } from "../../src/commands/ndjson.ts";
import type { Peer, Waiting } from "./peer.ts";

/** Two peers come up for each other. @returns what each printed about the other */
export async function assertMeet(
  one: Peer,
  other: Peer,
  waiting: Pick<Waiting, "withinMs"> = {},
): Promise<[PeerUpLine, PeerUpLine]> {
  const [first, second] = await Promise.all([
    one.once("peer-up", ({ peerId }) => peerId === other.id, waiting),
    other.once("peer-up", ({ peerId }) => peerId === one.id, waiting),
  ]);
  return [first.line, second.line];
}

/**
 * All that one peer said is shown by another, once and in order, and known to be delivered.
 * @param texts everything that `from` has said since it was started
 * @returns when the last one arrived, ms of `performance.now()`
 */
export async function assertTold(
  from: Peer,
  to: Peer,
  texts: readonly string[],
  waiting: Pick<Waiting, "withinMs"> = {},
): Promise<number> {
  const { withinMs } = waiting;
  await to.until("messages", () => to.heard(from).length >= texts.length, withinMs);
  const arrived = performance.now();
  // What is sent again because its acknowledgement was lost has come by then.
  await from.until("acknowledgements", () => from.delivered >= texts.length, withinMs);
  assertEquals(to.heard(from), texts);
  return arrived;
}

/** They wrote nothing to standard error, except that their identity was made. */
export function assertQuiet(...peers: readonly Peer[]): void {
  for (const peer of peers) {
    const noise = peer.remarks.filter((line) => !/^(first start: |its key is )/.test(line));
    assertEquals(noise, [], `standard error of ${peer.name}`);
  }
}

/**
 * Runs cases at the same time, each on a network of its own, and waits for all.
 * @throws the first failure, with the name of its case
 */
export async function together(cases: { readonly [name: string]: () => Promise<void> }) {
  const names = Object.keys(cases);
  const outcomes = await Promise.allSettled(Object.values(cases).map((run) => run()));
  outcomes.forEach((outcome, index) => {
    if (outcome.status === "rejected") throw new Error(names[index], { cause: outcome.reason });
  });
}

/** `12.3 s` @param ms a duration */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
