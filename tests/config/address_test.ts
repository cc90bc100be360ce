import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { isMultiaddr, multiaddr } from "@multiformats/multiaddr";
import fc from "fast-check";

import { formatAddress, parseAddress } from "../../src/config/address.ts";
import { ChatError } from "../../src/errors.ts";

const ID = "12D3KooWRBhwfeP2Y4TCx1SM6s9rUoHhR5STiGwxBhgFRcw3UERE";

const port = fc.integer({ min: 1, max: 65535 });
const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const hostName = fc.tuple(fc.array(label, { maxLength: 3 }), fc.stringMatching(/^[a-z]{1,10}$/))
  .map(([labels, last]) => [...labels, last].join("."));

function badAddress(text: string): ChatError {
  const error = assertThrows(() => parseAddress(text), ChatError) as ChatError;
  assertEquals(error.code, "bad-address");
  return error;
}

Deno.test("parseAddress() understands what people write", () => {
  const cases: [string, string, string, number][] = [
    ["192.168.1.20:7000", "/ip4/192.168.1.20/tcp/7000", "192.168.1.20", 7000],
    [" 127.0.0.1:1 ", "/ip4/127.0.0.1/tcp/1", "127.0.0.1", 1],
    ["[::1]:65535", "/ip6/::1/tcp/65535", "::1", 65535],
    ["[2001:DB8:0:0::7]:80", "/ip6/2001:db8::7/tcp/80", "2001:db8::7", 80],
    ["localhost:7000", "/dns/localhost/tcp/7000", "localhost", 7000],
    ["Red.Example.:7000", "/dns/red.example/tcp/7000", "red.example", 7000],
    ["raspberry_pi.local:7000", "/dns/raspberry_pi.local/tcp/7000", "raspberry_pi.local", 7000],
    [
      "münchen.example:7000",
      "/dns/xn--mnchen-3ya.example/tcp/7000",
      "xn--mnchen-3ya.example",
      7000,
    ],
    ["/ip4/10.0.0.1/tcp/7000", "/ip4/10.0.0.1/tcp/7000", "10.0.0.1", 7000],
    ["/ip6/FE80::1/tcp/7000", "/ip6/fe80::1/tcp/7000", "fe80::1", 7000],
    ["/dns4/Red.Example/tcp/7000", "/dns4/red.example/tcp/7000", "red.example", 7000],
  ];
  for (const [text, address, host, port] of cases) {
    assertEquals(parseAddress(text), { address, host, port }, text);
  }
});

Deno.test("parseAddress() takes the peer id from a multiaddr", () => {
  assertEquals(parseAddress(`/ip4/10.0.0.1/tcp/7000/p2p/${ID}`), {
    address: "/ip4/10.0.0.1/tcp/7000",
    host: "10.0.0.1",
    port: 7000,
    peerId: ID,
  });
});

Deno.test("parseAddress() quotes the value, says what is wrong and what to write", () => {
  const cases: [string, string][] = [
    ["", "is empty"],
    ["7000", "has no port"],
    ["localhost", "has no port"],
    ["localhost:", "has no port"],
    [":7000", "has no host"],
    ["localhost:0", `has port "0", which is not a number from 1 to 65535`],
    ["localhost:65536", `has port "65536", which is not a number from 1 to 65535`],
    ["localhost:07000", `has port "07000", which is not a number from 1 to 65535`],
    ["localhost:+7000", `has port "+7000", which is not a number from 1 to 65535`],
    ["localhost:70OO", `has port "70OO", which is not a number from 1 to 65535`],
    ["::1:7000", "has several colons"],
    ["[::1]", "has no port"],
    ["[127.0.0.1]:7000", "has no IPv6 address between its brackets"],
    ["[fe80::1%eth0]:7000", "has no IPv6 address between its brackets"],
    ["999.1.1.1:7000", `has "999.1.1.1", which is neither an IP address nor a host name`],
    ["127.1:7000", `has "127.1", which is neither an IP address nor a host name`],
    ["0x7f.0.0.1:7000", `has "0x7f.0.0.1", which is neither an IP address nor a host name`],
    ["1２7.0.0.1:7000", `has "1２7.0.0.1", which is neither an IP address nor a host name`],
    ["-red:7000", `has "-red", which is neither an IP address nor a host name`],
    ["ü@red:7000", `has "ü@red", which is neither an IP address nor a host name`],
    ["http://red:7000", `begins with "http://"`],
    ["/ip4/10.0.0.1", "is not a TCP address"],
    ["/ip4/10.0.0.1/udp/7000/quic-v1", "is not a TCP address"],
    ["/ip4/::1/tcp/7000", `has "::1", which is not an IPv4 address`],
    ["/ip6/10.0.0.1/tcp/7000", `has "10.0.0.1", which is not an IPv6 address`],
    ["/dnsaddr/red/tcp/7000", "does not begin with /ip4/, /ip6/ or /dns/"],
    ["/ip4/10.0.0.1/tcp/7000/ws", "goes on after its port with something other than /p2p/ID"],
    ["/ip4/10.0.0.1/tcp/7000/p2p/red", `has "red", which is not a peer id`],
    [
      `/ip4/10.0.0.1/tcp/7000/p2p/${ID}/p2p-circuit`,
      "goes on after its port with something other than /p2p/ID",
    ],
  ];
  for (const [text, problem] of cases) {
    const error = badAddress(text);
    assertEquals(error.message, `address ${JSON.stringify(text)} ${problem}`);
    assertMatch(error.hint ?? "", /^write /);
  }
});

