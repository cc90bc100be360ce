import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { addressScope, MAX_ADDRESSES, usableAddresses } from "../../src/discovery/address_scope.ts";

const PEER = "12D3KooWA1bwfANgA73sYxvhNWEkw5LxFa2MrXwBvixYENVxGnzL";
const OTHER = "12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

for (
  const [address, scope] of [
    ["/ip4/127.0.0.1/tcp/7000", "loopback"],
    ["/ip4/127.255.0.9/tcp/7000", "loopback"],
    ["/ip6/::1/tcp/7000", "loopback"],
    ["/dns/localhost/tcp/7000", "loopback"],
    ["/dns4/x.localhost/tcp/7000", "loopback"],
    ["/ip4/169.254.10.1/tcp/7000", "link-local"],
    ["/ip6/fe80::1/tcp/7000", "link-local"],
    ["/ip6/febf::1/tcp/7000", "link-local"],
    ["/ip4/192.168.1.20/tcp/7000", "network"],
    [`/ip4/192.0.2.7/tcp/7000/p2p/${PEER}`, "network"],
    ["/ip6/fec0::1/tcp/7000", "network"],
    ["/ip6/2001:db8::1/tcp/7000", "network"],
    ["/dns/host.example/tcp/7000", "network"],
    ["/ip4/0.0.0.0/tcp/7000", undefined],
    ["/ip4/224.0.0.251/tcp/7000", undefined],
    ["/ip4/255.255.255.255/tcp/7000", undefined],
    ["/ip6/::/tcp/7000", undefined],
    ["/ip6/::ffff:127.0.0.1/tcp/7000", undefined],
    ["/ip6/ff02::1/tcp/7000", undefined],
    ["/ip4/192.0.2.7/tcp/0", undefined],
    ["/ip4/192.0.2.7/tcp/65536", undefined],
    ["/ip4/192.0.2.7/udp/7000", undefined],
    ["/ip4/192.0.2.7/tcp/7000/p2p-circuit", undefined],
    ["192.0.2.7:7000", undefined],
    ["/ip6/fe80::1%eth0/tcp/7000", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`addressScope() of ${address || "nothing"} is ${scope}`, () => {
    assertEquals(addressScope(address), scope);
  });
}

Deno.test("usableAddresses() keeps what can be dialled, once, without the peer id", () => {
  const told = [
    `/ip4/192.0.2.7/tcp/7000/p2p/${PEER}`,
    "/ip4/192.0.2.7/tcp/7000",
    "/ip4/127.0.0.1/tcp/7000",
    "/ip6/fe80::1/tcp/7000",
    `/ip4/192.0.2.8/tcp/7000/p2p/${OTHER}`,
    "/ip4/192.0.2.9/udp/7000/quic-v1",
  ];
  assertEquals(usableAddresses(told, { peerId: PEER, loopback: false }), [
    "/ip4/192.0.2.7/tcp/7000",
  ]);
  assertEquals(usableAddresses(told, { peerId: PEER, loopback: true }), [
    "/ip4/192.0.2.7/tcp/7000",
    "/ip4/127.0.0.1/tcp/7000",
  ]);
});

Deno.test("usableAddresses() gives at most 8 addresses that can be dialled, whatever is told", () => {
  const part = fc.constantFrom("ip4", "ip6", "dns", "tcp", "udp", "p2p", "::1", "fe80::", "0", "");
  const address = fc.oneof(
    fc.string(),
    fc.array(part).map((parts) => parts.join("/")),
    fc.tuple(fc.ipV4(), fc.nat(70_000)).map(([ip, port]) => `/ip4/${ip}/tcp/${port}`),
    fc.tuple(fc.ipV6(), fc.nat(70_000)).map(([ip, port]) => `/ip6/${ip}/tcp/${port}`),
  );
  fc.assert(
    fc.property(
      fc.array(address, { maxLength: 30, size: "max" }),
      fc.boolean(),
      (told, loopback) => {
        const usable = usableAddresses(told, { peerId: PEER, loopback });
        assert(usable.length <= MAX_ADDRESSES);
        assertEquals(new Set(usable).size, usable.length);
        for (const one of usable) {
          const scope = addressScope(one);
          assert(scope === "network" || (loopback && scope === "loopback"), one);
        }
      },
    ),
  );
});
