/**
 * Compares the databases of all honest peers at the end of a run with each other and with the ledger:
 * the invariant of the project. It reads the databases only through what the program itself uses.
 */
import type { MessageRecord, OwnMessage } from "../../src/history/message_record.ts";
import { type Ledger, Violation } from "./ledger.ts";
import type { Peer } from "./peer.ts";

const ALL = 1_000_000;

/** Whether nothing is left to do between those who keep the protocol. */
export function isSettled(peers: readonly Peer[]): boolean {
  return peers.every((peer) =>
    peers.every(({ name }) => {
      if (name === peer.name) return true;
      const { outbox, readMarks } = peer.storage.history;
      if (outbox.count({ kind: "peer", peerId: name }) > 0) return false;
      return !peer.readReceipts || readMarks.receiptsFor(name, 1).length === 0;
    })
  );
}

/**
 * @param names everybody, also those who do not keep the protocol
 * @throws Violation
 */
export function judge(peers: readonly Peer[], names: readonly string[], ledger: Ledger): void {
  for (const sender of peers) {
    for (const name of names) {
      if (name === sender.name) continue;
      const own = conversation(sender, name).filter((message) => message.direction === "out");
      judgeOwn(own, sender.name, name, ledger);
      const recipient = peers.find((peer) => peer.name === name);
      if (recipient !== undefined) judgePair(own, sender, recipient, ledger);
    }
  }
  for (const peer of peers) judgeStored(peer, names, ledger);
}

/** What was accepted is in the sender's own database, in the order of writing. */
function judgeOwn(own: readonly OwnMessage[], from: string, to: string, ledger: Ledger): void {
  const written = ledger.written(from, to);
  for (const [index, { id, text }] of written.entries()) {
    const found = own[index];
    if (found?.id !== id) {
      throw new Violation(`${id}, number ${index} of ${from} to ${to}, is not in its history`);
    }
    if (found.text !== text) throw new Violation(`${from} has another text under ${id}`);
  }
  if (own.length > written.length) throw new Violation(`${from} has more than it wrote to ${to}`);
}

function judgePair(
  own: readonly OwnMessage[],
  sender: Peer,
  recipient: Peer,
  ledger: Ledger,
): void {
  const arrived = conversation(recipient, sender.name)
    .filter((message) => message.direction === "in");
  const taken = (id: string) => ledger.wasCancelled(id);
  const expected = own.filter(({ id }) => !taken(id)).map(({ id }) => id);
  const there = arrived.filter(({ id }) => !taken(id)).map(({ id }) => id);
  const pair = `${sender.name} to ${recipient.name}`;
  for (let index = 0; index < Math.max(expected.length, there.length); index++) {
    if (expected[index] === there[index]) continue;
    throw new Violation(
      `number ${index} of ${expected.length}, ${pair}: wrote ${expected[index]}, arrived ${
        there[index]
      }`,
    );
  }
  const texts = new Map(arrived.map(({ id, text }) => [id, text]));
  if (texts.size < arrived.length) throw new Violation(`${pair}: a message arrived twice`);
  for (const message of own) judgeState(message, texts.get(message.id), sender, recipient, ledger);
}

function judgeState(
  { id, state, text }: OwnMessage,
  arrived: string | undefined,
  sender: Peer,
  recipient: Peer,
  ledger: Ledger,
): void {
  const what = `${id} of ${sender.name} to ${recipient.name}`;
  if (arrived !== undefined && arrived !== text) throw new Violation(`${what} has another text`);
  const isThere = state === "delivered" || state === "read";
  if (isThere && arrived === undefined) throw new Violation(`${what} is ${state} and not there`);
  if (!isThere && !ledger.wasCancelled(id)) throw new Violation(`${what} is still ${state}`);
  if (!isThere && ledger.isAcknowledged(id)) {
    throw new Violation(`${what} is ${state}, and was acknowledged`);
  }
  const receipts = sender.readReceipts && recipient.readReceipts;
  if (state === "read" && !(receipts && ledger.wasSeen(recipient.name, id))) {
    throw new Violation(`${what} is read, and was not shown or is not to be told`);
  }
  if (state !== "read" && receipts && ledger.isNoted(recipient.name, id)) {
    throw new Violation(`${what} was shown, and is ${state}`);
  }
}

/** What the ledger saw committed is there, each id once, with the first text. */
function judgeStored(peer: Peer, names: readonly string[], ledger: Ledger): void {
  const found = names.flatMap((name) => conversation(peer, name))
    .filter(({ direction }) => direction === "in");
  const stored = ledger.storedAt(peer.name);
  if (found.length !== stored.size) {
    throw new Violation(`${peer.name} stored ${stored.size} messages and has ${found.length}`);
  }
  for (const { id, text } of found) {
    if (stored.get(id) !== text) throw new Violation(`${peer.name} has another text under ${id}`);
  }
}

function conversation(peer: Peer, name: string): MessageRecord[] {
  if (name === peer.name) return [];
  return peer.storage.history.list({ conversation: { kind: "peer", peerId: name }, limit: ALL });
}
