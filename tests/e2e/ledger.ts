/** Compares what one peer wrote with what another one got, message by message. */
import { assert, assertEquals } from "@std/assert";
import type { MessageLine, NdjsonLine } from "../../src/commands/ndjson.ts";
import { formatOrder, type Order } from "../../src/commands/demo/orders.ts";
import type { Running } from "./program.ts";

/** Tells a `demo-peer` to send `count` messages, whose texts tell them apart. */
export async function orderMessages(
  sender: Running,
  to: string,
  label: string,
  count: number,
): Promise<void> {
  const orders = Array.from({ length: count }, (_, index): Order => ({
    order: "send",
    to,
    text: `${label}, ${index + 1} of ${count}`,
  }));
  await sender.write(orders.map(formatOrder).join(""));
}

/** Ids of the messages that a `demo-peer` took on: it said that they are saved. */
export function acceptedIds(lines: readonly NdjsonLine[]): string[] {
  return lines.flatMap((line) =>
    line.event === "result" && line.ok && line.id !== null ? [line.id] : []
  );
}

/**
 * Asserts that the recipient has exactly what the sender wrote to it, once each and in the same
 * order, and that the sender knows.
 */
export function assertSameMessages(
  sender: { readonly peerId: string; readonly history: readonly MessageLine[] },
  recipient: { readonly peerId: string; readonly history: readonly MessageLine[] },
): void {
  const written = sender.history.filter(({ direction, peerId }) =>
    direction === "out" && peerId === recipient.peerId
  );
  const got = recipient.history.filter(({ direction, peerId }) =>
    direction === "in" && peerId === sender.peerId
  );
  assert(written.length > 0);
  const shape = ({ id, text }: MessageLine) => `${id} ${text}`;
  const [expected, actual] = [written.map(shape), got.map(shape)];
  const missing = expected.filter((one) => !actual.includes(one));
  assertEquals(missing, [], "lost");
  const wrong = actual.findIndex((one, place) => one !== expected[place]);
  const around = (all: readonly string[]) => all.slice(Math.max(0, wrong - 2), wrong + 3);
  assertEquals(wrong < 0 ? [] : around(actual), wrong < 0 ? [] : around(expected), "out of order");
  assertEquals(actual.length, expected.length, "doubled");
  assertEquals(written.filter(({ state }) => state !== "delivered"), []);
}

/** Asserts that no message was shown twice, over all runs of a peer. */
export function assertShownOnce(runs: readonly Running[]): void {
  const ids = runs.flatMap(({ events }) => events)
    .flatMap((line) => line.event === "message" ? [line.id] : []);
  assertEquals(ids.length, new Set(ids).size);
}
