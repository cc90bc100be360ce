import { assertEquals, assertStringIncludes } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { askWhy } from "../../src/menu/why_not_reached.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { activePeer, NOW, RED, TwinNode } from "../commands/twin_node.ts";
import { NODE_INIT, openMenuTwin, untilAsked } from "./open_menu_twin.ts";

const KNOWN = [{
  peerId: RED,
  name: "red",
  addresses: [],
  source: "asked",
  lastSeen: NOW - 5_000,
  connected: false,
}] as const;

Deno.test("`askWhy()` tries now and tells what is known and what would help", async () => {
  const node = new TwinNode(NODE_INIT, {
    known: KNOWN,
    connect: () => Promise.reject(new ChatError("unreachable", "red: nobody listens there\x07")),
    reachability: () => ({
      active: undefined,
      addresses: [{
        address: "/ip4/192.168.1.20/tcp/7000",
        lastWorked: NOW - 60_000,
        triedAt: NOW,
        failure: "nobody listens there",
      }],
      waiting: 2,
      search: undefined,
      nextAttempt: undefined,
    }),
  });
  using menu = openMenuTwin(node, new MemoryTerminal({ input: ["1"] }));
  await askWhy(menu);
  const { outLines, out } = menu.terminal;
  assertEquals(outLines.slice(0, 2), [
    "  1  red  ○ away, 5 s ago",
    "Who is not reached? (number, name or host:port; empty: back):",
  ]);
  assertEquals(outLines[2], "red (Jmfxzu) is not reached");
  assertStringIncludes(out, "2 messages wait");
  assertStringIncludes(out, "192.168.1.20:7000");
  assertStringIncludes(outLines.at(-1) ?? "", "hint: Nobody listens at 192.168.1.20:7000");
  assertEquals(/[^\P{Cc}\n]/u.test(out), false);
});

Deno.test("`askWhy()` names who answered at an address", async () => {
  const node = new TwinNode(NODE_INIT, {
    reachability: () => ({
      active: activePeer(),
      addresses: [],
      waiting: 0,
      search: undefined,
      nextAttempt: undefined,
    }),
  });
  using menu = openMenuTwin(node, new MemoryTerminal({ input: ["192.168.1.20:7000"] }));
  await askWhy(menu);
  assertEquals(menu.terminal.outLines[1], "red (Jmfxzu) is connected");
});

Deno.test("`askWhy()` tells of an address where nobody ever answered", async () => {
  const node = new TwinNode(NODE_INIT, {
    connect: () =>
      Promise.reject(new ChatError("unreachable", "192.168.1.20:7000: nobody listens there")),
  });
  const terminal = new MemoryTerminal({ input: ["192.168.1.20:7000"] });
  using menu = openMenuTwin(node, terminal);
  await askWhy(menu);
  assertEquals(terminal.outLines[1], "192.168.1.20:7000 is not reached");
  assertStringIncludes(terminal.out, "192.168.1.20:7000  just now: nobody listens there\n");
  assertStringIncludes(terminal.out, "hint: Nobody listens at 192.168.1.20:7000");
});

Deno.test("`askWhy()` goes back on an empty answer", async () => {
  using menu = openMenuTwin(undefined, new MemoryTerminal({ input: [""] }));
  await askWhy(menu);
  assertEquals(menu.terminal.outLines.length, 1);
});

Deno.test("`askWhy()` tells what is known when Escape breaks the try off", async () => {
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true });
  const node = new TwinNode(NODE_INIT, {
    known: KNOWN,
    connect: (_recipient, signal) =>
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason), { once: true })
      ),
  });
  using menu = openMenuTwin(node, terminal);
  const asking = askWhy(menu);
  await untilAsked(terminal, 1, "> red");
  terminal.press("\r");
  await terminal.until(({ out }) => out.includes("trying to reach red; Esc goes on"));
  terminal.press("\x1b");
  await asking;
  assertStringIncludes(terminal.out, "red (Jmfxzu) is not reached");
});
