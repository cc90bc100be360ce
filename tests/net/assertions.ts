/** What the tests demand of peers. */
import { assertEquals } from "@std/assert";
import type { PeerUpLine } from "../../src/commands/ndjson.ts";
import type { Peer } from "./peer.ts";

/** Two peers come up for each other. @returns what each printed about the other */
export async function assertMeet(
  one: Peer,
  other: Peer,
  waiting: { withinMs?: number } = {},
): Promise<[PeerUpLine, PeerUpLine]> {
  const [first, second] = await Promise.all([
    one.once("peer-up", ({ peerId }) => peerId === other.id, waiting),
    other.once("peer-up", ({ peerId }) => peerId === one.id, waiting),
  ]);
  return [first.line, second.line];
}

/**
 * All that one peer said to another is shown there, once and in order, and known to be delivered.
 * @param texts everything that it ever said to anybody
 * @returns when the last one arrived, ms of `performance.now()`
 */
export async function assertTold(
  from: Peer,
  to: Peer,
  texts: readonly string[],
  withinMs?: number,
): Promise<number> {
  await to.until("messages", () => to.heard(from).length >= texts.length, withinMs);
  const arrived = performance.now();
  // Whatever is sent again because its acknowledgement was lost has come by then.
  await from.until("acknowledgements", () => from.delivered >= texts.length, withinMs);
  assertEquals(to.heard(from), texts);
  return arrived;
}

/** They wrote nothing to standard error but that their identity was made. */
export function assertQuiet(...peers: readonly Peer[]): void {
  for (const peer of peers) assertEquals(peer.remarks.slice(2), [], String(peer));
}
