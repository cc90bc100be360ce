import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  classicId,
  isCanonicalClassicId,
  isClassicId,
  parseClassicId,
} from "../../src/config/classic_id.ts";
import { isPeerId } from "../../src/config/peer_id_text.ts";
import { ChatError } from "../../src/errors.ts";

Deno.test("parseClassicId() gives one id for every spelling of a place", () => {
  const cases: readonly (readonly [text: string, peerId: string, host: string, port: number])[] = [
    ["classic:127.0.0.1:5000", "classic:127.0.0.1:5000", "127.0.0.1", 5000],
    [" Classic:10.0.0.2:1 ", "classic:10.0.0.2:1", "10.0.0.2", 1],
    ["classic:Red.Example:65535", "classic:red.example:65535", "red.example", 65535],
    ["classic:red.example.:5000", "classic:red.example:5000", "red.example", 5000],
    ["classic:[0:0::1]:5000", "classic:[::1]:5000", "::1", 5000],
    ["classic:[2001:DB8::A]:5000", "classic:[2001:db8::a]:5000", "2001:db8::a", 5000],
    ["classic:[::ffff:192.168.1.20]:5000", "classic:192.168.1.20:5000", "192.168.1.20", 5000],
  ];
  for (const [text, peerId, host, port] of cases) {
    assertEquals(parseClassicId(text), { peerId, host, port });
    assertEquals(parseClassicId(peerId).peerId, peerId);
    assertEquals(classicId(host, port), peerId);
  }
});

Deno.test("parseClassicId() says what is wrong, quotes the value and shows how it is written", () => {
  const cases = [
    ["127.0.0.1:5000", '"127.0.0.1:5000" is not a classic peer'],
    ["classic:/ip4/127.0.0.1/tcp/5000", "is not a classic peer"],
    ["classic:", "is empty"],
    ["classic:127.0.0.1", "has no port"],
    ["classic:127.0.0.1:0", 'has port "0"'],
    ["classic:127.0.0.1:65536", 'has port "65536"'],
    ["classic:127.0.0.1:5000:1", "several colons"],
    ["classic::1:5000", "several colons"],
    ["classic:300.0.0.1:5000", '"300.0.0.1"'],
    ["classic:red\u001b[2J:5000", "classic address"],
    ["classic:classic:127.0.0.1:5000", "several colons"],
  ] as const;
  for (const [text, words] of cases) {
    const error = assertThrows(() => parseClassicId(text), ChatError);
    assertEquals(error.code, "bad-address");
    assert(error.message.includes(words), error.message);
    assert(!/\p{Cc}/u.test(error.message), "harmless on a terminal");
    assert(error.hint?.includes("classic:"), error.hint);
  }
});

Deno.test("classicId() counts an IPv4 address that came in IPv6 as IPv4", () => {
  assertEquals(classicId("::ffff:127.0.0.1", 5000), "classic:127.0.0.1:5000");
  assertEquals(classicId("::ffff:c0a8:0114", 5000), "classic:192.168.1.20:5000");
  assertEquals(classicId("::fffe:c0a8:0114", 5000), "classic:[::fffe:c0a8:114]:5000");
});

Deno.test("classicId() is understood by parseClassicId(), whatever the address", () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(fc.property(host, fc.integer({ min: 1, max: 65535 }), (host, port) => {
    const peerId = classicId(host, port);
    assert(isClassicId(peerId) && isCanonicalClassicId(peerId) && !isPeerId(peerId));
    assertEquals(parseClassicId(peerId).peerId, peerId);
    assertEquals(parseClassicId(peerId).port, port);
  }));
});

Deno.test("isCanonicalClassicId() takes one spelling only", () => {
  assert(isCanonicalClassicId("classic:127.0.0.1:5000"));
  for (
    const text of [
      "Classic:127.0.0.1:5000",
      "classic:127.0.0.1:5000 ",
      "classic:[::ffff:127.0.0.1]:5000",
      "classic:RED:5000",
      "classic:127.0.0.1",
      "12D3KooWBGXivArBMU861D9NmkgB33Av7WaEFByhh7yCu2MmAKL7",
      "",
    ]
  ) assert(!isCanonicalClassicId(text), text);
});
