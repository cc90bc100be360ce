import { assertEquals } from "@std/assert";
import { ChatError } from "../../src/errors.ts";
import { ShownMessages } from "../../src/chat_screen/shown_messages.ts";
import type { ReceivedMessage } from "../../src/history/message_record.ts";
import { NOW, RED } from "../commands/twin_node.ts";

function message(position: number): ReceivedMessage {
  return {
    direction: "in",
    position,
    id: `018f0000-0000-7000-8000-00000000000${position}`,
    conversation: { kind: "peer", peerId: RED },
    text: "hello",
    sentAt: NOW,
    receivedAt: NOW,
    replyTo: undefined,
  };
}

/** A terminal that takes what is printed when it is told to. */
class SlowTerminal {
  readonly #closing = new AbortController();
  readonly closed = this.#closing.signal;
  #flushed = Promise.withResolvers<void>();

  flush(): Promise<void> {
    return this.#flushed.promise;
  }

  take(): void {
    this.#flushed.resolve();
    this.#flushed = Promise.withResolvers<void>();
  }

  close(): void {
    this.#closing.abort(new Error("closed"));
    this.take();
  }
}

/** A node that keeps, in order, what was marked together. */
function recorder() {
  const marked: number[][] = [];
  return {
    marked,
    shown(messages: readonly ReceivedMessage[]) {
      marked.push(messages.map(({ position }) => position));
      return Promise.resolve();
    },
  };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("`ShownMessages` marks what was written, and together what was printed together", async () => {
  const terminal = new SlowTerminal();
  const node = recorder();
  await using shown = new ShownMessages(node, terminal);
  shown.printed([message(1)]);
  await turn();
  assertEquals(node.marked, []);
  shown.printed([message(2)]);
  shown.printed([message(3)]);
  terminal.take();
  await turn();
  assertEquals(node.marked, [[1]]);
  terminal.take();
  await shown.settled();
  assertEquals(node.marked, [[1], [2, 3]]);
});

Deno.test("`ShownMessages` marks the last ones when it is disposed", async () => {
  const terminal = new SlowTerminal();
  const node = recorder();
  const shown = new ShownMessages(node, terminal);
  shown.printed([message(1)]);
  const disposed = shown[Symbol.asyncDispose]();
  terminal.take();
  await disposed;
  assertEquals(node.marked, [[1]]);
});

Deno.test("`ShownMessages` marks nothing that was printed into a closed terminal", async () => {
  const terminal = new SlowTerminal();
  const node = recorder();
  await using shown = new ShownMessages(node, terminal);
  shown.printed([message(1)]);
  terminal.close();
  await shown.settled();
  assertEquals(node.marked, []);
});

Deno.test("`ShownMessages` gives up a terminal that takes nothing, and never marks it later", async () => {
  const terminal = new SlowTerminal();
  const node = recorder();
  {
    await using shown = new ShownMessages(node, terminal);
    shown.printed([message(1)]);
  }
  terminal.take();
  await turn();
  assertEquals(node.marked, []);
});

Deno.test("ShownMessages has nothing to mark where nothing was printed", async () => {
  const marked: unknown[] = [];
  const terminal = { flush: () => Promise.resolve(), closed: new AbortController().signal };
  await using shown = new ShownMessages(
    { shown: (messages) => Promise.resolve(void marked.push(...messages)) },
    terminal,
  );
  shown.printed([]);
  await shown.settled();
  assertEquals(marked, []);
});

Deno.test("`ShownMessages` keeps what a node that is gone was not seen to mark", async () => {
  const terminal = new SlowTerminal();
  const gone = new ChatError("node-stopped", "gone");
  await using shown = new ShownMessages({ shown: () => Promise.reject(gone) }, terminal);
  shown.printed([message(1)]);
  const marking = shown.settled();
  terminal.take();
  await marking;
  shown.printed([message(2)]);
  assertEquals(shown.unmarked, [message(1), message(2)]);

  const next = recorder();
  await using again = new ShownMessages(next, terminal);
  again.printed(shown.unmarked);
  const settled = again.settled();
  terminal.take();
  await settled;
  assertEquals([next.marked, again.unmarked], [[[1, 2]], []]);
});
