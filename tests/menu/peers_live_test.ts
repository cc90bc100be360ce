import { assertEquals, assertRejects } from "@std/assert";
import { showPeers } from "../../src/menu/peers_live.ts";
import type { ActivePeer } from "../../src/presence/active_peer.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { PromptCancelled } from "../../src/terminal/prompts/prompter.ts";
import { activePeer, BLUE, TwinNode } from "../commands/twin_node.ts";
import { NODE_INIT, openMenuTwin, transcript } from "./open_menu_twin.ts";

const blue = activePeer({ peerId: BLUE, name: "blue" });

Deno.test("`showPeers()` shows everything once in a pipe", async () => {
  const peers = [activePeer(), activePeer({ peerId: BLUE, name: "b".repeat(60) })];
  using menu = openMenuTwin(new TwinNode(NODE_INIT, { peers }));
  await showPeers(menu);
  assertEquals(menu.terminal.outLines.length, 3);
  assertEquals(menu.terminal.outLines[2]?.includes("b".repeat(60)), true);
});

Deno.test("`showPeers()` says in a pipe that nobody is here", async () => {
  using menu = openMenuTwin();
  await showPeers(menu);
  assertEquals(menu.terminal.outLines, ["nobody is here at the moment"]);
});

Deno.test("`showPeers()` on a screen follows who comes and goes, until a key is pressed", async () => {
  const peers: ActivePeer[] = [activePeer()];
  const node = new TwinNode(NODE_INIT, { peers });
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true, columns: 40 });
  using menu = openMenuTwin(node, terminal);
  const ended = showPeers(menu);
  await terminal.until((screen) => transcript(screen).at(-1) === "1 peer; any key goes back");
  peers.push(blue);
  node.emit({ event: "peer-up", peer: blue });
  await terminal.until((screen) => transcript(screen).at(-1) === "2 peers; any key goes back");
  peers.splice(0, 2);
  node.emit({ event: "peer-down", peer: blue, departure: "goodbye" });
  await terminal.until((screen) => {
    return transcript(screen).at(-1) === "nobody is here yet; any key goes back";
  });
  terminal.press("\x1b");
  await ended;
  assertEquals(transcript(terminal).at(-1), "nobody is here at the moment");
  assertEquals([node.listeners, terminal.raw], [1, false]);
});

Deno.test("`showPeers()` on a screen: Ctrl-C leaves the menu", async () => {
  const node = new TwinNode(NODE_INIT, { peers: [blue] });
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true, columns: 40 });
  using menu = openMenuTwin(node, terminal);
  const ended = showPeers(menu);
  await terminal.until((screen) => transcript(screen).at(-1) === "1 peer; any key goes back");
  terminal.press("\x03");
  const error = await assertRejects(() => ended, PromptCancelled);
  assertEquals(error.kind, "interrupt");
  assertEquals(transcript(terminal).length, 2);
});
