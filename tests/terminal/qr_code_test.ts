import { assert, assertEquals } from "@std/assert";
import { qrPicture } from "../../src/terminal/qr_code.ts";
import { displayWidth } from "../../src/terminal/width.ts";
import { readQr } from "./qr_reader.ts";

const PEER = "12D3KooWJmfxzuLenYXBpL979Wk2PQNY1Wqw9AW66gEnAJedK9Gj";
const TEXTS = [
  `/ip4/192.168.1.20/tcp/7000/p2p/${PEER}`,
  `/ip6/2001:db8:1111:2222:3333:4444:5555:6666/tcp/65535/p2p/${PEER}`,
  "27093 80452 27093 80452 27093 80452 11111 22222 33333 44444 55555 66666",
  "grüße",
];

Deno.test("`qrPicture()` with colours is read on dark and on light terminals", () => {
  for (const text of TEXTS) {
    const { lines, columns } = qrPicture(text, { colors: true });
    for (const background of ["dark", "light"] as const) {
      assertEquals(readQr(lines, background), text);
    }
    assertEquals(columns, (lines[0]?.length ?? 0) - "\x1b[30;47m\x1b[39;49m".length);
  }
});

Deno.test("`qrPicture()` without colours is read on dark terminals, and has nothing but blocks", () => {
  for (const text of TEXTS) {
    const { lines, columns } = qrPicture(text, { colors: false });
    assertEquals(readQr(lines, "dark"), text);
    assert(lines.every((line) => displayWidth(line) === columns));
  }
});

Deno.test("`qrPicture()` of an address and of a fingerprint fits on small terminals", () => {
  const sizes = TEXTS.map((text) => {
    const { lines, columns } = qrPicture(text, { colors: true });
    return [columns, lines.length];
  });
  assertEquals(sizes.slice(0, 3), [[41, 21], [45, 23], [33, 17]]);
});
