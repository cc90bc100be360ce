import { assertEquals } from "@std/assert";
import type { Chat } from "../../src/chat_screen/chat_model.ts";
import { type ChatLeft, runChat, type UnsentMessage } from "../../src/chat_screen/driver.ts";
import { ChatError } from "../../src/errors.ts";
import type { OwnMessage } from "../../src/history/message_record.ts";
import type { Recipient, SendOptions } from "../../src/node/chat_node.ts";
import { MemoryTerminal } from "../../src/terminal/memory_terminal.ts";
import { activePeer, NOW, RED, TwinNode } from "../commands/twin_node.ts";
import { NODE_INIT } from "../menu/open_menu_twin.ts";

const WITH_RED = { kind: "peer", peerId: RED } as const;

/** A node that fails with a code, or keeps which ids it was asked to save. */
class SavingNode extends TwinNode {
  readonly ids: (string | undefined)[] = [];
  readonly #fails: "node-stopped" | "storage-failed" | undefined;

  constructor(fails?: "node-stopped" | "storage-failed") {
    super(NODE_INIT, { peers: [activePeer()] });
    this.#fails = fails;
  }

  override send(recipient: Recipient, text: string, options?: SendOptions): Promise<OwnMessage> {
    this.ids.push(options?.id);
    if (this.#fails === undefined) return super.send(recipient, text);
    return Promise.reject(new ChatError(this.#fails, "it did not work"));
  }
}

/** A screen on which `keys` are pressed, and then Ctrl-C. */
async function typed(
  node: SavingNode,
  keys: string,
  before?: { readonly unsent: readonly UnsentMessage[] },
): Promise<ChatLeft & { readonly chat: Chat }> {
  const terminal = new MemoryTerminal({ interactive: true, keepOpen: true });
  const left = runChat({
    node,
    terminal,
    conversation: WITH_RED,
    depth: "none",
    before,
    printed: () => {},
    ring: () => {},
    now: () => NOW,
    signal: new AbortController().signal,
  });
  await terminal.until(({ out }) => out.includes("\x1b[?1049h"));
  terminal.press(`${keys}\x03`);
  return await left;
}

Deno.test("`runChat()` gives a message the same id on the next node when the first one is gone", async () => {
  const first = new SavingNode("node-stopped");
  const { unsent, unsaved } = await typed(first, "hello\r");
  assertEquals([unsent.map(({ text }) => text), unsaved], [["hello"], []]);
  assertEquals(unsent.map(({ id }) => id), first.ids);
  const second = new SavingNode();
  const left = await typed(second, "", { unsent });
  assertEquals(second.ids, first.ids);
  assertEquals(second.sent.map(({ text }) => text), ["hello"]);
  assertEquals([left.unsent, left.unsaved], [[], []]);
});

Deno.test("`runChat()` tells what could not be saved when the screen was left already", async () => {
  const { unsent, unsaved } = await typed(new SavingNode("storage-failed"), "too late\r");
  assertEquals([unsent, unsaved], [[], ["too late"]]);
});
