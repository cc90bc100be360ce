import { assertEquals, assertStringIncludes } from "@std/assert";
import { aborted } from "../../src/deadline.ts";
import { connectPeers } from "../../src/menu/connect_peers.ts";
import type { ConnectResult } from "../../src/node/chat_node.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { activePeer, TwinNode } from "../commands/twin_node.ts";
import { NODE_INIT, openMenuTwin, transcript } from "./open_menu_twin.ts";

const REACHED: ConnectResult = { target: "red", peer: activePeer(), error: undefined };
const MISSED: ConnectResult = { target: "blue", peer: undefined, error: "no answer in time" };

/** Tries until it is broken off. */
class PatientNode extends TwinNode {
  override async connectAll(options?: { signal: AbortSignal }): Promise<ConnectResult[]> {
    if (options !== undefined) await aborted(options.signal);
    return [REACHED, MISSED];
  }
}

Deno.test("`connectPeers()` shows what became of each", async () => {
  const connectAll = () => Promise.resolve([REACHED, MISSED]);
  using menu = openMenuTwin(new TwinNode(NODE_INIT, { connectAll }));
  await connectPeers(menu);
  assertEquals(menu.terminal.outLines, [
    "peer  result     who, or why not",
    "red   connected  red (Jmfxzu) at 192.168.1.20:7000",
    "blue  failed     no answer in time",
  ]);
});

Deno.test("`connectPeers()` says what to do where nobody is known", async () => {
  using menu = openMenuTwin();
  await connectPeers(menu);
  assertStringIncludes(menu.terminal.out, "no peer is known yet");
});

Deno.test("`connectPeers()` can be broken off, and shows who is connected", async () => {
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true });
  using menu = openMenuTwin(new PatientNode(NODE_INIT), terminal);
  const connecting = connectPeers(menu);
  await terminal.until(({ out }) => out.includes("connecting; Esc breaks it off"));
  terminal.press("\x1b");
  await connecting;
  assertEquals(transcript(terminal), [
    "peer  result     who, or why not",
    "red   connected  red (Jmfxzu) at 192.168.1.20:7000",
    "broken off: 1 of 2 connected",
  ]);
});
