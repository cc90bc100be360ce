import { assertEquals } from "@std/assert";
import { addressForOthers, addressQrLines } from "../../src/commands/address_qr.ts";
import type { QrWish } from "../../src/commands/shown_qr.ts";
import { MemoryTerminal, type MemoryTerminalOptions } from "../../src/terminal/memory_terminal.ts";
import { createStyle } from "../../src/terminal/style.ts";
import { qrLinesOf, readQr } from "../terminal/qr_reader.ts";
import { SELF } from "./twin_node.ts";

const LAN = `/ip4/192.168.1.20/tcp/7000/p2p/${SELF}`;
const HERE = `/ip4/127.0.0.1/tcp/7000/p2p/${SELF}`;
const SCREEN = { interactive: true, columns: 80, rows: 24 } as const;

function shown(
  addresses: readonly string[],
  wish: QrWish,
  options: MemoryTerminalOptions,
): Promise<string[]> {
  const terminal = new MemoryTerminal(options);
  return addressQrLines(addresses, wish, terminal, createStyle(false));
}

Deno.test("`addressForOthers()` takes the address under which most can reach this machine", () => {
  const best = (...hosts: string[]) =>
    addressForOthers(
      hosts.map((host) => `/${host.includes(":") ? "ip6" : "ip4"}/${host}/tcp/7000`),
    )?.split("/")[2];
  assertEquals(best("127.0.0.1", "10.1.2.3", "192.168.1.20"), "10.1.2.3");
  assertEquals(best("172.17.0.1", "192.168.1.20", "2001:db8::1"), "192.168.1.20");
  assertEquals(best("192.168.1.20", "203.0.113.7", "2001:db8::1"), "203.0.113.7");
  assertEquals(best("127.0.0.1", "172.20.0.5"), "172.20.0.5");
  assertEquals(best("fd00::1", "2001:db8::1", "::1"), "2001:db8::1");
  assertEquals(best("127.0.0.1", "::1", "169.254.3.4"), undefined);
});

Deno.test("`addressQrLines()` shows on a screen what others can dial, and says which it is", async () => {
  for (const colors of [true, false]) {
    const [caption, ...code] = await shown([HERE, LAN], "if it fits", { ...SCREEN, colors });
    assertEquals(
      caption,
      `QR code      192.168.1.20:7000 with the peer id${colors ? "" : ", for a dark background"}`,
    );
    assertEquals(readQr(code, "dark"), LAN);
  }
});

Deno.test("`addressQrLines()` says what room it needs where there is less", async () => {
  const needs = ["a QR code needs 41 columns and 23 rows"];
  assertEquals(await shown([LAN], "if it fits", { ...SCREEN, columns: 40 }), needs);
  assertEquals(await shown([LAN], "if it fits", { ...SCREEN, rows: 10 }), needs);
  const code = qrLinesOf(await shown([LAN], "always", { ...SCREEN, columns: 40, rows: 10 }));
  assertEquals(readQr(code, "dark"), LAN);
});

Deno.test("`addressQrLines()` is silent in a pipe unless it was asked for", async () => {
  assertEquals(await shown([LAN], "if it fits", {}), []);
  assertEquals(await shown([HERE], "if it fits", {}), []);
  assertEquals(await shown([LAN], "never", SCREEN), []);
  assertEquals(readQr(qrLinesOf(await shown([LAN], "always", {})), "dark"), LAN);
});

Deno.test("`addressQrLines()` shows no address that is of no use, unless it was asked for", async () => {
  assertEquals(await shown([HERE], "if it fits", SCREEN), [
    "no QR code: other machines cannot reach 127.0.0.1:7000",
  ]);
  assertEquals(readQr(qrLinesOf(await shown([HERE], "always", SCREEN)), "dark"), HERE);
  const anyPort = `/ip4/192.168.1.20/tcp/0/p2p/${SELF}`;
  for (const wish of ["if it fits", "always"] as const) {
    assertEquals(await shown([anyPort], wish, SCREEN), [
      "no QR code: the port is known when a node runs",
    ]);
  }
});
