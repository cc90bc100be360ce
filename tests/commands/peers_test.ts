import { assert, assertEquals } from "@std/assert";
import { openHistory } from "../../src/history/mod.ts";
import { Harness } from "./harness.ts";
import { activePeer, BLUE, NOW, RED } from "./twin_node.ts";

Deno.test("`peers` prints a table of the active peers", async () => {
  await using program = await Harness.make({
    peers: [
      activePeer(),
      activePeer({
        peerId: BLUE,
        name: "",
        address: "/ip6/::1/tcp/7001",
        roundTripMs: undefined,
        source: "mdns",
        connectedSince: NOW - 7_200_000,
        lastSeen: NOW,
      }),
    ],
  });
  assertEquals(await program.run("peers", "--wait", "0"), 0);
  assertEquals(program.terminal.outLines, [
    "name    peer id  address            path       rtt  found          since  last seen",
    "red     Jmfxzu   192.168.1.20:7000  direct  0.4 ms  asked for      3 min  2 s ago",
    "M4jXBy  M4jXBy   [::1]:7001         direct          local network    2 h  just now",
  ]);
  assertEquals(program.node?.init.listen, "ephemeral");
  assert(program.node?.stopped);
});

Deno.test("`peers` fits its table into the terminal", async () => {
  await using program = await Harness.make({
    peers: [activePeer()],
    terminal: { interactive: true, columns: 72 },
  });
  await program.run("peers", "--wait", "0");
  for (const line of program.terminal.outLines) assert(line.length <= 72, line);
});

Deno.test("`peers` says what to do where nobody is here", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("peers", "--wait", "0"), 0);
  assertEquals(program.terminal.out, "");
  assertEquals(
    program.terminal.errLines[2],
    "nobody is here; `p2p-chat connect HOST:PORT` reaches a first peer",
  );
});

Deno.test("`peers --json` prints one object a peer, and nothing for nobody", async () => {
  await using program = await Harness.make({ peers: [activePeer()] });
  await program.run("peers", "--wait", "0", "--json");
  assertEquals(program.jsonLines, [{
    event: "peer",
    connected: true,
    peerId: RED,
    name: "red",
    classic: false,
    address: "/ip4/192.168.1.20/tcp/7000",
    path: "direct",
    roundTripMs: 0.4,
    source: "asked",
    connectedSince: new Date(NOW - 180_000).toISOString(),
    lastSeen: new Date(NOW - 2_000).toISOString(),
  }]);
  await using alone = await Harness.make();
  assertEquals(await alone.run("peers", "--wait", "0", "--json"), 0);
  assertEquals(alone.terminal.out, "");
});

Deno.test("`peers` ends with 130 when it is interrupted while it looks around", async () => {
  await using program = await Harness.make({
    settleConnections(signal) {
      program.interrupt();
      return Promise.reject(signal.reason);
    },
  });
  assertEquals(await program.run("peers"), 130);
  assert(program.node?.stopped);
});

/** Writes two peers into the history of the default profile. */
async function remembered(program: Harness): Promise<void> {
  await program.run("id", "--json");
  const { peerId } = JSON.parse(program.terminal.outLines[0] ?? "");
  using history = openHistory(`${program.home}/default/chat.db`, peerId, NOW);
  history.peers.remember({
    peerId: RED,
    name: "r\x1bed",
    source: "asked",
    seenAt: NOW - 60_000,
    addresses: ["/ip4/192.168.1.20/tcp/7000"],
  });
  history.peers.remember({ peerId: BLUE, source: "exchange", seenAt: NOW - 1_000 });
}

Deno.test("`peers --known` reads who is remembered and starts no node", async () => {
  await using program = await Harness.make();
  await remembered(program);
  assertEquals(await program.run("peers", "--known"), 0);
  assertEquals(program.terminal.outLines, [
    "name       peer id  address            found              last seen",
    "M4jXBy     M4jXBy                      told of by others  1 s ago",
    "r\\u{1B}ed  Jmfxzu   192.168.1.20:7000  asked for          1 min ago",
  ]);
  assertEquals(program.node, undefined);
});

Deno.test("`peers --known --json` leaves open what it did not look at", async () => {
  await using program = await Harness.make();
  await remembered(program);
  assertEquals(await program.run("peers", "--known", "--json"), 0);
  assertEquals(program.jsonLines[0], {
    event: "peer",
    connected: null,
    peerId: BLUE,
    name: "M4jXBy",
    classic: false,
    address: null,
    path: null,
    roundTripMs: null,
    source: "exchange",
    connectedSince: null,
    lastSeen: new Date(NOW - 1_000).toISOString(),
  });
});

Deno.test("`peers --known` makes nothing where there is nothing yet", async () => {
  await using program = await Harness.make();
  assertEquals(await program.run("peers", "--known"), 0);
  assertEquals(program.terminal.out, "");
  assertEquals([...Deno.readDirSync(program.home)], []);
});
