/** Compares what one peer wrote with what another one got and showed, message by message. */
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

/** Whether the recipient has an own message, as far as is known; it may have been shown, too. */
export function gotThere({ state }: { readonly state: MessageLine["state"] }): boolean {
  return state === "delivered" || state === "read";
}

/** A peer and what is in its database. */
export interface Book {
  readonly peerId: string;
  readonly history: readonly MessageLine[];
}

/** What became of the messages of one peer to another one. */
export interface Comparison {
  /** Messages in the sender's history. */
  readonly written: number;
  /** Written, but not in the recipient's history. */
  readonly lost: readonly string[];
  /** In the recipient's history more than once, or never written. */
  readonly doubled: readonly string[];
  /** The first places where the order differs, as it is at the recipient; empty: nowhere. */
  readonly misplaced: readonly string[];
  /** Not known to be delivered, or known to be read without having been delivered. */
  readonly unsettled: readonly string[];
}

/** Compares the histories of a sender and a recipient. */
export function compareMessages(sender: Book, recipient: Book): Comparison {
  const written = sender.history.filter(({ direction, peerId }) =>
    direction === "out" && peerId === recipient.peerId
  );
  const got = recipient.history.filter(({ direction, peerId }) =>
    direction === "in" && peerId === sender.peerId
  );
  const shape = ({ id, text }: MessageLine) => `${id} ${text}`;
  const [expected, actual] = [written.map(shape), got.map(shape)];
  const [ofSender, ofRecipient] = [new Set(expected), new Set(actual)];
  const seen = new Set<string>();
  const doubled = actual.filter((one) => {
    const again = seen.has(one) || !ofSender.has(one);
    seen.add(one);
    return again;
  });
  const arrived = expected.filter((one) => ofRecipient.has(one));
  const wrong = [...ofRecipient].filter((one) => ofSender.has(one))
    .findIndex((one, place) => one !== arrived[place]);
  return {
    written: written.length,
    lost: expected.filter((one) => !ofRecipient.has(one)),
    doubled,
    misplaced: wrong < 0 ? [] : actual.slice(Math.max(0, wrong - 2), wrong + 3),
    unsettled: written.filter((line) => !gotThere(line))
      .map((line) => `${line.state}: ${shape(line)}`),
  };
}

/**
 * Asserts that the recipient has exactly what the sender wrote to it, once each and in the same
 * order, and that the sender knows.
 */
export function assertSameMessages(sender: Book, recipient: Book): void {
  const { written, ...faults } = compareMessages(sender, recipient);
  assert(written > 0);
  assertEquals(faults, { lost: [], doubled: [], misplaced: [], unsettled: [] });
}

/**
 * In how many runs a message may be printed. A process that is killed between printing and noting
 * it prints it once more in the next run, where the same may happen; not again and again.
 */
const MOST_SHOWINGS = 4;

/** What a peer printed of the messages that it got, over several runs. */
export interface ShownFaults {
  /** Printed twice in one run. */
  readonly twice: readonly string[];
  /** Printed once more though an earlier run had noted it, or in more than MOST_SHOWINGS runs. */
  readonly again: readonly string[];
  /** Printed in a run after one that arrived later. */
  readonly disorder: readonly string[];
  /** In the history, but never printed. */
  readonly never: readonly string[];
}

/** Ids of the messages that arrived and were printed, as often as they were. */
export function shownIds(
  runs: readonly { readonly events: readonly NdjsonLine[] }[],
): string[] {
  return runs.flatMap(({ events }) => events)
    .flatMap((line) => line.event === "message" && line.direction === "in" ? [line.id] : []);
}

/**
 * Compares what a peer printed in all its runs, in order, with what it got.
 *
 * A run begins with the first message that no run before it had noted. So what lies before that one
 * was noted, and must not be printed any more.
 */
export function compareShown(
  runs: readonly { readonly events: readonly NdjsonLine[] }[],
  history: readonly MessageLine[],
): ShownFaults {
  const twice: string[] = [];
  const again: string[] = [];
  const disorder: string[] = [];
  /** By id, in how many runs. */
  const showings = new Map<string, number>();
  let noted = 0;
  for (const { events } of runs) {
    const here = new Set<string>();
    let [first, last] = [noted, 0];
    for (const line of events) {
      if (line.event !== "message" || line.direction !== "in") continue;
      const { id, position } = line;
      if (here.has(id)) twice.push(id);
      if (position < last) disorder.push(id);
      if (here.size === 0) first = position;
      last = position;
      here.add(id);
      const before = showings.get(id) ?? 0;
      if (before > 0 && (position < noted || before >= MOST_SHOWINGS)) again.push(id);
      showings.set(id, before + 1);
    }
    noted = first;
  }
  const never = history.filter(({ direction, id }) => direction === "in" && !showings.has(id))
    .map(({ id, text }) => `${id} ${text}`);
  return { twice, again, disorder, never };
}

/**
 * Asserts that a peer printed every message that it got: in order, never twice in one run, and in a
 * later run only what the kill of the one before may have left unnoted.
 */
export function assertShownOnce(runs: readonly Running[], history: readonly MessageLine[]): void {
  const faults = compareShown(runs, history);
  assertEquals(faults, { twice: [], again: [], disorder: [], never: [] });
}
