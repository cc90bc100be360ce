import { assertEquals } from "@std/assert";
import { openHistory } from "../../src/history/mod.ts";
import { PeerBook } from "../../src/node/peer_book.ts";

const SELF = "12D3KooWSelf";
const RED = "12D3KooWAAAAAAAA";
const fail = (what: string) => {
  throw new Error(what);
};
const FALSE_RED = "12D3KooWBBBBBBBB";

Deno.test("PeerBook.displayName() marks two peers that go by one name", () => {
  using history = openHistory(":memory:", SELF, 1);
  const book = new PeerBook(history.peers, SELF, () => 1, fail);
  assertEquals(book.displayName(RED), "AAAAAA");
  book.named(RED, "red");
  assertEquals(book.displayName(RED), "red");
  book.named(FALSE_RED, "Red ");
  assertEquals(book.displayName(RED), "red (AAAAAA)");
  assertEquals(book.displayName(FALSE_RED), "Red (BBBBBB)");
});

Deno.test("PeerBook.displayName() makes a hostile name harmless", () => {
  using history = openHistory(":memory:", SELF, 1);
  const book = new PeerBook(history.peers, SELF, () => 1, fail);
  book.named(RED, "\x1b]52;c;aGk=\x07\nred\u202e");
  const shown = book.displayName(RED);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\x00-\x1f\x7f-\x9f\u202e]/.test(shown), false, shown);
});

Deno.test("PeerBook remembers names, sources and addresses over a restart", () => {
  using history = openHistory(":memory:", SELF, 1);
  const book = new PeerBook(history.peers, SELF, () => 7, fail);
  book.found(RED, "mdns");
  book.named(RED, "red");
  book.claimed(RED, ["/ip4/10.0.0.1/tcp/1", "/ip4/10.0.0.1/tcp/2"]);
  book.reached(RED, "/ip4/10.0.0.1/tcp/2");
  const again = new PeerBook(history.peers, SELF, () => 8, fail);
  assertEquals(again.nameOf(RED), "red");
  assertEquals(again.sourceOf(RED), "mdns");
  assertEquals(again.addressesOf(RED), ["/ip4/10.0.0.1/tcp/2", "/ip4/10.0.0.1/tcp/1"]);
});

Deno.test("PeerBook.found() keeps the first way, except that a peer merely connected", () => {
  using history = openHistory(":memory:", SELF, 1);
  const book = new PeerBook(history.peers, SELF, () => 1, fail);
  book.named(RED, "red");
  assertEquals(book.sourceOf(RED), "inbound");
  book.found(RED, "exchange");
  book.found(RED, "asked");
  assertEquals(book.sourceOf(RED), "exchange");
});

Deno.test("PeerBook goes on in memory when nothing can be saved", () => {
  const history = openHistory(":memory:", SELF, 1);
  const troubles: string[] = [];
  const book = new PeerBook(history.peers, SELF, () => 1, (what) => troubles.push(what));
  history[Symbol.dispose]();
  book.named(RED, "red");
  book.reached(RED, "/ip4/10.0.0.1/tcp/1");
  assertEquals(book.displayName(RED), "red");
  assertEquals(book.addressesOf(RED), ["/ip4/10.0.0.1/tcp/1"]);
  assertEquals(troubles.length, 2);
});
