/** Messages that are written to an address while somebody answers there for the first time. */
import { assertEquals } from "@std/assert";
import { DraftQueue } from "../../src/direct/draft_queue.ts";
import { type Draft, openHistory } from "../../src/history/mod.ts";
import type { OwnMessage } from "../../src/history/message_record.ts";
import { ContactBook } from "../../src/node/contact_book.ts";
import { PeerBook } from "../../src/node/peer_book.ts";
import type { Classic, Reach } from "../../src/node/rooms.ts";
import { RunningNode } from "../../src/node/running_node.ts";

const ADDRESS = "/ip4/127.0.0.1/tcp/7000";
const PEER = "12D3KooWJmfxzuLenYXBpL979Wk2PQNY1Wqw9AW66gEnAJedK9Gj";
const SELF = "12D3KooWM4jXByh72RAiQ2txp3h4msvjyA54giRsPQRKptgTVtrk";

/** A node whose network is decided here; history and queue are the real ones. */
function scene() {
  const history = openHistory(":memory:", SELF, 1);
  const now = () => 2;
  const trouble = () => {};
  const book = new PeerBook(history.peers, SELF, now, trouble);
  const node = new RunningNode({
    peerId: SELF,
    addresses: () => [],
    history,
    book,
    contacts: new ContactBook({ store: history.contacts, names: book.names, now }),
    now,
    settings: () => ({ name: "self", mandatory: [], readReceipts: true }),
    reconfigure: trouble,
    onTrouble: trouble,
    stop: () => Promise.resolve(),
  });
  const queue = new DraftQueue<Draft, OwnMessage>((drafts) =>
    history.messages.enqueue(node.placed(drafts), now())
  );
  const network = { there: undefined as string | undefined };
  const reach: Reach = {
    peerAt: () => network.there,
    seekPeer: trouble,
    seekAddress: trouble,
    dialAddress: () => Promise.reject(new Error("nobody dials here")),
    dialPeer: () => Promise.reject(new Error("nobody dials here")),
    retry: trouble,
    nextAttempt: () => undefined,
    settled: () => Promise.resolve(),
    mandatory: [],
  };
  const delivery = {
    save: (draft: Draft, options: { signal?: AbortSignal }) => queue.save(draft, options),
    queued: trouble,
    shown: trouble,
  };
  const classic: Classic = {
    isListening: false,
    mandatory: [],
    peers: () => [],
    isActive: () => false,
    connect: () => Promise.reject(new Error("nobody connects here")),
    queued: trouble,
    retry: trouble,
    nextAttempt: () => undefined,
    settled: () => Promise.resolve(),
  };
  node.join({ delivery, roster: { peers: () => [], name: () => undefined }, reach, classic });
  const send = (text: string) => node.send({ kind: "address", address: ADDRESS }, text);
  const inOrder = () => history.messages.waiting(PEER, 0, 10).map(({ text }) => text);
  return { node, network, send, inOrder, history };
}

Deno.test("Messages to an address are in order when somebody answers between two of one turn", async () => {
  const { network, send, inOrder, history } = scene();
  using _history = history;
  const first = send("first");
  network.there = PEER;
  await Promise.all([first, send("second")]);
  assertEquals(inOrder(), ["first", "second"]);
});

Deno.test("Messages to an address do not overtake those that wait there", async () => {
  const { network, send, inOrder, history } = scene();
  using _history = history;
  await send("first");
  // Connected, and not told yet.
  network.there = PEER;
  await send("second");
  assertEquals(inOrder(), ["first", "second"]);
});

Deno.test("Messages to an address wait there while nobody answers", async () => {
  const { network, node, send, inOrder, history } = scene();
  using _history = history;
  await send("first");
  await send("second");
  assertEquals(inOrder(), []);
  network.there = PEER;
  node.reached(ADDRESS, PEER);
  assertEquals(inOrder(), ["first", "second"]);
});
