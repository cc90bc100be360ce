import { assertEquals } from "@std/assert";
import { generateKeyPair } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";

import { formatLibp2p, libp2pLogger } from "../../src/logging/libp2p_logger.ts";
import { configureLogging } from "../../src/logging/mod.ts";
import type { LogLevel } from "../../src/config/config.ts";

function logInto(lines: string[], level: LogLevel): AsyncDisposable {
  const write = (line: string) => void lines.push(line.slice(line.indexOf(" ") + 1));
  return configureLogging({ level, write, sanitise: (text) => text });
}

Deno.test("libp2pLogger() logs under the component's name, errors as debug, scopes in front", async () => {
  const lines: string[] = [];
  await using _logging = logInto(lines, "trace");
  const log = libp2pLogger("trace").forComponent("libp2p:connection-manager:dial-queue");
  log("dialled %d", 1);
  log.error("failed: %s", "no");
  log.trace("frame");
  const scoped = log.newScope("inbound:ab12").newScope("yamux");
  scoped("opened");
  scoped.error("lost");
  scoped.trace("read");
  libp2pLogger("trace").forComponent("libp2p")("started");
  libp2pLogger("trace").forComponent("my-service")("started");
  assertEquals(lines, [
    "debug libp2p.connection-manager.dial-queue: dialled 1",
    "debug libp2p.connection-manager.dial-queue: error: failed: no",
    "trace libp2p.connection-manager.dial-queue: frame",
    "debug libp2p.connection-manager.dial-queue: [inbound:ab12:yamux] opened",
    "debug libp2p.connection-manager.dial-queue: [inbound:ab12:yamux] error: lost",
    "trace libp2p.connection-manager.dial-queue: [inbound:ab12:yamux] read",
    "debug libp2p: started",
    "debug libp2p.my-service: started",
  ]);
});

Deno.test("libp2pLogger() shows and formats nothing below the level", async () => {
  const seen = { toString: () => formatted++ };
  let formatted = 0;
  const shown: Record<string, number> = {};
  for (const level of ["trace", "debug", "info", "warning", "error"] as const) {
    const lines: string[] = [];
    await using _logging = logInto(lines, level);
    const log = libp2pLogger(level).forComponent("libp2p:tcp");
    for (const each of [log, log.newScope("scope")]) {
      each("%p", seen);
      each.error("%p", seen);
      each.trace("%p", seen);
      assertEquals(each.enabled, level === "debug" || level === "trace");
    }
    shown[level] = lines.length;
  }
  assertEquals(shown, { trace: 6, debug: 4, info: 0, warning: 0, error: 0 });
  assertEquals(formatted, 10);
});

Deno.test("libp2pLogger() keeps braces of a message", async () => {
  const lines: string[] = [];
  await using _logging = logInto(lines, "debug");
  libp2pLogger("debug").forComponent("libp2p:tcp")("from {peer} %s", "{*}");
  assertEquals(lines, ["debug libp2p.tcp: from {peer} {*}"]);
});

Deno.test("formatLibp2p() fills in the values of libp2p", async () => {
  const peerId = peerIdFromPrivateKey(await generateKeyPair("Ed25519"));
  const address = multiaddr("/ip4/127.0.0.1/tcp/7000");
  const cases: [unknown, unknown[], string][] = [
    ["plain", [], "plain"],
    ["%p at %a", [peerId, address], `${peerId} at /ip4/127.0.0.1/tcp/7000`],
    ["%c", [peerId.toCID()], peerId.toCID().toString()],
    [
      "%e",
      [new Error("lost", { cause: new Error("reset") })],
      "Error: lost (caused by Error: reset)",
    ],
    ["%b %t %m", [new Uint8Array([1]), new Uint8Array([2]), new Uint8Array([255])], "01 02 ff"],
    ["%s %d %i %f", ["a", 1, 2, 3.5], "a 1 2 3.5"],
    ["%o %O %j", [{ a: 1 }, [1], { b: 2 }], "{ a: 1 } [ 1 ] { b: 2 }"],
    ["%p %e", [undefined, undefined], "undefined undefined"],
    ["100%% of %d%%", [5], "100% of 5%"],
    ["%s and %s", ["one"], "one and %s"],
    ["%z %s", ["one"], "%z one"],
    ["more", ["a", 1, new Error("b")], "more a 1 Error: b"],
    [new Error("first %s"), ["a"], "Error: first %s a"],
    [{ a: 1 }, [], "{ a: 1 }"],
    [undefined, [], "undefined"],
  ];
  for (const [format, values, expected] of cases) {
    assertEquals(formatLibp2p(format, values), expected);
  }
});

Deno.test("formatLibp2p() does not read a value as a format", () => {
  assertEquals(formatLibp2p("%s %s", ["%s", "x"]), "%s x");
  assertEquals(formatLibp2p("%s", ["$&"]), "$&");
});
