import { assertEquals } from "@std/assert";
import type { Unseen } from "../../src/commands/notifier.ts";
import type { OwnMessage, ReceivedMessage } from "../../src/history/message_record.ts";
import { News } from "../../src/menu/news.ts";
import { createStyle } from "../../src/terminal/style.ts";
import { activePeer, TwinNode } from "../commands/twin_node.ts";
import { ownMessage, receivedMessage } from "./messages.ts";
import { NODE_INIT } from "./open_menu_twin.ts";

function tell() {
  const node = new TwinNode(NODE_INIT);
  const lines: string[] = [];
  const printed: ReceivedMessage[] = [];
  const unseen: Unseen[] = [];
  const news = new News({
    node,
    style: createStyle(false),
    print: (line) => void lines.push(line),
    shown: { printed: (messages) => void printed.push(...messages) },
    notifier: { tell: (message) => void unseen.push(message) },
  });
  return { node, lines, printed, unseen, news };
}

Deno.test("`News` tells what happens, made harmless, until it is disposed", () => {
  const { node, lines, news } = tell();
  node.emit({
    event: "message",
    message: receivedMessage(1, { text: "hello\x1b[2J\nred: forged" }),
  });
  node.emit({ event: "peer-up", peer: activePeer() });
  node.emit({ event: "peer-down", peer: activePeer(), departure: "goodbye" });
  node.advance(ownMessage("later"), "delivered");
  node.advance(ownMessage("later"), "read");
  assertEquals(lines, [
    "14:02 red: hello\\u{1B}[2J⏎red: forged",
    "14:02 red is here (192.168.1.20:7000, asked for)",
    "14:02 red left",
    "14:02 ✓ delivered to red: later",
    "14:02 ✓✓ read by red: later",
  ]);
  news[Symbol.dispose]();
  assertEquals(node.listeners, 0);
});

Deno.test("`News` says which messages it printed, after their lines", () => {
  const { node, lines, printed, news } = tell();
  using _news = news;
  using _hold = news.hold();
  const message = receivedMessage(1);
  node.emit({ event: "message", message });
  assertEquals([lines.length, printed], [1, [message]]);
});

Deno.test("`News` keeps lines about own messages back, and drops those that were told", () => {
  const { node, lines, news } = tell();
  using _news = news;
  {
    using hold = news.hold();
    node.advance(ownMessage("now"), "sent");
    node.advance(ownMessage("now"), "delivered");
    node.advance(ownMessage("earlier"), "delivered");
    node.emit({ event: "peer-up", peer: activePeer() });
    assertEquals(lines, ["14:02 red is here (192.168.1.20:7000, asked for)"]);
    hold.told({ ...ownMessage("now"), state: "delivered" });
  }
  assertEquals(lines.slice(1), ["14:02 ✓ delivered to red: earlier"]);
});

Deno.test("`News` still tells what came of a message after it was told of", () => {
  const { node, lines, news } = tell();
  using _news = news;
  const message: OwnMessage = ownMessage("now");
  {
    using hold = news.hold();
    node.advance(message, "delivered");
    node.advance(message, "read");
    hold.told({ ...message, state: "delivered" });
  }
  assertEquals(lines, ["14:02 ✓✓ read by red: now"]);
});

Deno.test("`News` draws attention to messages that come in, unless something else tells them", () => {
  const { node, unseen, news } = tell();
  using _news = news;
  const message = receivedMessage(1);
  node.emit({ event: "message", message });
  node.emit({ event: "peer-up", peer: activePeer() });
  node.advance(ownMessage("now"), "delivered");
  const { conversation, text } = message;
  assertEquals(unseen, [{ conversation, name: "red", text }]);
  using _silence = news.silence();
  node.emit({ event: "message", message });
  assertEquals(unseen.length, 1);
});
