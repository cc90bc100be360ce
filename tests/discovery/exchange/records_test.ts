import { assertEquals } from "@std/assert";
import { believe, peersToTell, recordFor } from "../../../src/discovery/exchange/records.ts";

const SELF = "12D3KooWA1bwfANgA73sYxvhNWEkw5LxFa2MrXwBvixYENVxGnzL";
const ANSWERER = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";
const OTHER = "12D3KooWH3uVF6wv47WnArKHk5p6cvgCJEb74UTmxztmQDc298L3";

const near = { peerId: ANSWERER, address: "/ip4/127.0.0.1/tcp/7000" };
const far = { peerId: ANSWERER, address: `/ip4/192.0.2.1/tcp/7000/p2p/${ANSWERER}` };
const bob = { peerId: OTHER, name: "Bob", lastSeen: 900 };
const record = {
  peerId: OTHER,
  name: "Bob",
  addresses: ["/ip4/192.0.2.7/tcp/7000"],
  seenAgoMs: 100,
};

Deno.test("peersToTell() leaves out the asker, and gives the 64 most recently heard from", () => {
  const peers = Array.from({ length: 100 }, (_, n) => ({ ...bob, peerId: `p${n}`, lastSeen: n }));
  const told = peersToTell([{ ...bob, peerId: "asker", lastSeen: 1_000 }, ...peers], "asker");
  assertEquals(told.length, 64);
  assertEquals([told[0]?.peerId, told[63]?.peerId], ["p99", "p36"]);
});

Deno.test("recordFor() tells loopback addresses over loopback only, link-local ones never", () => {
  const addresses = [
    "/ip4/127.0.0.1/tcp/7000",
    "/ip4/192.0.2.7/tcp/7000",
    "/ip4/169.254.1.1/tcp/7000",
    "/ip6/fe80::1/tcp/7000",
  ];
  assertEquals(recordFor(bob, addresses, far, 1_000), record);
  assertEquals(recordFor(bob, addresses, near, 1_000)?.addresses, [
    "/ip4/127.0.0.1/tcp/7000",
    "/ip4/192.0.2.7/tcp/7000",
  ]);
});

Deno.test("recordFor() tells nothing about a peer that the asker could not reach", () => {
  assertEquals(recordFor(bob, ["/ip4/127.0.0.1/tcp/7000"], far, 1_000), undefined);
  assertEquals(recordFor(bob, [], near, 1_000), undefined);
});

Deno.test("recordFor() says 0 when the clock was set back", () => {
  assertEquals(recordFor(bob, record.addresses, far, 0)?.seenAgoMs, 0);
});

Deno.test("believe() takes a good record", () => {
  assertEquals(believe([record], far, SELF), [record]);
});

for (
  const [what, changes] of [
    ["this node", { peerId: SELF }],
    ["the answerer itself", { peerId: ANSWERER }],
    ["a peer id that does not parse", { peerId: `${OTHER.slice(0, -1)}0` }],
    ["an RSA peer id", { peerId: "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N" }],
    ["no address", { addresses: [] }],
    ["port 0", { addresses: ["/ip4/192.0.2.7/tcp/0"] }],
    ["no TCP address", { addresses: ["/ip4/192.0.2.7/udp/7000/quic-v1", "host:7000"] }],
    ["an address of another peer", { addresses: [`/ip4/192.0.2.7/tcp/7000/p2p/${SELF}`] }],
    ["a loopback address from afar", { addresses: ["/ip4/127.0.0.1/tcp/22"] }],
  ] as const
) {
  Deno.test(`believe() drops a record with ${what}`, () => {
    assertEquals(believe([{ ...record, ...changes }], far, SELF), []);
  });
}

Deno.test("believe() takes a loopback address from a peer on this machine", () => {
  const addresses = ["/ip4/127.0.0.1/tcp/7001"];
  assertEquals(believe([{ ...record, addresses }], near, SELF), [{ ...record, addresses }]);
});

Deno.test("believe() takes each peer once", () => {
  assertEquals(believe([record, { ...record, name: "Mallory" }], far, SELF), [record]);
});
