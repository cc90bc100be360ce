import { assert, assertEquals } from "@std/assert";
import type { MessageRecord } from "../../src/history/message_record.ts";
import { activeText, headerLines, showAddress, showHistory } from "../../src/menu/show.ts";
import type { HistoryQuery } from "../../src/node/chat_node.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { createStyle } from "../../src/terminal/style.ts";
import { activePeer, NOW, RED, SELF, TwinNode } from "../commands/twin_node.ts";
import { qrLinesOf, readQr } from "../terminal/qr_reader.ts";
import { NODE_INIT, openMenuTwin } from "./open_menu_twin.ts";

const STYLE = createStyle(false);
const displayName = (peerId: string) => peerId.slice(0, 3);

const HISTORY: readonly MessageRecord[] = [
  {
    direction: "out",
    position: 1,
    id: "a",
    conversation: { kind: "peer", peerId: RED },
    text: "hello",
    sentAt: NOW,
    replyTo: undefined,
    state: "queued",
    stateAt: NOW,
    reason: undefined,
    unanswerable: false,
  },
  {
    direction: "in",
    position: 2,
    id: "b",
    conversation: { kind: "peer", peerId: RED },
    text: "fine\x07",
    sentAt: NOW,
    receivedAt: NOW,
    replyTo: undefined,
  },
];

/** Remembers what it was asked for. */
class HistoricNode extends TwinNode {
  asked: HistoryQuery | undefined;

  override history(query: HistoryQuery): Promise<MessageRecord[]> {
    this.asked = query;
    return Promise.resolve([...HISTORY]);
  }
}

Deno.test("`headerLines()` has name and addresses, those for others first, and no long list", () => {
  const node = (addresses: readonly string[]) => ({ name: "red", addresses: () => [...addresses] });
  assertEquals(
    headerLines(node(["/ip4/127.0.0.1/tcp/7000", "/ip4/192.168.1.20/tcp/7000"]), STYLE),
    ["red is listening on 192.168.1.20:7000, 127.0.0.1:7000"],
  );
  const many = Array.from({ length: 5 }, (_, index) => `/ip4/10.0.0.${index}/tcp/7000`);
  assertEquals(
    headerLines(node(many), STYLE),
    ["red is listening on 10.0.0.0:7000, 10.0.0.1:7000, 10.0.0.2:7000 and 2 more"],
  );
});

Deno.test("`activeText()` counts the active peers", async () => {
  const text = (count: number) =>
    activeText({
      peers: () =>
        Promise.resolve(
          Array.from({ length: count }, (_, index) => activePeer({ peerId: `p-${index}` })),
        ),
    }, displayName);
  assertEquals(await text(0), "no active peers yet");
  assertEquals(await text(1), "1 active peer: p-0");
  assertEquals(await text(4), "4 active peers: p-0, p-1, p-2 and 1 more");
});

Deno.test("`showHistory()` shows the last messages with all peers, states as marks and words", async () => {
  const node = new HistoricNode(NODE_INIT, { peers: [activePeer()] });
  using menu = openMenuTwin(node, new MemoryTerminal({ input: [""] }));
  await showHistory(menu);
  assertEquals(node.asked, { limit: 30 });
  assertEquals(menu.terminal.outLines, [
    "  1  red  ● here, 0.4 ms",
    "With (number, name or host:port; empty: all peers):",
    "Sun 22 Nov 2026",
    "14:02 …  queued    you to red: hello",
    "14:02              red: fine\\u{7}",
  ]);
});

Deno.test("`showHistory()` shows those with one peer", async () => {
  const node = new HistoricNode(NODE_INIT, { peers: [activePeer()] });
  using menu = openMenuTwin(node, new MemoryTerminal({ input: ["red"] }));
  await showHistory(menu);
  assertEquals(node.asked, { limit: 30, conversation: { kind: "peer", peerId: RED } });
});

Deno.test("`showHistory()` says that there are none", async () => {
  using menu = openMenuTwin(undefined, new MemoryTerminal({ input: ["127.0.0.1:7001"] }));
  await showHistory(menu);
  assertEquals(menu.terminal.outLines.at(-1), "no messages");
});

Deno.test("`showHistory()` marks as shown what it shows", async () => {
  const node = new HistoricNode(NODE_INIT);
  using menu = openMenuTwin(node, new MemoryTerminal({ input: [""] }));
  await showHistory(menu);
  await menu.shown.settled();
  assertEquals(node.seen.map(({ id }) => id), ["b"]);
});

Deno.test("`showHistory()` of own messages alone leaves nothing to wait for", async () => {
  class OnlyOwn extends HistoricNode {
    override async history(query: HistoryQuery): Promise<MessageRecord[]> {
      return (await super.history(query)).filter(({ direction }) => direction === "out");
    }
  }
  using menu = openMenuTwin(new OnlyOwn(NODE_INIT), new MemoryTerminal({ input: [""] }));
  await showHistory(menu);
  await menu.shown.settled();
});

Deno.test("`showAddress()` on a screen has a QR code of the address for others, and waits", async () => {
  class OnLan extends TwinNode {
    override addresses(): string[] {
      return ["127.0.0.1", "192.168.1.20"].map((ip) => `/ip4/${ip}/tcp/7000/p2p/${SELF}`);
    }
  }
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true, colors: true });
  using menu = openMenuTwin(new OnLan(NODE_INIT), terminal);
  const ended = showAddress(menu, "/profile");
  await terminal.until(({ out }) => out.includes("Enter goes back"));
  terminal.press("\r");
  await ended;
  const code = qrLinesOf(terminal.outLines);
  assertEquals(readQr(code, "light"), `/ip4/192.168.1.20/tcp/7000/p2p/${SELF}`);
  // The whole code is on the screen while it waits.
  assert(code.length + 2 < terminal.rows);
});
