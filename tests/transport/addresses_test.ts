import { assertEquals } from "@std/assert";
import { multiaddr } from "@multiformats/multiaddr";
import { isListenable, socketMultiaddr, tcpEndpoint } from "../../src/transport/addresses.ts";

const PEER = "12D3KooWJvyP3VJYymTqG7eH4PM5rN4T2agk5cdNCfNymAqwqcvZ";

Deno.test("`tcpEndpoint()` understands every kind of TCP address", () => {
  const endpoints = [
    ["/ip4/127.0.0.1/tcp/7000", { kind: "ip4", host: "127.0.0.1", port: 7000 }],
    ["/ip6/::1/tcp/0", { kind: "ip6", host: "::1", port: 0 }],
    ["/ip6zone/eth0/ip6/fe80::1/tcp/1", { kind: "ip6", host: "fe80::1%eth0", port: 1 }],
    ["/dns/a.example/tcp/65535", { kind: "dns", host: "a.example", port: 65535 }],
    ["/dns4/a.example/tcp/80", { kind: "dns4", host: "a.example", port: 80 }],
    ["/dns6/a.example/tcp/80", { kind: "dns6", host: "a.example", port: 80 }],
    [`/ip4/1.2.3.4/tcp/5/p2p/${PEER}`, { kind: "ip4", host: "1.2.3.4", port: 5 }],
  ] as const;
  for (const [text, endpoint] of endpoints) {
    assertEquals(tcpEndpoint(multiaddr(text)), endpoint, text);
  }
});

Deno.test("`tcpEndpoint()` leaves what is not plain TCP to others", () => {
  const foreign = [
    "/ip4/1.2.3.4/udp/5",
    "/ip4/1.2.3.4/udp/5/quic-v1",
    "/ip4/1.2.3.4/tcp/5/ws",
    "/ip4/1.2.3.4/tcp/5/tls/sni/a.example/ws",
    `/ip4/1.2.3.4/tcp/5/p2p/${PEER}/p2p-circuit`,
    "/dnsaddr/a.example/tcp/5",
    "/ip4/1.2.3.4",
    "/unix/%2Ftmp%2Fa.sock",
    `/p2p/${PEER}`,
  ];
  for (const text of foreign) assertEquals(tcpEndpoint(multiaddr(text)), undefined, text);
});

Deno.test("`isListenable()` wants an IP address", () => {
  assertEquals(isListenable(multiaddr("/ip4/0.0.0.0/tcp/0")), true);
  assertEquals(isListenable(multiaddr("/ip6/::/tcp/7000")), true);
  assertEquals(isListenable(multiaddr("/dns4/localhost/tcp/7000")), false);
  assertEquals(isListenable(multiaddr("/ip4/0.0.0.0/udp/0")), false);
});

Deno.test("`socketMultiaddr()` tells an IPv4 peer of a dual-stack socket as IPv4", () => {
  const told = (hostname: string) =>
    socketMultiaddr({ transport: "tcp", hostname, port: 9 }).toString();
  assertEquals(told("192.0.2.7"), "/ip4/192.0.2.7/tcp/9");
  assertEquals(told("2001:db8::7"), "/ip6/2001:db8::7/tcp/9");
  assertEquals(told("::ffff:192.0.2.7"), "/ip4/192.0.2.7/tcp/9");
});
