import { assert, assertEquals } from "@std/assert";
import { peerSentences, peerTable } from "../../src/chat_screen/peer_table.ts";
import type { ActivePeer } from "../../src/presence/active_peer.ts";
import { createStyle } from "../../src/terminal/style.ts";
import { activePeer, NOW } from "../commands/twin_node.ts";

const CLASSIC: ActivePeer = activePeer({
  peerId: "classic:10.0.0.2:5000",
  address: "/ip4/10.0.0.2/tcp/5000",
  roundTripMs: undefined,
});
const name = (peerId: string) => peerId === CLASSIC.peerId ? "Blue_Team_No_1 [classic]" : "red";

Deno.test("peerTable() says of a classic peer what it is, however narrow the screen", () => {
  for (const width of [Infinity, 100, 80, 72]) {
    const look = { width, style: createStyle(false) };
    const [, red = "", classic = ""] = peerTable([activePeer(), CLASSIC], name, NOW, look);
    assert(classic.includes("classic:10.0.0.2:5000") && classic.includes("plain text"), classic);
    assert(!red.includes("plain text"), red);
  }
});

Deno.test("peerSentences() says of a classic peer that nobody knows who it is", () => {
  assertEquals(peerSentences([CLASSIC], name, NOW), [
    "Blue_Team_No_1 [classic] (10.0.0.2:5000), classic, not verified, plain text, 10.0.0.2:5000, " +
    "direct, here for 3 min",
  ]);
});
