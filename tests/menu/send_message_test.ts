import { assertEquals, assertRejects } from "@std/assert";
import type { OwnMessage } from "../../src/history/message_record.ts";
import { deliveryText, sendMessage } from "../../src/menu/send_message.ts";
import type { Recipient } from "../../src/node/chat_node.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { PromptCancelled } from "../../src/terminal/prompts/prompter.ts";
import { activePeer, BLUE, RED, TwinNode } from "../commands/twin_node.ts";
import { ownMessage } from "./messages.ts";
import { NODE_INIT, openMenuTwin, transcript, untilAsked } from "./open_menu_twin.ts";

const ADDRESS = { kind: "address", address: "/ip4/127.0.0.1/tcp/7001" } as const;

function textOf(changes: Partial<OwnMessage>, active = false): string {
  return deliveryText(ownMessage("hello", changes), 12, active, () => "red");
}

Deno.test("`deliveryText()` says in one line what became of a message", () => {
  assertEquals(textOf({ state: "delivered" }), "delivered to red (Jmfxzu) in 12 ms");
  assertEquals(textOf({ state: "read" }), "read by red (Jmfxzu) after 12 ms");
  assertEquals(textOf({ state: "cancelled" }), "cancelled: the message to red was taken back");
  assertEquals(textOf({}), "queued; it will be delivered when red is back");
  assertEquals(
    textOf({ conversation: ADDRESS }),
    "queued; it will be delivered when somebody answers at 127.0.0.1:7001",
  );
  assertEquals(textOf({}, true), "queued; it is on its way to red: you will be told");
  assertEquals(
    textOf({ state: "sent" }),
    "sent to red, not acknowledged: it is sent again when red is back",
  );
  assertEquals(
    textOf({ state: "sent" }, true),
    "sent to red, not acknowledged yet: you will be told when it is",
  );
});

Deno.test("`deliveryText()` makes the reason of a refusal harmless", () => {
  assertEquals(
    textOf({ state: "refused", reason: "no\x1b[2J\nroom" }),
    "refused by red: no\\u{1B}[2J⏎room",
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
  await terminal.until(({ out }) => {
    return out.includes("→ sent to red, not acknowledged yet; Esc goes on");
  });
  terminal.press("\x1b");
  assertEquals(await sending, RED);
  assertEquals(transcript(terminal), [
    "✔ To red",
    "✔ Message to red hello",
    "→ sent to red, not acknowledged yet: you will be told when it is",
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

Deno.test("`sendMessage()` tells each state once: what comes later as news", async () => {
  const node = new TwinNode(NODE_INIT, {
    peers: [activePeer()],
    onSend(message, node) {
      for (const state of ["sent", "delivered"] as const) node.advance(message, state);
      setTimeout(() => node.advance(message, "read"));
    },
  });
  using menu = openMenuTwin(node, new MemoryTerminal({ input: ["1", "hello"] }));
  await sendMessage(menu, undefined);
  await menu.terminal.until(({ out }) => out.includes("read by"));
  assertEquals(menu.terminal.outLines.slice(-2), [
    "✓ delivered to red (Jmfxzu) in 0 ms",
    "14:02 ✓✓ read by red: hello",
  ]);
});

Deno.test("`sendMessage()` goes back one question at a time by Escape", async () => {
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true });
  using menu = openMenuTwin(new TwinNode(NODE_INIT, { peers: [activePeer()] }), terminal);
  const sending = sendMessage(menu, undefined);
  await untilAsked(terminal, 1, "> red");
  terminal.press("\x1b[B\r");
  await untilAsked(terminal, 2, "? Address");
  terminal.press("127.0.0.1:7001\r");
  await untilAsked(terminal, 3, "? Message to 127.0.0.1:7001");
  terminal.press("\x1b");
  await untilAsked(terminal, 4, "> red");
  terminal.press("\x1b[B\r");
  await untilAsked(terminal, 5, "? Address");
  terminal.press("\x1b");
  await untilAsked(terminal, 6, "> another address...");
  terminal.press("\x1b");
  const error = await assertRejects(() => sending, PromptCancelled);
  assertEquals(error.kind, "escape");
});

/** Another process holds the lock of its database. */
class LockedNode extends TwinNode {
  override send(
    _recipient: Recipient,
    _text: string,
    { signal }: { signal?: AbortSignal } = {},
  ): Promise<OwnMessage> {
    return new Promise((_, reject) =>
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true })
    );
  }
}

Deno.test("`sendMessage()` says that nothing is sent when Escape comes before it is saved", async () => {
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true });
  using menu = openMenuTwin(new LockedNode(NODE_INIT, { peers: [activePeer()] }), terminal);
  const sending = sendMessage(menu, undefined);
  await untilAsked(terminal, 1, "> red");
  terminal.press("\r");
  await untilAsked(terminal, 2, "? Message to red");
  terminal.press("hello\r");
  await terminal.until(({ out }) => out.includes("saving the message; Esc gives it up"));
  terminal.press("\x1b");
  await sending;
  assertEquals(transcript(terminal).at(-1), "nothing sent: the message was not saved yet");
});
