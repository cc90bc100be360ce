import { assertEquals } from "@std/assert";
import fc from "fast-check";

import { parseIp } from "../../src/config/ip.ts";

Deno.test("parseIp() brings an address into one spelling", () => {
  assertEquals(parseIp("10.0.0.1"), { family: 4, text: "10.0.0.1" });
  assertEquals(parseIp("::"), { family: 6, text: "::" });
  assertEquals(parseIp("2001:0DB8:0:0:0:0:0:1"), { family: 6, text: "2001:db8::1" });
  assertEquals(parseIp("::ffff:127.0.0.1"), { family: 6, text: "::ffff:7f00:1" });
});

Deno.test("parseIp() accepts every address in any spelling", () => {
  fc.assert(fc.property(fc.ipV4(), (text) => {
    assertEquals(parseIp(text), { family: 4, text });
  }));
  fc.assert(fc.property(fc.ipV6(), (text) => {
    const once = parseIp(text);
    assertEquals(once?.family, 6);
    assertEquals(parseIp(once?.text ?? ""), once);
    assertEquals(parseIp(text.toUpperCase()), once);
  }));
});

Deno.test("parseIp() refuses everything else", () => {
  const wrong = ["", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4.5", "0x1.2.3.4", "1.2.3.4 ", "a"]
    .concat([":", ":::", "1::2::3", "12345::", "[::1]", "::1%eth0", "fe80::1%251", "::1]", "::g"]);
  for (const text of wrong) assertEquals(parseIp(text), undefined, text);
});
