import { assertEquals } from "@std/assert";
import type { OwnMessage } from "../../src/history/message_record.ts";
import { News } from "../../src/menu/news.ts";
import { createStyle } from "../../src/terminal/style.ts";
import { activePeer, NOW, RED, TwinNode } from "../commands/twin_node.ts";
import { NODE_INIT } from "./open_menu_twin.ts";

function ownMessage(id: string, text = id): OwnMessage {
  return {
    direction: "out",
    position: 1,
    id,
    conversation: { kind: "peer", peerId: RED },
    text,
    sentAt: NOW,
    replyTo: undefined,
    state: "queued",
    stateAt: NOW,
    reason: undefined,
  };
}

function tell() {
  const node = new TwinNode(NODE_INIT);
  const lines: string[] = [];
  const waiting = new Set<string>();
  const news = new News({
    node,
    style: createStyle(false),
    now: () => NOW,
    print: (line) => void lines.push(line),
    waiting,
  });
  return { node, lines, waiting, news };
}

Deno.test("`News` tells what happens, made harmless, until it is disposed", () => {
  const { node, lines, news } = tell();
  node.emit({
    event: "message",
    message: {
      direction: "in",
      position: 1,
      id: "a",
      conversation: { kind: "peer", peerId: RED },
      text: "hello\x1b[2J\nred: forged",
      sentAt: NOW,
      receivedAt: NOW,
      replyTo: undefined,
    },
  });
  node.emit({ event: "peer-up", peer: activePeer() });
  node.emit({ event: "peer-down", peer: activePeer(), departure: "goodbye" });
  node.advance(ownMessage("b", "later"), "delivered");
  assertEquals(lines, [
    "14:02 red: hello\\u{1B}[2J⏎red: forged",
    "14:02 red is here (192.168.1.20:7000, asked for)",
    "14:02 red left",
    "14:02 delivered to red: later",
  ]);
  news[Symbol.dispose]();
  assertEquals(node.listeners, 0);
});

Deno.test("`News` keeps lines about own messages back, and drops those that were told", () => {
  const { node, lines, news } = tell();
  using _news = news;
  {
    using hold = news.hold();
    node.advance(ownMessage("now"), "delivered");
    node.advance(ownMessage("earlier"), "delivered");
    node.emit({ event: "peer-up", peer: activePeer() });
    assertEquals(lines, ["14:02 red is here (192.168.1.20:7000, asked for)"]);
    hold.told(ownMessage("now"));
  }
  node.advance(ownMessage("afterwards"), "delivered");
  assertEquals(lines.slice(1), [
    "14:02 delivered to red: earlier",
    "14:02 delivered to red: afterwards",
  ]);
});

Deno.test("`News` counts the own messages that are on their way", () => {
  const { node, waiting, news } = tell();
  using _news = news;
  for (const id of ["a", "b", "c", "d"]) node.advance(ownMessage(id), "queued");
  {
    using _hold = news.hold();
    node.advance(ownMessage("a"), "sent");
    node.advance(ownMessage("b"), "delivered");
    node.advance(ownMessage("c"), "refused");
  }
  assertEquals([...waiting], ["a", "d"]);
});