Deno.test("parseAddress() quotes a hostile value without its control characters", () => {
  const { message } = badAddress("\x1b]0;owned\x07\n\u009b2J\u202e:7000");
  assert(/^[\x20-\x7e]+$/.test(message), message);
  assert(badAddress(`${"x".repeat(100_000)}:7000`).message.length < 400);
});

Deno.test("parseAddress() gives multiaddrs that libp2p reads and writes the same", () => {
  const address = fc.oneof(
    fc.tuple(fc.ipV4(), port).map(([host, port]) => `${host}:${port}`),
    fc.tuple(fc.ipV6(), port).map(([host, port]) => `[${host}]:${port}`),
    fc.tuple(hostName, port).map(([host, port]) => `${host}:${port}`),
  );
  fc.assert(fc.property(address, (text) => {
    const parsed = parseAddress(text);
    const read = multiaddr(parsed.address);
    assertEquals(read.toString(), parsed.address);
    assertEquals(read.getComponents()[1], { ...read.getComponents()[1], value: `${parsed.port}` });
    // Reading its own result again changes nothing: one address, one spelling.
    assertEquals(parseAddress(parsed.address), parsed);
    assertEquals(parseAddress(`${parsed.address}/p2p/${ID}`), { ...parsed, peerId: ID });
  }));
});

Deno.test("parseAddress() either refuses arbitrary text as bad-address or gives a multiaddr", () => {
  const pieces = fc.array(
    fc.constantFrom(
      "/",
      "ip4",
      "ip6",
      "dns",
      "tcp",
      "p2p",
      ID,
      ":",
      "[",
      "]",
      "1",
      "::",
      "a",
      ".",
      "%",
    ),
    { maxLength: 12 },
  ).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), pieces), (text) => {
      try {
        assert(isMultiaddr(multiaddr(parseAddress(text).address)));
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        assertEquals(error.code, "bad-address");
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("formatAddress() gives back what a person would write", () => {
  const cases: [string, string][] = [
    ["/ip4/192.168.1.20/tcp/7000", "192.168.1.20:7000"],
    [`/ip4/192.168.1.20/tcp/7000/p2p/${ID}`, "192.168.1.20:7000"],
    ["/ip6/::1/tcp/7000", "[::1]:7000"],
    ["/dns4/red.example/tcp/7000", "red.example:7000"],
    ["/ip4/10.0.0.1/udp/7000/quic-v1", "/ip4/10.0.0.1/udp/7000/quic-v1"],
    ["nonsense", "nonsense"],
  ];
  for (const [address, expected] of cases) assertEquals(formatAddress(address), expected);
});

Deno.test("formatAddress() undoes parseAddress()", () => {
  const address = fc.oneof(
    fc.tuple(fc.ipV4(), port).map(([host, port]) => `${host}:${port}`),
    fc.tuple(fc.ipV6(), port).map(([host, port]) => `[${host}]:${port}`),
    fc.tuple(hostName, port).map(([host, port]) => `${host}:${port}`),
  );
  fc.assert(fc.property(address, (text) => {
    const parsed = parseAddress(text);
    assertEquals(parseAddress(formatAddress(parsed.address)), parsed);
  }));
});
