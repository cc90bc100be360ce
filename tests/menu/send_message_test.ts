import { assertEquals } from "@std/assert";
import type { OwnMessage } from "../../src/history/message_record.ts";
import { deliveryText, sendMessage } from "../../src/menu/send_message.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { activePeer, BLUE, NOW, RED, TwinNode } from "../commands/twin_node.ts";
import { NODE_INIT, openMenuTwin, transcript, untilAsked } from "./open_menu_twin.ts";

const MESSAGE: OwnMessage = {
  direction: "out",
  position: 1,
  id: "018f0000-0000-7000-8000-000000000001",
  conversation: { kind: "peer", peerId: RED },
  text: "hello",
  sentAt: NOW,
  replyTo: undefined,
  state: "queued",
  stateAt: NOW,
  reason: undefined,
};
const ADDRESS = { kind: "address", address: "/ip4/127.0.0.1/tcp/7001" } as const;

function textOf(changes: Partial<OwnMessage>, active = false): string {
  return deliveryText({ ...MESSAGE, ...changes }, 12, active, () => "red");
}

Deno.test("`deliveryText()` says in one line what became of a message", () => {
  assertEquals(textOf({ state: "delivered" }), "delivered to red (Jmfxzu) in 12 ms");
  assertEquals(textOf({ state: "read" }), "delivered to red (Jmfxzu) in 12 ms");
  assertEquals(textOf({ state: "cancelled" }), "the message to red was cancelled");
  assertEquals(textOf({}), "queued; it will be delivered when red is back");
  assertEquals(
    textOf({ conversation: ADDRESS }),
    "queued; it will be delivered when somebody answers at 127.0.0.1:7001",
  );
  assertEquals(
    textOf({ state: "sent" }, true),
    "sent to red, not acknowledged yet: you will be told when it is",
  );
});

Deno.test("`deliveryText()` makes the reason of a refusal harmless", () => {
  assertEquals(
    textOf({ state: "refused", reason: "no\x1b[2J\nroom" }),
    "red refused the message: no\\u{1B}[2J⏎room",
  );
});

Deno.test("`sendMessage()` waits in sight, and Escape goes on without the acknowledgement", async () => {
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true });
  const node = new TwinNode(NODE_INIT, {
    peers: [activePeer()],
    onSend: (message, node) => node.advance(message, "sent"),
  });
  using menu = openMenuTwin(node, terminal);
  const sending = sendMessage(menu, undefined);
  await untilAsked(terminal, 1, "> red");
  terminal.press("\r");
  await untilAsked(terminal, 2, "? Message to red");
  terminal.press("hello\r");
  await terminal.until(({ out }) => out.includes("waiting for red; Esc goes on"));
  terminal.press("\x1b");
  assertEquals(await sending, RED);
  assertEquals(transcript(terminal), [
    "✔ To red",
    "✔ Message to red hello",
    "sent to red, not acknowledged yet: you will be told when it is",
  ]);
});

Deno.test("`sendMessage()` proposes the peer that was written to before", async () => {
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true });
  const node = new TwinNode(NODE_INIT, {
    peers: [activePeer(), activePeer({ peerId: BLUE, name: "blue" })],
  });
  using menu = openMenuTwin(node, terminal);
  const sending = sendMessage(menu, BLUE);
  await untilAsked(terminal, 1, "> blue");
  terminal.press("\r");
  await untilAsked(terminal, 2, "? Message to blue");
  terminal.press("\r");
  assertEquals(await sending, BLUE);
  assertEquals(node.sent, []);
});
